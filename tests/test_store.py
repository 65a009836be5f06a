"""The store: what is read live is what is read whole."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live import NOW, growth, random_cuts, read_whole, store_over
from trainmon.snapshot import RunSnapshot, RunStatus

LONG_S = 600.0
"""Everything is read in it, however busy the machine is."""
KINDS = [
    "hf5_plain_redirect",
    "hf5_killed_resume_append",
    "hf4_plain_pty",
    "tq_nested_pty",
    "tq_position_pty",
    "tq_protein_redirect",
    "tq_leavefalse_redirect",
    "tq_postfix_redirect",
    "cu_logging_redirect",
    "cu_jsonl_redirect",
    "trl_sft_redirect",
]


def facts_of(run: RunSnapshot) -> RunSnapshot:
    """A snapshot without what depends on when and where it was read: only a watcher knows when bytes arrived."""
    where = replace(run, files=(), name="", state=RunStatus.RUNNING, state_reason="")
    return replace(where, last_activity_at=None, started_at=None, ended_at=None)


def whole(source: Path, folder: Path) -> RunSnapshot:
    """A log read whole, without the record of its growth that lies beside it."""
    log = folder / "whole" / "run.log"
    log.parent.mkdir()
    log.write_bytes(source.read_bytes())
    return read_whole(log).runs[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_followed_while_it_grew_gives_the_snapshot_of_the_whole_log(
    kind: str, shared: Path, tmp_path: Path
) -> None:
    source = shared / "logs" / "generated" / kind / f"{kind}.log"
    log = tmp_path / "live" / "run.log"
    log.parent.mkdir()
    log.write_bytes(b"")
    store = store_over(log)
    store.refresh(NOW, LONG_S)

    for i, part in enumerate(growth(source)):
        with log.open("ab") as file:
            file.write(part)
        store.refresh(NOW + i / 10, LONG_S)
    store.finish()
    live = store.board(NOW + 3600).runs[0]

    assert facts_of(live) == facts_of(whole(source, tmp_path))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_any_way_of_cutting_the_bytes_gives_the_same_snapshot(
    kind: str, seed: int, shared: Path, tmp_path: Path
) -> None:
    source = shared / "logs" / "generated" / kind / f"{kind}.log"
    log = tmp_path / "run.log"
    log.write_bytes(b"")
    store = store_over(log, archive=True)

    for part in random_cuts(source.read_bytes(), seed):
        with log.open("ab") as file:
            file.write(part)
        store.refresh(NOW, LONG_S)
    store.finish()

    assert facts_of(store.board(NOW).runs[0]) == facts_of(whole(source, tmp_path))


def test_appending_the_same_run_again_is_another_attempt_and_lowers_no_count(shared: Path, tmp_path: Path) -> None:
    source = shared / "logs" / "generated" / "hf5_plain_redirect" / "hf5_plain_redirect.log"
    log = tmp_path / "run.log"
    log.write_bytes(source.read_bytes())
    once = read_whole(log).runs[0]

    log.write_bytes(source.read_bytes() * 2)
    twice = read_whole(log).runs[0]

    assert (once.attempts, twice.attempts) == (1, 2)
    assert (twice.step, twice.total_steps) == (once.step, once.total_steps)
    assert twice.metrics["loss"].count == 2 * once.metrics["loss"].count
    assert {s.name: s.occurrences for s in twice.stages if s.name != "training"} == {
        s.name: 2 * s.occurrences for s in once.stages if s.name != "training"
    }


def test_a_killed_run_that_goes_on_in_the_same_file_measures_only_its_own_steps(shared: Path) -> None:
    kind = "hf5_killed_resume_append"
    run = read_whole(shared / "logs" / "generated" / kind / f"{kind}.log").runs[0]

    assert (run.attempts, run.step, run.total_steps) == (2, 240, 240)
    assert run.step_time_s is not None
    assert run.step_time_s.count <= 120


def test_a_file_that_appears_later_becomes_a_run(shared: Path, tmp_path: Path) -> None:
    store = store_over(tmp_path)
    store.refresh(NOW, LONG_S)
    before = store.board(NOW).runs

    source = shared / "logs" / "generated" / "tq_ascii_redirect" / "tq_ascii_redirect.log"
    (tmp_path / "new.log").write_bytes(source.read_bytes())
    store.refresh(NOW + 5, LONG_S, rescan=True)  # where a scan takes long, the next one comes late

    assert before == ()
    assert [(run.name, run.step) for run in store.board(NOW + 5).runs] == [("new", 350)]


def test_runs_stand_in_the_order_of_their_names_however_little_is_read_at_a_time(tmp_path: Path) -> None:
    for at, name in enumerate(("b", "c", "a")):
        (tmp_path / f"{name}.log").write_text("".join(f"step {n}/10 loss 0.5\n" for n in range(1, 11)))
        os.utime(tmp_path / f"{name}.log", (NOW - at, NOW - at))
    store = store_over(tmp_path, archive=True)
    while not store.refresh(NOW, 0.0):
        pass

    assert [run.name for run in store.board(NOW).runs] == ["a", "b", "c"]


def test_an_empty_log_waits(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_bytes(b"")
    store = store_over(tmp_path)
    store.refresh(NOW, LONG_S)

    (run,) = store.board((tmp_path / "train.log").stat().st_mtime).runs

    assert run.state is RunStatus.WAITING


def test_what_is_no_log_is_skipped_and_the_reason_is_kept(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 100)
    (tmp_path / "core.log").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "train.py").write_text("for step in range(10): print(f'step {step}/10')")
    (tmp_path / "notes.log").write_text("call the supplier\n" * 5)
    (tmp_path / "config.json").write_text('{"lr": 0.1,\n "epochs": 3}')
    store = store_over(tmp_path, archive=True)
    store.refresh(NOW, LONG_S)
    board = store.board(NOW)

    assert board.runs == ()
    assert {Path(s.path).name: s.reason for s in board.skipped} == {
        "config.json": "a JSON document, not a log",
        "core.log": "binary",
        "model.safetensors": "binary",
        "notes.log": "no training output in it",
        "train.py": "source code or settings",
    }


def test_a_log_of_which_nothing_is_understood_says_how_to_see_why(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("".join(f"the {n}th quarrel of the day\n" for n in range(300)))
    store = store_over(tmp_path)
    store.refresh(NOW, LONG_S)

    (run,) = store.board(log.stat().st_mtime).runs

    assert run.state_reason == f"300 lines, none understood: see `trainmon formats explain {log}`"
    assert (run.files[0].lines, run.files[0].understood) == (300, 0)


@pytest.mark.parametrize("copies", [1, 2000], ids=["read line by line", "read as a backlog"])
def test_lines_that_no_format_claims_are_counted(copies: int, tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    talk = "".join(f"the {word} quarrel of the day, {n} of many\n" for n, word in enumerate(["first", "last"] * 15))
    log.write_text((talk + "step 10/500 loss 0.5\n\n") * copies)

    file = read_whole(log).runs[0].files[0]

    assert (file.lines, file.understood) == (32 * copies, 2 * copies)


def test_a_log_that_is_hardly_understood_says_so(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("step 10/500 loss 0.5\n" + "the last quarrel of the day\n" * 999)

    assert read_whole(log).runs[0].files[0].notes == ("1 of 1,000 lines understood",)


def test_what_a_run_does_before_its_first_bar_counts_once_somebody_watched_it(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("embeddings_cache.pkl found: fetching and embedding skipped\n")
    began_at = log.stat().st_mtime
    store = store_over(tmp_path)
    store.refresh(began_at, LONG_S)

    with log.open("a") as file:
        file.write("Negative sampling done: 100000 pairs\n\rEpoch 1/10:   0%|          | 0/3125 [00:00<?, ?it/s]")
    os.utime(log, (began_at + 153, began_at + 153))
    store.refresh(began_at + 153, LONG_S)
    with log.open("a") as file:
        file.write("\rEpoch 1/10:   3%|▎         | 84/3125 [00:10<06:05,  8.31it/s]\r")
    os.utime(log, (began_at + 163, began_at + 163))
    store.refresh(began_at + 163, LONG_S)

    assert store.board(began_at + 163).runs[0].elapsed_s == pytest.approx(163, abs=0.01)


@pytest.mark.parametrize(
    ("before", "hole", "behind"),
    [
        pytest.param(4, 4096, 6, id="in the middle, as a power cut leaves it"),
        pytest.param(0, 200_000, 10, id="in front, as a truncated log leaves it"),
        pytest.param(4, 3000, 0, id="at the end"),
    ],
)
def test_a_log_with_a_hole_is_read_and_the_hole_is_told(before: int, hole: int, behind: int, tmp_path: Path) -> None:
    lines = [f"step {n}/10 loss 0.5\n".encode() for n in range(1, 11)]
    (tmp_path / "train.log").write_bytes(b"".join(lines[:before]) + b"\0" * hole + b"".join(lines[before:][:behind]))

    (run,) = read_whole(tmp_path).runs

    assert run.step == before + behind
    assert run.files[0].notes == (f"{hole:,} NUL bytes skipped",)


@pytest.mark.parametrize(
    ("last", "state", "step"),
    [
        pytest.param("Training complete", RunStatus.FINISHED, 19, id="an end"),
        pytest.param("2025-01-01 10:20:00 step 20/20 loss 0.1", RunStatus.FINISHED, 20, id="the last step"),
        pytest.param("RuntimeError: CUDA out of memory. Tried to allocate 2 GiB", RunStatus.FAILED, 19, id="a failure"),
    ],
)
@pytest.mark.parametrize("silent_s", [60.0, 7200.0])
def test_a_last_line_without_its_newline_counts_once_nothing_follows(
    tmp_path: Path, last: str, state: RunStatus, step: float, silent_s: float
) -> None:
    log = tmp_path / "train.log"
    log.write_text("".join(f"2025-01-01 10:{n:02d}:00 step {n}/20 loss 0.5\n" for n in range(1, 20)) + last)
    os.utime(log, (NOW - silent_s, NOW - silent_s))
    store = store_over(tmp_path)
    store.refresh(NOW, 60.0)

    (run,) = store.board(NOW).runs

    assert (run.state, run.step) == (state, step)


def test_a_line_that_goes_on_after_a_silence_is_one_line(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("".join(f"step {n}/2000 loss 0.5\n" for n in range(1, 100)) + "step 1")
    os.utime(log, (NOW, NOW))
    store = store_over(tmp_path)
    store.refresh(NOW, 60.0)
    store.board(NOW + 60.0)
    with log.open("a") as file:
        file.write("23/2000 loss 0.25\n")
    os.utime(log, (NOW + 70.0, NOW + 70.0))
    store.refresh(NOW + 70.0, 60.0)

    (run,) = store.board(NOW + 70.0).runs

    assert (run.step, run.metrics["loss"].count, run.metrics["loss"].last) == (123, 100, 0.25)
