"""Summaries say how good the ETA was on the way, and every format says where times come from."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import report_boards as boards
from tests.test_backtest import steady_log
from trainmon.eta_accuracy import with_eta_accuracy
from trainmon.exports.contract import board_object
from trainmon.exports.status_text import status_text
from trainmon.exports.summaries import summarise
from trainmon.exports.times import eta_rows, step_time_basis
from trainmon.parsers import log_formats
from trainmon.session import look_once
from trainmon.settings import Settings
from trainmon.snapshot import ETA_CHECKED, Board, ClockBasis, RunSnapshot
from trainmon.timing import backtest as replaying
from trainmon.timing.backtest import backtest, checks, in_lines, in_stretches


def summary_of(folder: Path) -> Board:
    settings = Settings()
    return with_eta_accuracy(look_once([str(folder)], settings, archive=True), settings)


def test_a_finished_run_is_asked_at_four_moments_and_a_steady_one_was_foreseen(tmp_path: Path) -> None:
    (tmp_path / "steady.log").write_bytes(steady_log())
    (run,) = summary_of(tmp_path).runs
    assert tuple(check.share for check in run.eta_accuracy) == ETA_CHECKED
    for check in run.eta_accuracy:
        assert check.true_s == pytest.approx(100 * (1 - check.share), abs=2)
        assert check.remaining_s is not None
        assert check.remaining_s.likely == pytest.approx(check.true_s, rel=0.1)


def test_only_a_summary_replays(tmp_path: Path) -> None:
    (tmp_path / "steady.log").write_bytes(steady_log())
    (run,) = look_once([str(tmp_path)], Settings(), archive=True).runs
    assert run.eta_accuracy == ()


def test_a_run_that_did_not_finish_is_not_asked_and_nothing_is_said_of_it(tmp_path: Path) -> None:
    data = steady_log()
    (tmp_path / "cut.log").write_bytes(data[: len(data) // 2])
    board = summary_of(tmp_path)
    assert board.runs[0].eta_accuracy == ()
    assert board.notes == ()


def test_a_long_log_is_left_out_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "steady.log").write_bytes(steady_log())
    monkeypatch.setattr("trainmon.eta_accuracy.CHECK_BYTES", 2048)
    board = summary_of(tmp_path)
    assert board.runs[0].eta_accuracy == ()
    (note,) = board.notes
    assert note.startswith("ETA accuracy of steady not replayed: ")
    assert note.endswith(" of log, more than 2 kB")
    assert replaying.CHECK_BYTES == 64 * 1024**2


def test_a_log_that_went_away_meanwhile_is_left_out_with_a_note(tmp_path: Path) -> None:
    log = tmp_path / "steady.log"
    log.write_bytes(steady_log())
    board = look_once([str(tmp_path)], Settings(), archive=True)
    log.unlink()
    (note,) = with_eta_accuracy(board, Settings()).notes
    assert "No such file" in note


def test_the_quick_replay_answers_as_the_exact_one() -> None:
    data = steady_log(6000)
    exact = checks(backtest("run", in_lines(data), log_formats(), shares=ETA_CHECKED))
    quick = checks(backtest("run", in_stretches(data), log_formats(), shares=ETA_CHECKED, quick=True))
    assert len(in_stretches(data)) <= 400
    for one, other in zip(exact, quick, strict=True):
        assert one.remaining_s is not None
        assert other.remaining_s is not None
        assert other.true_s == pytest.approx(one.true_s, abs=0.01 * 3000)
        assert other.remaining_s.likely / other.true_s == pytest.approx(one.remaining_s.likely / one.true_s, rel=0.02)


# -- in the formats --------------------------------------------------------------------------------------------


def unasked() -> RunSnapshot:
    return replace(boards.finished_run(), eta_accuracy=())


def board(run: RunSnapshot) -> Board:
    return Board(taken_at=boards.STARTED_AT + 4000, runs=(run,))


def test_a_row_says_what_the_eta_said_what_came_true_and_how_far_off_it_was() -> None:
    assert eta_rows(boards.finished_run()) == [
        ("10 %", "no answer", "", "49m 30s", "", ""),
        ("25 %", "37m 08s", "33-40 min", "41m 15s", "-10 %", "no"),
        ("50 %", "28m 20s", "25-32 min", "27m 30s", "+3 %", "yes"),
    ]


@pytest.mark.parametrize("kind", ["md", "html"])
def test_reports_show_the_rows_where_somebody_asked_and_no_empty_table_elsewhere(kind: str) -> None:
    text = summarise(board(boards.finished_run()), kind)
    assert "ETA accuracy over the run" in text
    assert "37m 08s" in text
    assert "-10 %" in text
    assert "ETA accuracy" not in summarise(board(unasked()), kind)


def test_csv_has_two_columns_a_moment_always() -> None:
    (row,) = csv.DictReader(io.StringIO(summarise(board(boards.finished_run()), "csv"), newline=""))
    assert (row["eta_at_10_percent_s"], row["left_at_10_percent_s"]) == ("", "2970")
    assert (row["eta_at_25_percent_s"], row["left_at_25_percent_s"]) == ("2227.5", "2475")
    assert (row["eta_at_75_percent_s"], row["left_at_75_percent_s"]) == ("", "")
    (bare,) = csv.DictReader(io.StringIO(summarise(board(unasked()), "csv"), newline=""))
    assert bare.keys() == row.keys()


def test_json_has_them_as_numbers() -> None:
    (run,) = json.loads(summarise(board(boards.finished_run()), "json"))["runs"]
    assert run["eta_accuracy"][0] == {"share": 0.1, "at_s": 330, "remaining_s": None, "true_s": 2970}
    assert run["eta_accuracy"][1]["remaining_s"] == {"low": 2000, "likely": 2227.5, "high": 2400}


# -- where times come from -------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", list(ClockBasis))
def test_every_basis_has_plain_words(basis: ClockBasis) -> None:
    run = boards.finished_run()
    assert run.step_time_s is not None
    words = step_time_basis(replace(run, step_time_s=replace(run.step_time_s, basis=basis)))
    assert bool(words) is (basis is not ClockBasis.NONE)
    assert words != basis.value


def test_status_says_the_bases_when_asked() -> None:
    full = boards.full_board()
    assert "  basis" not in status_text(full)
    told = status_text(full, verbose=True)
    assert "basis       step time from the elapsed time that the bars show\n" in told
    assert "basis       ETA measured" in told


def test_reports_say_the_bases() -> None:
    full = boards.full_board()
    markdown, html = summarise(full, "md"), summarise(full, "html")
    assert "2,350 measured, from the elapsed time that the bars show." in markdown
    assert "; measured" in markdown
    assert "<dt>Step times from</dt><dd>the elapsed time that the bars show</dd>" in html
    assert "<dt>ETA from</dt><dd>measured" in html
    rows = {row["run"]: row for row in csv.DictReader(io.StringIO(summarise(full, "csv"), newline=""))}
    assert rows["mixtral-lora"]["step_time_basis"] == "elapsed"
    assert any(row["eta_basis"].startswith("measured") for row in rows.values())
    assert any(run["eta"] and run["eta"]["basis"] for run in json.loads(json.dumps(board_object(full)))["runs"])
