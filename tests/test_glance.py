"""A look at a log never says of the run what reading it whole would not say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tqdm import tqdm  # type: ignore[import-untyped]

from tests.live import NOW, read_whole, store_over
from trainmon.snapshot import RunSnapshot, RunStatus

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"


def glanced(log: Path) -> RunSnapshot | None:
    """What the first board shows of a log."""
    store = store_over(log, archive=True)
    store.glance(NOW, 3600.0)
    return next(iter(store.board(NOW).runs), None)


def agrees(log: Path) -> bool:
    """Whether that is true, or nothing is said of the whole run."""
    found, whole = glanced(log), next(iter(read_whole(log).runs), None)
    if found is None or found.step is None:
        return True
    assert found.preview
    assert whole is not None
    assert found.step == pytest.approx(whole.step, rel=1e-3)
    return (found.state, found.total_steps, found.unit) == (whole.state, whole.total_steps, whole.unit)


@pytest.mark.parametrize("log", [pytest.param(log, id=log.stem) for log in sorted(SAMPLES.rglob("*.log"))])
def test_a_look_at_a_sample_run_says_nothing_untrue(log: Path) -> None:
    assert agrees(log)


@pytest.mark.slow
def test_a_look_at_logs_of_frameworks_says_nothing_untrue(shared: Path) -> None:
    logs = sorted((shared / "logs" / "generated").glob("*/*.log"))

    assert logs
    assert [log.stem for log in logs if not agrees(log)] == []


def bar(epochs: int, steps: int) -> str:
    """A bar an epoch, as tqdm draws it."""
    drawn = [
        tqdm.format_meter(step, steps, step * 0.5, prefix="train") for _ in range(epochs) for step in range(steps + 1)
    ]
    return "\r" + "\r".join(drawn) + "\n"


def test_where_a_long_log_holds_one_bar_its_end_tells_where_the_run_stands(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text(bar(1, 40_000)[: 2 << 20])

    found = glanced(log)

    assert found is not None
    assert found.total_steps == 40_000
    assert found.step == read_whole(log).runs[0].step


def test_where_a_long_log_holds_many_bars_its_end_does_not_tell(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text(bar(60, 500))

    found = glanced(log)

    assert found is not None
    assert (found.step, found.total_steps, found.progress, found.eta) == (None, None, None, None)
    assert (found.state, found.state_reason) == (RunStatus.WAITING, "reading history")


def test_a_failure_at_the_end_is_told_at_once(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    failure = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB"
    log.write_text(bar(60, 500) + f'Traceback (most recent call last):\n  File "train.py", line 1\n{failure}\n')

    found = glanced(log)

    assert found is not None
    assert found.state is RunStatus.FAILED


def test_a_line_of_trouble_has_no_number_before_the_lines_above_it_were_counted(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    warning = "W1120 08:00:00 train.py:12] CUDA out of memory, trying again with half the batch\n"
    failure = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB"
    lines = warning + "\n".join(bar(1, 20).strip() for _ in range(300))
    log.write_text(f'{lines}\nTraceback (most recent call last):\n  File "train.py", line 1\n{failure}\n')

    found, whole = glanced(log), read_whole(log).runs[0]

    assert found is not None
    assert found.preview
    assert {problem.line for problem in whole.problems} == {1, 304}
    assert [problem.line for problem in found.problems] == [1, 0]
    assert [problem.message for problem in found.problems] == [problem.message for problem in whole.problems]
    assert whole.state_reason == f"{found.state_reason} (line 304)"


def test_of_many_logs_the_newest_are_looked_at_first(tmp_path: Path) -> None:
    for at in range(60):
        log = tmp_path / f"run{at:02}.log"
        log.write_text(bar(1, 10))
        os.utime(log, (NOW - 60 + at, NOW - 60 + at))
    store = store_over(tmp_path, archive=True)

    store.glance(NOW, 0.0)

    assert [run.name for run in store.board(NOW).runs] == ["run59"]


def test_a_run_that_is_over_is_read_on_when_its_log_grows(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text(bar(1, 10))
    store = store_over(tmp_path)
    while not store.refresh(NOW, 60.0):
        pass
    before = store.board(NOW + 7200.0).runs[0]

    with log.open("a") as more:
        more.write("Traceback (most recent call last):\nRuntimeError: no data\n")
    store.refresh(NOW + 7300.0, 60.0)

    assert before.state is RunStatus.FINISHED
    assert store.board(NOW + 7300.0).runs[0].state is RunStatus.FAILED
