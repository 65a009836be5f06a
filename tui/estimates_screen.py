"""The estimate documents: which run is held against which line and why, what each line claims, contradictions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from trainmon.estimates import EstimateDocument
from trainmon.plan.doubts import doubts_text
from trainmon.plan.offers import near_documents
from trainmon.run_choices import DocumentLine
from trainmon.snapshot import RunSnapshot
from trainmon.tui.choosing import toml_text
from trainmon.tui.clipboard import copy
from trainmon.tui.estimates_rows import document_items, gap, names, title
from trainmon.tui.held_rows import place_of
from trainmon.tui.itemlist import Item, ItemList
from trainmon.tui.listscreen import ListScreen
from trainmon.tui.screens import EXPORT, ChoiceWanted
from trainmon.tui.text import Row, fit_row, plain, shorten_left, with_clock

_ROOMY_HEIGHT = 36
_RUN, _DURATION = "run", "estimate"


class EstimatesScreen(ListScreen):
    """Shows one document at a time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "back", "Back", show=False),
        Binding(
            "enter,c", "choose_plan", "Choose plan", tooltip="Choose what the run under the cursor is held against"
        ),
        Binding("n,right", "turn(1)", "Next document", key_display="n"),
        Binding("p,left", "turn(-1)", "Document before", show=False),
        Binding("tab", "turn(1)", show=False),
        Binding("shift+tab", "turn(-1)", show=False),
        Binding("y", "copy_choices", "Copy for settings", show=False, tooltip="What was chosen, for trainmon.toml"),
        EXPORT,
    ]

    def __init__(self, run_name: str | None = None) -> None:
        """Begin with the document of a run, and the cursor on that run."""
        super().__init__()
        self._path: str | None = None
        """The document shown."""
        self._first = run_name
        self._last_run: str | None = None
        """The run that the cursor stood on last."""
        self._nearest: dict[str, str] = {}
        self._nearest_of: tuple[EstimateDocument, ...] = ()

    @property
    def chosen_run(self) -> str | None:
        """The run under the cursor."""
        key = self.current.key if self.current is not None else None
        return key[1] if isinstance(key, tuple) and key[0] == _RUN else None

    @property
    def _documents(self) -> tuple[EstimateDocument, ...]:
        return self.board.documents if self.board is not None else ()

    @property
    def _at(self) -> int:
        paths = [document.path for document in self._documents]
        return paths.index(self._path) if self._path in paths else 0

    def update_view(self) -> None:
        """Show what changed."""
        begin = self._first
        if self._path is None and self.board is not None and self.board.runs:
            run = next((run for run in self.board.runs if run.name == begin), self.board.runs[0])
            self._path, self._first = self._document_of(run), None
        super().update_view()
        if begin is not None and self._first is None:
            self.query_one(ItemList).stand_on((_RUN, begin))

    def head(self, width: int) -> list[Row]:
        """Return the document's name among all."""
        documents = self._documents
        if not documents:
            return [with_clock(((" estimates ", "on-title"),), self.clock, width)]
        shown = documents[self._at]
        doubts = doubts_text(shown.contradictions)
        row: Row = (
            (" estimates ", "on-title"),
            (f"  {plain(shown.title) or 'untitled'}", "title"),
            (f"  {doubts}", "warn" if shown.contradictions else "muted"),
        )
        if len(documents) == 1:
            row = (*row, (f"  {shorten_left(plain(shown.path), width // 2)}", "muted"))
            return [with_clock(row, self.clock, width)]
        most = 6 if self.size.height >= _ROOMY_HEIGHT else 3
        row = (*row[:1], (f"  document {self._at + 1} of {len(documents)}", "muted"), *row[1:])
        return [with_clock(row, self.clock, width), *names(documents, self._at, width, most=most)]

    def items(self) -> Sequence[Item]:
        """Return what the document says, after what was chosen."""
        if self.board is None:
            return []
        documents = self._documents
        if not documents:
            said = ("no estimate document was found or named (--estimates)", *self.board.notes)
            return [_text(plain(text), "muted") for text in said]
        document = documents[self._at]
        runs = [run for run in self.board.runs if self._document_of(run) == document.path]
        return document_items(document, runs, self._chosen())

    def _chosen(self) -> list[Item]:
        if self.board is None or not self.board.choices:
            return []
        lines = toml_text(self.board.choices, self.board.settings_file).rstrip().splitlines()
        told = f"It holds until trainmon ends; for good, with these lines in {plain(self.board.settings_file)}:"
        found = [title("Chosen on the screen", "y copies it"), _text(told, "muted")]
        return [*found, *(_text(line, "key") for line in lines), gap()]

    def _document_of(self, run: RunSnapshot) -> str:
        """The document that a run is held against, else the nearest one to its log."""
        place = place_of(run)
        if place is not None:
            return place[0]
        if self._nearest_of is not self._documents:
            self._nearest, self._nearest_of = {}, self._documents
        known = self._nearest.get(run.name)
        if known is None:
            log = run.files[0].path if run.files else run.name
            near = near_documents(self._documents, log)
            known = self._nearest[run.name] = near[0].path if near else ""
        return known

    def action_turn(self, by: int) -> None:
        """Show the next document."""
        if documents := self._documents:
            self._path = documents[(self._at + by) % len(documents)].path
            self.update_view()
            self.query_one(ItemList).action_edge(-1)

    @on(ItemList.Moved)
    def _remember(self) -> None:
        self._last_run = self.chosen_run or self._last_run

    @on(ItemList.Opened)
    def action_choose_plan(self) -> None:
        """Choose what the run under the cursor is held against; from a duration, begin there with the run before."""
        line = self._line
        run = self.chosen_run or (self._last_run if line is not None else None)
        if run is not None:
            self.post_message(ChoiceWanted(run, line))
        elif self._documents:
            self.notify("Put the cursor on a run first: they stand at the top.", markup=False, timeout=4)

    @property
    def _line(self) -> DocumentLine | None:
        """The line of the duration under the cursor."""
        key = self.current.key if self.current is not None else None
        if not isinstance(key, tuple) or key[0] != _DURATION:
            return None
        document = self._documents[self._at]
        estimate = document.estimates[key[1]]
        return DocumentLine(path=Path(document.path), line=estimate.line, words=estimate.text)

    def action_copy_choices(self) -> None:
        """Copy what was chosen as it stands in a settings file."""
        if self.board is None or not self.board.choices:
            self.notify("Nothing was chosen on the screen.", markup=False, timeout=4)
            return
        text = toml_text(self.board.choices, self.board.settings_file)
        self.run_worker(copy(self.app, text, f"the choices for {plain(self.board.settings_file)}"))


def _text(text: str, role: str) -> Item:
    return Item(row=lambda width: fit_row(((f"  {text}", role),), width), words=lambda: text)
