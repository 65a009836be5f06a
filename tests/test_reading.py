"""Reading a file: live, whole and as a backlog."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.make_logs import MAKERS, Known
from benchmarks.make_logs import write_log as make_log
from trainmon.events import Counter, MetricRows
from trainmon.parsers import log_formats
from trainmon.reading.encodings import decoder_for
from trainmon.reading.follow import FileFollower, ReadingOptions
from trainmon.reading.reader import LogReader
from trainmon.runs.present import present
from trainmon.runs.state import RunState
from trainmon.runs.status import Liveness
from trainmon.snapshot import RunSnapshot

INTERLEAVED = "detr-metriclogger"
"""Eight ranks draw bars over each other: which of their redraws are read decides how often they seem to begin."""


def write_log(kind: str, path: Path, size_bytes: int) -> Known:
    if kind in ("trainer", "sparse", "tqdm", "postfix", "lightning"):
        pytest.importorskip("tqdm")
    return make_log(kind, path, size_bytes)


def read(data: bytes, cuts: list[int], *, as_history: bool) -> RunState:
    """The state of a run after its bytes came in so many parts."""
    reader, state = LogReader(log_formats(), default_year=2026), RunState()
    decoder = decoder_for(data[:65536])
    borders = [0, *cuts, len(data)]
    for begin, end in pairwise(borders):
        part = decoder.feed(data[begin:end])
        state.apply_all(reader.feed(part, ahead_bytes=len(data) - end if as_history else None))
    state.apply_all(reader.flush())
    return state


def shown(state: RunState) -> RunSnapshot:
    return present(state, name="run", files=(), live=Liveness(archive=True), now=0.0)


def facts_of(state: RunState) -> Mapping[str, object]:
    """What must not depend on how a log was read; NaN compares as text."""
    run = shown(state)
    metrics = {
        name: repr((one.count, one.first, one.last, one.min, one.max, one.last_step))
        for name, one in run.metrics.items()
    }
    return {
        "metrics": metrics,
        "where": (run.step, run.total_steps, run.unit, run.epoch, run.total_epochs, run.attempts, run.state),
        "problems": [(one.kind, one.line, one.step, one.count) for one in run.problems],
        "stages": [(one.name, one.current, one.total, one.occurrences) for one in run.stages],
        "lines": state.lines,
        "clock": (run.started_at, run.ended_at, run.elapsed_s),
    }


def cuts_of(data: bytes, seed: int) -> list[int]:
    chance = random.Random(seed)
    return sorted(chance.randrange(len(data) + 1) for _ in range(20 * seed))


@cache
def exact_facts(log: Path) -> Mapping[str, object]:
    return facts_of(read(log.read_bytes(), [], as_history=False))


@pytest.mark.parametrize("seed", [0, 2])
def test_history_loses_no_metric_and_no_step_of_real_logs_however_it_is_cut(seed: int, shared: Path) -> None:
    logs = [*(shared / "logs").rglob("*.log"), *(shared / "logs" / "public").glob("*.txt")]
    wrong = []
    for log in logs:
        data = log.read_bytes()
        history = facts_of(read(data, cuts_of(data, seed), as_history=True))
        if INTERLEAVED not in log.name and history != exact_facts(log):
            wrong.append(log.name)

    assert logs
    assert wrong == []


@pytest.mark.parametrize("kind", MAKERS)
def test_history_of_long_logs_is_what_reading_every_redraw_gives(kind: str, tmp_path: Path) -> None:
    known = write_log(kind, log := tmp_path / "run.log", 400_000)
    data = log.read_bytes()

    exact, history = read(data, [], as_history=False), read(data, cuts_of(data, 1), as_history=True)

    assert facts_of(history) == facts_of(exact)
    assert shown(history).step == (known.step or None)
    clocks = shown(exact).step_time_s, shown(history).step_time_s
    assert clocks == (None, None) or (
        clocks[0] and clocks[1] and clocks[1].mean == pytest.approx(clocks[0].mean, rel=0.05)
    )


@pytest.mark.parametrize("kind", ["trainer", "tqdm", "nanogpt", "logging"])
def test_most_of_a_history_is_not_read_piece_by_piece(kind: str, tmp_path: Path) -> None:
    write_log(kind, log := tmp_path / "run.log", 400_000)
    data = log.read_bytes()
    reader = LogReader(log_formats())

    readings = list(reader.feed(data, ahead_bytes=0))

    pieces = data.count(b"\r") + data.count(b"\n")
    assert len(readings) < 0.1 * pieces


def a_run_with_odd_lines() -> bytes:
    """Rows with everything between them that ends a stretch: another epoch, NaN, an evaluation, a restart, prose."""
    lines = []
    for attempt in range(2):
        for step in range(1, 1501):
            epoch = (step - 1) // 500 + 1
            loss = "nan" if step == 700 else f"{2 / step**0.5 + attempt:.4f}"
            lines.append(f"epoch {epoch}/3 step {(step - 1) % 500 + 1}/500 loss={loss} lr={1e-3 / step:.3e}")
            if step % 250 == 0:
                lines.append(f"val_loss: {1 / step**0.5:.4f}")
            if step % 333 == 0:
                lines.append("reticulating splines")
            if attempt == 0 and step == 1200:
                break
    return "\n".join(lines).encode() + b"\n"


@pytest.mark.parametrize("seed", range(4))
def test_what_stands_between_rows_is_read_at_its_step(seed: int) -> None:
    data = a_run_with_odd_lines()

    exact, history = read(data, [], as_history=False), read(data, cuts_of(data, seed), as_history=True)

    assert facts_of(history) == facts_of(exact)
    assert history.metrics["loss"].count == 2700
    assert [step for step, _ in history.metrics["val_loss"].info().history] == [
        step for step, _ in exact.metrics["val_loss"].info().history
    ]


def test_a_pause_is_found_between_redraws_that_are_passed_over() -> None:
    redraws, elapsed = [b"\r  0%|          | 0/20000 [00:00<?, ?it/s]"], 0.0
    for step in range(1, 20001):
        elapsed += 0.5 + (600 if step == 12_345 else 0)
        clock = b"%d:%02d:%02d" % (elapsed // 3600, elapsed // 60 % 60, elapsed % 60)
        redraws.append(b"\r %2d%%|#####     | %d/20000 [%s<1:00:00,  2.00it/s]" % (step // 200, step, clock))
    state = read(b"".join(redraws), [], as_history=True)

    run = shown(state)

    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.5, rel=0.01)
    assert run.overhead_s["stall"] == pytest.approx(600, rel=0.02)


def test_dicts_beside_a_bar_take_the_step_of_the_redraw_behind_them(tmp_path: Path) -> None:
    write_log("trainer", log := tmp_path / "run.log", 400_000)
    reader = LogReader(log_formats())

    rows = [e for r in reader.feed(log.read_bytes(), ahead_bytes=0) for e in r.events if isinstance(e, MetricRows)]

    assert sum(len(event.steps) for event in rows) > 100
    assert all(current % 10 == 0 for event in rows for current in event.currents)
    assert all(isinstance(event.counter, Counter) for event in rows)


def test_a_short_file_is_read_redraw_by_redraw_and_a_long_one_is_not(tmp_path: Path) -> None:
    for size, is_short in ((300_000, True), (900_000, False)):
        log = tmp_path / f"{size}.log"
        write_log("tqdm", log, size)
        follower = FileFollower(log, ReadingOptions(formats=log_formats()))
        while not follower.caught_up:
            follower.step(now=0.0, deadline_s=float("inf"))
        seen = max(track.seen for track in follower.state.tracks.values())

        assert (seen > size / 100) is is_short


@pytest.mark.parametrize(
    ("last", "loss", "step"),
    [
        pytest.param("step 30/400 loss 0.4321", 0.4321, 30, id="whole"),
        pytest.param("step 30/400 loss 0.4", 0.5, 30, id="decimals are missing"),
        pytest.param("step 30/4", 0.5, 20, id="the total is cut"),
        pytest.param("step 30/400 lo", 0.5, 30, id="a name is cut"),
    ],
)
def test_a_last_line_that_was_cut_tells_no_number_that_may_lack_digits(last: str, loss: float, step: float) -> None:
    from tests.reading_logs import run_of

    run = run_of(f"step 10/400 loss 0.6000\nstep 20/400 loss 0.5000\n{last}")

    assert (run.metrics["loss"].last, run.step, run.total_steps) == (loss, step, 400)
