"""The programs that benchmarks start: `empty`, `trainmon LOGS [REPORT]`, or `changing HZ`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any


def run_empty() -> None:
    """What any Textual program under Typer costs."""
    import typer
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Empty(App[None]):
        BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012

        def compose(self) -> ComposeResult:
            yield Static("ready")

    cli = typer.Typer(add_completion=False)

    @cli.command()
    def show() -> None:
        Empty().run()

    cli([])


def run_trainmon(logs: str, report: str = "") -> None:
    """The program itself; where lags are asked for, with one more task in the screen's loop."""
    from trainmon.cli import main

    if report:
        _measure_lags(Path(report))
    main(["watch", logs])


def _measure_lags(report: Path) -> None:
    from trainmon.tui import app

    class Measured(app.TrainmonApp):
        CSS_PATH = str(Path(app.__file__).with_name("app.tcss"))

        def on_mount(self) -> None:
            self.run_worker(_sleeper(self, report))

    app.TrainmonApp = Measured  # type: ignore[misc]


async def _sleeper(shown: Any, report: Path) -> None:
    """For each waking when, how late, and the processor time of this process since the one before.

    Ends behind the board that says that everything was read.
    """
    wakings: list[tuple[float, float, float]] = []
    left = 100  # the painting of that board counts, too
    while left:
        before, processor_s = time.monotonic(), time.process_time()
        await asyncio.sleep(0.01)
        after = time.monotonic()
        wakings.append((after, after - before - 0.01, time.process_time() - processor_s))
        board = shown.board
        left -= board is not None and bool(board.runs) and not board.catching_up
    partial = report.with_suffix(".part")
    partial.write_text(json.dumps(wakings))
    partial.rename(report)


def run_changing(hz: float) -> None:
    """The list of thirty runs, four of which change with each look."""
    from trainmon.snapshot import Board, Eta, Interval, MetricInfo, RunSnapshot, RunStatus
    from trainmon.tui.app import run

    def running(at: int, look: int) -> RunSnapshot:
        step, loss, left_s = 1000 + at * 37 + look, 2.0 - at * 0.1 - look * 0.0013, 3000.0 - at * 91 - look * 0.7
        history = ((1.0, 2.5), (float(step), loss))
        metric = MetricInfo(count=look, first=2.5, last=loss, min=loss, max=2.5, last_step=step, history=history)
        eta = Eta(remaining_s=Interval(low=left_s * 0.9, likely=left_s, high=left_s * 1.2), finish_at=None, basis="")
        return RunSnapshot(
            name=f"sweep/run{at:02}", files=(), state=RunStatus.RUNNING, step=step, total_steps=4000,
            progress=step / 4000, elapsed_s=500.0 + look / hz, eta=eta, metrics={"loss": metric},
        )  # fmt: skip

    over = [
        RunSnapshot(name=f"old/run{at:02}", files=(), state=RunStatus.FINISHED, step=400, total_steps=400, progress=1.0)
        for at in range(26)
    ]

    class Changing:
        looks = 0

        def refresh(self) -> Board:
            self.looks += 1
            runs = (*(running(at, self.looks) for at in range(4)), *over)
            return Board(taken_at=1_770_000_000.0 + self.looks / hz, logs=("logs",), runs=runs)

        def log(self, run: RunSnapshot) -> None: ...

        def choose(self, choice: object) -> None: ...

        def close(self) -> None: ...

    run(Changing(), hz=hz)


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        run_empty()
    elif sys.argv[1] == "changing":
        run_changing(float(sys.argv[2]))
    else:
        run_trainmon(*sys.argv[2:])
