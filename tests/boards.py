"""Boards for the tests of the screens: one of every kind of run, at a fixed moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tests.board_parts import (
    GB,
    MINUTE,
    NOW,
    document,
    documented,
    eta,
    file,
    gpus,
    metrics,
    stages,
    step_time,
    verdict,
)
from tests.board_runs import faster, pipeline, resumed, slower, within
from trainmon.estimates import VerdictKind
from trainmon.events import ProblemKind
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, RunGpu
from trainmon.reading.readable import Extent, PieceRead, ReadableLog
from trainmon.run_choices import PlanChoice
from trainmon.snapshot import Board, ProblemInfo, RunSnapshot, RunStatus

__all__ = [
    "HOSTILE_NAMES", "BoardSource", "board", "document", "every_kind", "faster", "finished", "gpus", "interrupted",
    "many",    "not_a_number", "out_of_memory", "pipeline", "resumed", "slower", "stalled", "waiting", "within",
]  # fmt: skip

HOSTILE_NAMES = (
    "[/red]",
    "[@click=app.quit]x",
    "\x1b]0;owned\x07run\x1b[31m",
    "日本語の実験/訓練",
    "\u200d\u200d漢a\u202eb",
    "name with\nnewline",
    "'[b]\\[",
    "",
)


def out_of_memory() -> RunSnapshot:
    return replace(
        within(),
        name="lora/llama-13b-bs8",
        state=RunStatus.FAILED,
        state_reason="CUDA out of memory on line 412",
        eta=None,
        step=212,
        progress=0.053,
        elapsed_s=340,
        ended_at=NOW - 4000,
        last_activity_at=NOW - 4000,
        verdict=None,
        comparisons=(),
        step_time_s=step_time(1.31, 212),
        metrics=metrics(212),
        problems=(
            ProblemInfo(kind=ProblemKind.MEMORY, message="only 0.4 GB of 24 GB are free", line=380, step=190),
            ProblemInfo(
                kind=ProblemKind.OOM,
                line=412,
                step=212,
                message="torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB "
                "(GPU 0; 23.69 GiB total capacity; "
                "21.04 GiB already allocated; 1.12 GiB free; 21.97 GiB reserved in total by PyTorch)",
            ),
            ProblemInfo(kind=ProblemKind.TRACEBACK, message="Traceback (most recent call last)", line=398),
        ),
        gpu=RunGpu(devices=(GpuDevice(index=0),), peak_memory_bytes=23.3 * GB, memory_total_bytes=24 * GB, basis="log"),
    )


def not_a_number() -> RunSnapshot:
    return replace(
        within(),
        name="mmarco/lr-1e-3",
        step=2_212,
        progress=0.553,
        metrics=metrics(2212, loss_last=math.nan, end=2.1),
        eta=eta(900),
        problems=(
            ProblemInfo(kind=ProblemKind.NAN, message="loss is nan since step 1,204", line=2_411, step=1204, count=101),
        ),
    )


def stalled() -> RunSnapshot:
    return replace(
        within(),
        name="pipeline/colbert",
        state=RunStatus.STALLED,
        state_reason="silent 12 min, usually 9 s",
        last_activity_at=NOW - 720,
        step=880,
        total_steps=6_000,
        progress=0.147,
        eta=eta(8_800, spread=0.4),
        overhead_s={"init": 210, "stall": 720},
        documented=None,
        verdict=None,
        comparisons=(),
        metrics=metrics(880),
    )


def waiting() -> RunSnapshot:
    plan = documented(18 * MINUTE, 35 * MINUTE, line=30)
    return RunSnapshot(
        name="mmarco/queue-3",
        files=(file("logs/mmarco/queue-3.log", "unknown"),),
        state=RunStatus.WAITING,
        state_reason="no step yet",
        documented=plan,
        eta=eta(1600, spread=0.3, basis="documented"),
    )


def finished() -> RunSnapshot:
    plan = documented(30 * MINUTE, 60 * MINUTE, line=28)
    done = verdict(VerdictKind.WITHIN, 1.0, plan, 3_120, projected=False)
    return replace(
        within(),
        name="mmarco/baseline-seed2",
        state=RunStatus.FINISHED,
        state_reason="train_runtime on line 790",
        eta=None,
        step=4000,
        progress=1.0,
        elapsed_s=3_120,
        ended_at=NOW - 9_000,
        last_activity_at=NOW - 9_000,
        verdict=done,
        comparisons=(done,),
        metrics=metrics(4000),
        stages=stages(2_700, evals=4, active=False),
        epoch=2,
    )


def interrupted() -> RunSnapshot:
    return replace(
        finished(),
        name="old/resnet50",
        state=RunStatus.INTERRUPTED,
        state_reason="the log just stops at step 2,911",
        step=2911,
        progress=0.727,
        elapsed_s=2_300,
        verdict=None,
        documented=None,
        comparisons=(),
        problems=(),
    )


def every_kind() -> tuple[RunSnapshot, ...]:
    """One run of every kind."""
    return (
        within(),
        slower(),
        faster(),
        resumed(),
        out_of_memory(),
        not_a_number(),
        stalled(),
        waiting(),
        pipeline(),
        finished(),
        interrupted(),
    )


def board(
    runs: Sequence[RunSnapshot] | None = None, *, gpu: GpuPanel | None = None, catching_up: bool = False
) -> Board:
    """Return a board of every kind of run, or of `runs`."""
    return Board(
        taken_at=NOW,
        logs=("logs/",),
        runs=tuple(runs) if runs is not None else every_kind(),
        documents=(document(),),
        gpu=gpu or gpus(2),
        catching_up=catching_up,
    )


def many(count: int = 500) -> Board:
    """Return a board of many runs in ten folders."""
    kinds = every_kind()
    return board([replace(kinds[at % len(kinds)], name=f"sweep-{at % 10}/trial-{at:03d}") for at in range(count)])


class LinesLog:
    """The lines of a source as a log; other lines than before are another text."""

    def __init__(self, source: BoardSource) -> None:
        self._source, self._data, self._generation = source, b"", 0

    def look(self) -> Extent:
        data = "".join(f"{line}\n" for line in self._source.lines).encode("utf-8", "replace")
        self._generation += not data.startswith(self._data)
        self._data = data
        return Extent(size=len(data), generation=self._generation)

    def read(self, offset: int, size: int) -> bytes:
        return self._data[offset : offset + size]

    def explain(self, begin: int, end: int) -> tuple[PieceRead, ...]:
        if b"loss" not in self._data[begin:end]:
            return (PieceRead(format_name=None),)
        return (PieceRead(format_name="huggingface", events=(f"Metrics  values={self._data[begin:end].decode()}",)),)

    def close(self) -> None:
        pass


class BoardSource:
    """A source that gives one board until it is given another."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.closed = False
        self.chosen: list[PlanChoice] = []
        self.lines: tuple[str, ...] = tuple(
            f"{{'loss': {3 - at / 40:.4f}, 'epoch': {at / 40:.2f}}}" for at in range(60)
        )

    def refresh(self) -> Board:
        return self.board

    def log(self, run: RunSnapshot) -> ReadableLog | None:
        return LinesLog(self)

    def choose(self, choice: PlanChoice) -> None:
        self.chosen.append(choice)

    def close(self) -> None:
        self.closed = True
