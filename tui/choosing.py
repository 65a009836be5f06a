"""Choosing what a run is held against: automatic, nothing, or a line of a document. The choice is made elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from trainmon import units
from trainmon.estimates import EstimateDocument
from trainmon.plan.offers import Offer, near_documents, offers, present_offer
from trainmon.run_choices import DocumentLine, PlanChoice, RunChoice, as_toml, with_choice
from trainmon.snapshot import RunSnapshot
from trainmon.tui import words
from trainmon.tui.clipboard import copy
from trainmon.tui.estimates_rows import around
from trainmon.tui.held_rows import held, place_of, why
from trainmon.tui.itemlist import Item, ItemList
from trainmon.tui.listscreen import ListScreen
from trainmon.tui.screens import PlanChosen
from trainmon.tui.text import Row, fit, fit_row, heading, plain, shorten, shorten_left, with_clock

_AUTOMATIC, _NOTHING = "automatic", "none"
_CHOSEN, _FOUND = "●", "○"
"""What is in force; what automatic leads to."""
_BETWEEN, _LEAST = " / ", 6
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")


class ChoosingScreen(ListScreen):
    """Offers what documents hold for one run; leaves with the choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose(False)", "This run", tooltip="Hold this run against the line under the cursor"),
        Binding("a", "choose(True)", "All on its line", tooltip="The same for all runs held against the same line now"),
        Binding("y", "copy_choice", "Copy for settings", tooltip="The line under the cursor, for trainmon.toml"),
    ]

    def __init__(self, run_name: str, line: DocumentLine | None = None) -> None:
        """Begin at a `line`, else at what is in force."""
        super().__init__()
        self.run_name = run_name
        self._line = line
        self._offers: list[tuple[EstimateDocument, list[Offer]]] = []
        self._offered_of: tuple[EstimateDocument, ...] | None = None
        self._entered = False

    @property
    def chosen_run(self) -> str | None:
        """The run that a line is chosen for."""
        return self.run_name

    @property
    def _run(self) -> RunSnapshot | None:
        runs = self.board.runs if self.board is not None else ()
        return next((run for run in runs if run.name == self.run_name), None)

    @property
    def _choice(self) -> RunChoice | None:
        choices = self.board.choices if self.board is not None else ()
        return next((choice for choice in choices if choice.pattern == self.run_name), None)

    def update_view(self) -> None:
        """Show what changed."""
        super().update_view()
        if not self._entered and self._run is not None:
            self._entered = True
            self.query_one(ItemList).stand_on(self._first_key())

    def head(self, width: int) -> list[Row]:
        """Return the run and what it is held against now."""
        run = self._run
        if run is None:
            return [with_clock(((f" {plain(self.run_name)}: this run is not there", "muted"),), self.clock, width)]
        first: Row = ((" hold ", "on-title"), (f"  {words.name(run)}", "title"), ("  against which line?", "muted"))
        place = place_of(run)
        at = "" if place is None else f"   {shorten_left(plain(place[0]), 30)}:{place[1]}"
        now: Row = (
            (" now ", "muted"),
            (words.documented(run.documented), "band"),
            ("  ", ""),
            words.verdict_of(run),
            (at, "muted"),
            (f"   {why(run)}", "muted"),
        )
        return [with_clock(first, self.clock, width), fit_row(now, width)]

    def items(self) -> Sequence[Item]:
        """Return what can be chosen."""
        run = self._run
        if run is None or self.board is None:
            return []
        if self._offered_of is not self.board.documents:
            log = run.files[0].path if run.files else run.name
            self._offered_of = self.board.documents
            self._offers = [(one, offered) for one in near_documents(self._offered_of, log) if (offered := offers(one))]
        present = self._present_key()
        chosen = self._choice is not None
        found: list[Item] = [
            _plain_item(_AUTOMATIC, f"what fits the run best by name, numbers and machine ({_FOUND})", not chosen),
            _plain_item(_NOTHING, "held against no plan", present == _NOTHING),
        ]
        for document, offered in self._offers:
            found.append(Item(row=partial(_document_row, document)))
            mark = _CHOSEN if chosen else _FOUND
            found += [_offer_item(document, one, mark if _key(one) == present else "") for one in offered]
        return found

    def _first_key(self) -> object:
        """Where the cursor begins: the line wanted, or what of it is offered, else what is in force."""
        if self._line is None:
            return self._present_key()
        place = (str(self._line.path), self._line.line)
        keys = [key for _, offered in self._offers for one in offered if (key := _key(one))[:2] == place]
        wanted = (*place, self._line.words)
        return wanted if wanted in keys else next(iter(keys), self._present_key())

    def _present_key(self) -> object:
        """What is in force: the key of its line."""
        run, choice = self._run, self._choice
        if run is None or (choice is not None and choice.no_plan):
            return _NOTHING
        present = present_offer([one for _, offered in self._offers for one in offered], held(run))
        return _AUTOMATIC if present is None else _key(present)

    def _same_line(self) -> tuple[str, ...]:
        """Names of the runs that are held against the same line as this one, itself included."""
        run = self._run
        place = place_of(run) if run is not None else None
        if self.board is None or place is None:
            return (self.run_name,)
        return tuple(each.name for each in self.board.runs if place_of(each) == place)

    def _plan_choice(self, runs: tuple[str, ...]) -> PlanChoice | None:
        key = self.current.key if self.current is not None else None
        if key == _AUTOMATIC:
            return PlanChoice(runs=runs)
        if key == _NOTHING:
            return PlanChoice(runs=runs, no_plan=True)
        if not isinstance(key, tuple):
            return None
        path, line, told = key
        return PlanChoice(runs=runs, estimate=DocumentLine(path=Path(path), line=line, words=told))

    @on(ItemList.Opened)
    def _clicked(self) -> None:
        self.action_choose(False)

    def action_choose(self, every: bool) -> None:
        """Have the run, or all on its line, held against what the cursor is on."""
        runs = self._same_line() if every else (self.run_name,)
        choice = self._plan_choice(runs)
        if choice is None:
            return
        self.app.post_message(PlanChosen(choice))  # this screen is about to go
        who = words.name(self._run) if self._run is not None and len(runs) == 1 else units.plural(len(runs), "run")
        self.app.notify(f"{shorten(who, 40)}: {_said(choice)}", markup=False, timeout=6)
        self.app.pop_screen()

    def action_copy_choice(self) -> None:
        """Copy what the cursor is on as it stands in a settings file."""
        choice = self._plan_choice((self.run_name,))
        if self.board is None or choice is None:
            return
        written = with_choice({}, (), choice).values()
        if not written:
            self.notify("Automatic needs no line in the settings.", markup=False, timeout=4)
            return
        text = toml_text(written, self.board.settings_file)
        self.run_worker(copy(self.app, text, f"the lines for {plain(self.board.settings_file)}"))


