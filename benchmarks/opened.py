"""The programs that `benchmarks.opening` starts: `empty`, or `trainmon LOGS [REPORT]`."""

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
    """Times of waking and how late; ends with the board that says that everything was read."""
    lags: list[tuple[float, float]] = []
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        after = time.monotonic()
        lags.append((after, after - before - 0.01))
        board = shown.board
        if board is not None and board.runs and not board.catching_up:
            break
    for _ in range(100):  # the painting of that board counts, too
        before = time.monotonic()
        await asyncio.sleep(0.01)
        lags.append((time.monotonic(), time.monotonic() - before - 0.01))
    partial = report.with_suffix(".part")
    partial.write_text(json.dumps(lags))
    partial.rename(report)


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        run_empty()
    else:
        run_trainmon(*sys.argv[2:])
