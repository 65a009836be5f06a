"""Ranks that draw the same bar over one another: one bar, one life, and no start of another attempt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live import read_whole
from tests.reading_logs import occurrences, run_of
from trainmon.snapshot import RunSnapshot


def _bar(name: str, n: int, total: int, elapsed_s: int) -> str:
    clock = f"{elapsed_s // 60:02d}:{elapsed_s % 60:02d}"
    return f"\r{name}{100 * n // total:3d}%|██        | {n}/{total} [{clock}<09:59,  1.01s/it]"


def _training(epoch: int) -> str:
    return "".join(_bar(f"Epoch {epoch}/2: ", n, 100, n) for n in range(101)) + "\n"


def _stage(run: RunSnapshot, kind: str) -> tuple[float | None, int]:
    (stage,) = (stage for stage in run.stages if stage.kind == kind)
    return stage.current, stage.occurrences


@pytest.mark.parametrize("late_s", [pytest.param(0, id="begun together"), pytest.param(30, id="one begins later")])
def test_bars_of_several_ranks_are_one_evaluation(late_s: int) -> None:
    evaluation = "".join(
        _bar("validation: ", second, 60, second)
        + (_bar("validation: ", second - late_s, 60, second - late_s) if second > late_s else "")
        for second in range(61)
    )

    run = run_of(_training(1) + evaluation + "\n" + _training(2) + evaluation + "\n")

    assert (run.step, run.total_steps, run.attempts) == (200, 200, 1)
    assert _stage(run, "eval") == (60, 2)


def test_a_download_by_several_ranks_is_no_attempt_after_attempt() -> None:
    fetched = "".join(
        f"\r{p:3d}%|#  | {p}.0M/95.8M [00:{second:02d}<02:10, 764kB/s]"
        for second in range(20)
        for p in (second, second // 2, 0)
    )

    run = run_of(fetched + "\n" + _training(1) + _training(2))

    assert (run.attempts, run.step) == (1, 200)
    assert occurrences(run, "data") >= 1


def test_a_program_that_was_started_again_is_another_attempt_still() -> None:
    first = "".join(_bar("train: ", n, 100, n) for n in range(40))
    again = "".join(_bar("train: ", n, 100, n) for n in range(101))

    run = run_of(first + "\nKilled\n" + again + "\n")

    assert (run.attempts, run.step) == (2, 100)


def test_two_ranks_that_draw_one_bar_from_the_first_step_on_are_one_attempt(shared: Path) -> None:
    (run,) = read_whole(shared / "logs/generated/acc2_loop_redirect/acc2_loop_redirect.log").runs

    assert (run.attempts, run.redone_steps, run.step) == (1, None, 180)


def test_ranks_whose_output_was_written_one_after_the_other_are_one_attempt(shared: Path) -> None:
    (log,) = (shared / "logs/public").glob("hf-deepspeed-multinode*")

    (run,) = read_whole(log).runs

    assert (run.attempts, run.step, run.total_steps) == (1, 4, 4)
    assert run.elapsed_s == pytest.approx(967, abs=5)
    (training,) = (stage for stage in run.stages if stage.kind == "train")
    assert training.elapsed_s == pytest.approx(872, abs=2)


def test_of_bars_that_a_launcher_marks_with_ranks_the_first_rank_s_is_followed() -> None:
    def drawn(rank: int, epoch: int, n: int, elapsed_s: int) -> str:
        return f"[default{rank}]:{_bar(f'Epoch {epoch}/3: ', n, 40, elapsed_s).strip()}\n"

    log = "".join(
        drawn(0, epoch, n, n) + drawn(1, epoch, max(n - 1, 0), max(n - 1, 0)) for epoch in (1, 2, 3) for n in range(41)
    )

    run = run_of(log)

    assert (run.step, run.total_steps, run.attempts) == (120, 120, 1)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(1.0, rel=0.05)
