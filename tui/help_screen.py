"""The keys and the signs, on one page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from trainmon.snapshot import RunStatus
from trainmon.tui import bars, words
from trainmon.tui.footer import FittingFooter
from trainmon.tui.screens import BoardScreen
from trainmon.tui.spanview import LinesView, ScrolledLines
from trainmon.tui.text import Row, fit, fit_row, heading, wrap

_KEYS = {
    "All runs": {
        "↑ ↓ j k": "move; g and G to the ends, page up and page down by pages",
        "enter": "open the run; so does a second click",
        "/": "only runs with these words in name, state, verdict; escape: all",
        "s": "next order: worst first, time left, name, last activity",
        "f": "group by folder, or all runs in one list",
        "space": "mark for comparison and go on to the next; c compares the marked runs",
        "d": "the plan: what documents say, which line is held against a run",
    },
    "Everywhere": {
        "e": "export the summary to a file: md, html, json or csv",
        "y Y": "copy the run's line, the run as JSON; in tmux too",
        ": ctrl+p": "command palette: every command by name, and the themes",
        "?": "this page",
        "q": "on the list of runs: leave trainmon; everywhere else: back",
        "ctrl+c": "leave trainmon",
    },
    "One run": {
        "1 - 5": "summary, charts, documented, problems, log; tab: next",
        "l m": "logarithmic scale; smoothed curves",
        "← →": "read a value off the curves",
        "z Z": "show fewer, more of the steps, around the cursor, else at the end",
        "n p": "next and previous run",
        "escape": "back",
    },
    "A comparison": {
        "t": "curves by step, or by the time since the start",
        "l m z ← →": "as for one run",
    },
    "The plan": {
        "enter c": "on a run or a duration: choose; c does so on the run's screen",
        "enter a": "for this run, or for all that are held against the same line",
        "n p": "next and previous document",
        "/": "only lines with these words",
        "y": "copy what was chosen, as it stands in trainmon.toml",
    },
    "The log": {
        "j k b space": "by lines and pages, as the arrows; < > g G: to the ends",
        "F": "follow its end, or stay; scrolling up stays, G follows again",
        "/": "search for words, or for /a regular expression; escape: stop",
        "n N": "next match, match before; small letters find large ones, too",
        "r": "every redraw of a bar on a line of its own, or bars in place",
        "enter": "what a line was read as; on a problem (4): its line of the log",
    },
    "A replay": {
        "space": "stop the clock, go on",
        "← → g G": "back and forward; to the start and the end",
        ", .": "to the change of a log before, and the next one",
        "x X": "to the next problem, end or restart of a run that died, or slowdown; to the one before",
        "%": "to a percentage; so does a click on the line",
        "+ -": "faster, slower",
    },
}


_KEY_WIDTH = 14


def help_rows(width: int) -> list[Row]:
    """Return the page."""
    rows: list[Row] = []
    for title, keys in _KEYS.items():
        rows.append(heading(title, width))
        for key, text in keys.items():
            first, *more = wrap(text, max(20, width - _KEY_WIDTH)) or [""]
            rows.append(((fit("  " + key, _KEY_WIDTH), "key"), (first, "")))
            rows += [((" " * _KEY_WIDTH, ""), (line, "")) for line in more]
        rows.append(())
    rows.append(heading("Signs", width))
    signs = "  ".join(f"{words.STATE_SIGNS[state]} {state}" for state in RunStatus)
    verdicts = "  ".join(f"{sign} {kind}" for kind, (sign, _) in words.VERDICT_SIGNS.items())
    rows += [((f"  {signs}", ""),), ((f"  {verdicts}", ""),), (("  ~ derived or projected", ""),), ()]
    rows.append(heading("The bar", width))
    example = bars.plan_bar(30, bars.Course(share=0.6, total_s=44, band_s=(30, 60)), "accent")
    rows.append((("  ", ""), *example, ("  60%", ""), ("  filled as far as the percentage says", "muted")))
    told = (
        (bars.FILL, "done; ", bars.TRACK, "still to do; ", bars.UNKNOWN, "nobody knows how far it is"),
        (bars.BAND, "the documented end; ", bars.FILLED_BAND, "the same, where the bar is filled"),
        (bars.MARK, "the end, measured or projected: left of the band early, right of it late"),
        ("▒", "above a stage: what the plan gives it at least; ", "░", "what it gives it at most"),
    )
    for line in told:
        row: list[tuple[str, str]] = [("  ", "")]
        for at in range(0, len(line), 2):
            row += [(f"{line[at]} ", "band"), (line[at + 1], "")]
        rows.append(fit_row(tuple(row), width))
    return rows


class HelpScreen(BoardScreen):
    """Shows the page until a key closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "app.pop_screen", "Back", key_display="esc"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def compose_body(self) -> ComposeResult:
        """Build the screen."""
        yield ScrolledLines(id="main")
        yield FittingFooter()

    def update_view(self) -> None:
        """Show the page at the present width."""
        self.query_one("#main", LinesView).show(help_rows(max(40, self.size.width - 2)))

    def action_scroll(self, by: int) -> None:
        """Scroll by a line."""
        self.query_one("#main", LinesView).scroll_relative(y=by, animate=False)
