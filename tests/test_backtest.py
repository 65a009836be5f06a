"""Finished logs replayed: what is asked, and what the rivals say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from trainmon.exports.schema import schema
from trainmon.parsers import log_formats
from trainmon.timing.arrivals import Arrival, arrivals_beside, cut, parse_arrivals
from trainmon.timing.backtest import OURS, backtest, in_lines, score
from trainmon.timing.backtest_report import backtest_object, backtest_text
from trainmon.timing.rivals import NAMES, Rivals


def bar(step: int, total: int, seconds: int) -> bytes:
    """One redraw as tqdm writes it."""
    share = 100 * step // total
    return b"\r%3d%%|###       | %d/%d [%02d:%02d<00:10,  2.00it/s]" % (share, step, total, seconds // 60, seconds % 60)


def steady_log(steps: int = 200) -> bytes:
    """Half a second a step to the end."""
    return b"".join(bar(step, steps, step // 2) for step in range(steps + 1)) + b"\n"


def test_a_steady_run_is_foreseen() -> None:
    run = backtest("steady", in_lines(steady_log()), log_formats())

    (half,) = (m for m in run.moments if m.share == 0.5)
    assert run.duration_s == pytest.approx(100, abs=1)
    assert half.guess(OURS) == pytest.approx(half.true_s, rel=0.05)
    assert half.rivals["last_half"] == pytest.approx(half.true_s, rel=0.05)


def test_arrival_times_are_the_truth_where_they_are_known() -> None:
    data = steady_log()
    arrivals = [Arrival(len(data) * k // 100, 1000.0 + 10 * k) for k in range(1, 101)]

    run = backtest("timed", cut(data, arrivals), log_formats())

    assert run.duration_s == pytest.approx(990.0)


def test_a_run_that_did_not_finish_is_not_scored() -> None:
    data = b"".join(bar(step, 200, step // 2) for step in range(120))

    run = backtest("broken off", in_lines(data), log_formats())

    assert run.moments == ()
    assert run.reason == "the run did not finish"


def test_scores_say_how_many_answered_and_how_wide_the_interval_was() -> None:
    rows = score([backtest("steady", in_lines(steady_log()), log_formats())])

    (half,) = (row for row in rows if row.share == 0.5)
    assert (half.asked, half.answered, half.coverage) == (1, 1, 1.0)
    assert half.width is not None
    assert 0 < half.width < 1
    assert half.scores[OURS].mean < 5


def test_the_report_names_every_rival_and_what_was_left_out() -> None:
    runs = [backtest("steady", in_lines(steady_log()), log_formats()), backtest("nothing", [], log_formats())]

    text, written = backtest_text(runs), json.dumps(backtest_object(runs), allow_nan=False)

    assert all(name in text for name in (OURS, *NAMES))
    assert all(f"{name} " in text.partition("runs: with an ETA")[2] for name in (*NAMES, "holds:", "width:"))
    assert "not replayed: nothing: empty" in text
    assert '"coverage": 1.0' in written
    Draft202012Validator({**schema(), "anyOf": [{"$ref": "#/$defs/backtest"}]}).validate(json.loads(written))


def test_where_nothing_was_replayed_there_is_no_table() -> None:
    text = backtest_text([backtest("nothing", [], log_formats())])

    assert text.splitlines()[1:] == ["not replayed: nothing: empty (0s)"]


def test_rivals_answer_by_their_own_formulas() -> None:
    rivals = Rivals(0.0)
    for step in range(101):
        rivals.observe(10.0 + step, step)

    told = rivals.remaining(110.0, 200, eval_s=20.0)

    assert told["tqdm"] == pytest.approx(100.0)
    assert told["overall"] == pytest.approx(110.0)
    assert told["trainer"] == pytest.approx(100.0)
    assert told["composer"] == pytest.approx(80.0)
    assert told["rich"] == pytest.approx(100.0)
    assert told["last_half"] == pytest.approx(100.0)


def test_a_fallen_counter_begins_the_rivals_anew() -> None:
    rivals = Rivals(0.0)
    for time_s, step in ((0, 0), (100, 50), (101, 10), (103, 11)):
        rivals.observe(time_s, step)

    assert rivals.remaining(103.0, 20, 0.0)["trainer"] == pytest.approx(18.0)


def test_timing_lines_are_read_and_foreign_ones_passed_over() -> None:
    text = '{"offset": 0, "t": 10.5}\nnoise\n{"offset": 40, "t": 11}\n{"offset": 20, "t": 12}\n[1]\n{"offset": 50}\n'

    assert parse_arrivals(text) == (Arrival(0, 10.5), Arrival(40, 11.0))


def test_what_no_arrival_covers_comes_with_the_last_one() -> None:
    assert cut(b"abcdef", [Arrival(2, 1.0), Arrival(2, 1.5), Arrival(4, 2.0)]) == [
        (b"ab", 1.0),
        (b"cd", 2.0),
        (b"ef", 2.0),
    ]


def test_the_pieces_of_a_log_are_its_bytes() -> None:
    data = steady_log(30)

    assert b"".join(piece for piece, _ in in_lines(data)) == data


def test_a_simulated_clock_goes_before_the_real_one(tmp_path: Path) -> None:
    (tmp_path / "run.timing.jsonl").write_text('{"offset": 1, "t": 1}\n')
    (tmp_path / "run.timing_sim.jsonl").write_text('{"offset": 1, "t": 99}\n')

    assert arrivals_beside(tmp_path / "run.log") == (Arrival(1, 99.0),)
    assert arrivals_beside(tmp_path / "other.log") == ()


def test_the_long_run_beats_what_its_bar_does(shared: Path) -> None:
    log = shared / "logs" / "generated" / "tq_sim35h_redirect" / "tq_sim35h_redirect.log"

    run = backtest("35 h", cut(log.read_bytes(), arrivals_beside(log)), log_formats(), default_year=2026)

    ours = [abs(m.guess(OURS) / m.true_s - 1) for m in run.moments if m.eta]  # type: ignore[operator]
    tqdms = [abs(m.rivals["tqdm"] / m.true_s - 1) for m in run.moments if m.rivals["tqdm"] is not None]
    assert len(run.moments) == 8
    assert sum(ours) < 0.8 * sum(tqdms)
