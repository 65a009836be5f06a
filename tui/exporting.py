"""Writing the summary from the screen: asks where to, never replaces a file unasked, and says the path."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from trainmon import units
from trainmon.errors import TrainmonError
from trainmon.exports.export import TargetExistsError, write_report
from trainmon.exports.summaries import summarise
from trainmon.sanitise import clean
from trainmon.snapshot import Board
from trainmon.tui.prompt import NoKeys, Question

_PROPOSED = "trainmon-summary.md"
_KINDS = {".md": "md", ".html": "html", ".json": "json", ".csv": "csv"}


class ReplacePrompt(ModalScreen[bool]):
    """Asks whether a file may go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", show=False),
        Binding("n,escape,enter,q", "dismiss(False)", show=False),
    ]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """Build the question."""
        asked = Static(Content(clean(str(self._path))), classes="prompt")
        asked.border_title, asked.border_subtitle = "This file exists", "y: replace it   n: keep it"
        yield asked
        yield NoKeys()


async def export(app: App[object], board: Board) -> None:
    """Ask for a path and write what is on the screen now; the ending of the name says how. Runs as a worker."""
    if app.is_web:
        app.notify("Export from a terminal: the browser has no folder to write to.", markup=False, timeout=6)
        return
    typed = await app.push_screen_wait(
        Question(f"Write the summary to ({', '.join(_KINDS)})", "enter: write   esc: do not", value=_PROPOSED)
    )
    if typed is None:
        return
    path = Path(typed).expanduser().absolute()
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        app.notify(f"A summary ends with {', '.join(_KINDS)}.", severity="warning", markup=False, timeout=8)
        return
    text = await asyncio.to_thread(summarise, board, kind)
    try:
        await _write(app, path, text)
    except TrainmonError as error:
        app.notify(clean(str(error)), severity="error", markup=False, timeout=15)


async def _write(app: App[object], path: Path, text: str) -> None:
    try:
        await asyncio.to_thread(write_report, path, text)
    except TargetExistsError:
        if not await app.push_screen_wait(ReplacePrompt(path)):
            return
        await asyncio.to_thread(write_report, path, text, force=True)
    size = units.bytes_text(len(text.encode()))
    app.notify(f"Wrote {clean(str(path))} ({size}).", markup=False, timeout=10)