def toml_text(choices: Iterable[RunChoice], settings_file: str) -> str:
    """Return choices as they stand in the settings file."""
    return as_toml(choices, Path(settings_file).parent)


def _said(choice: PlanChoice) -> str:
    if choice.estimate is not None:
        place = f"{choice.estimate.path.name}:{choice.estimate.line}"
        return f"held against {plain(place)} until trainmon ends; the plan screen says how to keep it."
    return "held against no plan until trainmon ends." if choice.no_plan else "automatic again."


def _key(offer: Offer) -> tuple[str, int, str]:
    return offer.document, offer.line, offer.words


def _plain_item(key: str, told: str, present: bool) -> Item:
    row: Row = ((f"  {_CHOSEN if present else ' '} ", "key"), (fit(key, 14), "title"), (told, "muted"))
    return Item(row=lambda width: fit_row(row, width), key=key, words=lambda: f"{key} {told}")


def _document_row(document: EstimateDocument, width: int) -> Row:
    return heading(shorten_left(plain(document.path), width - 30), width - 1, shorten(plain(document.title), 24))


def _labels(labels: Sequence[str], width: int) -> str:
    """Return labels; where they are too long without what stands in brackets, and the longest ones cut."""
    if len(_BETWEEN.join(labels)) > width:
        labels = [_BRACKETS.sub("", label) or label for label in labels]
    room = max(map(len, labels), default=0)
    while room > _LEAST and len(_BETWEEN.join(shorten(label, room) for label in labels)) > width:
        room -= 1
    return _BETWEEN.join(shorten(label, room) for label in labels)


def _offer_item(document: EstimateDocument, offer: Offer, mark: str) -> Item:
    documented = offer.held
    levels = dict.fromkeys((*documented.scenario, documented.subject))
    labels = [plain(level) for level in levels if level not in {"", document.title}]
    text = plain(documented.source.text).strip() if documented.source is not None else plain(offer.words)

    def row(width: int) -> Row:
        about = max(16, min(60, (width - 36) // 2))
        return fit_row(
            (
                (f"  {mark or ' '} ", "key"),
                (fit(str(offer.line), 5, right=True), "muted"),
                ("  " + fit(documented.scope, 6), "accent"),
                (fit(words.documented(documented), 15, right=True), "band"),
                ("  " + fit(_labels(labels, about), about), ""),
                ("  " + text, "muted"),
            ),
            width,
        )

    def told(width: int) -> list[Row]:
        first: Row = (
            (f"{shorten_left(plain(offer.document), width // 2)}:{offer.line}  ", "muted"),
            (f"“{plain(offer.words)}”", "title"),
            (f"  held as {documented.scope} ", "muted"),
            (words.documented(documented), "band"),
            (f"  {plain(documented.reason)}" if documented.reason else "", "muted"),
        )
        return [
            fit_row(first, width),
            ((shorten(_BETWEEN.join(labels), width), "muted"),),
            *around(document, offer.line, width),
        ]

    return Item(
        row=row, key=_key(offer), told=told, words=lambda: f"{offer.line} {documented.scope} {' '.join(labels)} {text}"
    )
