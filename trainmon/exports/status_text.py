"""The plain status table: one aligned line per run, worst first, with what needs a look below it.

For a terminal that no screen is started on, for a pipe and for cron; words carry every state, no colours and no signs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from trainmon import units
from trainmon.attention import worst_first
from trainmon.estimates import VerdictKind
from trainmon.exports.gpu_text import machine_gpu_lines, run_gpu_lines
from trainmon.exports.report import (
    found_in,
    plan_rows,
    problem_text,
    remaining,
    run_name,
    skipped_files,
    step_time,
    steps,
    totals,
    verdict_of,
    why_late_text,
)
from trainmon.exports.times import eta_basis, step_time_basis
from trainmon.sanitise import clean
from trainmon.snapshot import Board, RunSnapshot, RunStatus

_COLUMNS = ("RUN", "STATE", "DONE", "STEPS", "STEP TIME", "ELAPSED", "LEFT", "80 % RANGE", "AGAINST PLAN")
_LEAST_NEEDED = (7, 5, 3, 4, 2, 8)
"""Columns that a narrow terminal loses, in this order; name, state and time left stay."""
_NAME_CELLS = 12
_MAX_NAME_CELLS = 60
_GAP = "  "
_INDENT = "    "
_DETAIL_CELLS = len(RunStatus.INTERRUPTED)
_MAX_PROBLEMS = 3
_QUOTE_CELLS = 120
"""Of a document's line: where it stands is said beside it."""
_ASCII = str.maketrans({"…": "...", "×": "x", "–": "-", "—": "-", "≈": "~", "→": "->"})


def status_text(board: Board, *, width: int | None = None, ascii_only: bool = False, verbose: bool = False) -> str:
    """Give the table with a final newline. `width` in cells; None (a pipe) cuts nothing.

    `verbose` says where each run's times come from, lists the GPUs, and the files that are no logs, one a line.

    `ascii_only` is for terminals and locales that cannot show more: what they cannot show becomes `?`.
    """
    shown = _in_ascii if ascii_only else str
    mark = "..." if ascii_only else "…"
    lines = list(_head(board))
    runs = worst_first(board.runs)
    if runs:
        rows = [_COLUMNS, *(tuple(map(shown, _row(run))) for run in runs)]
        header, *table = _aligned(_fitting(rows, width, mark))
        lines += ["", header]
        for run, row in zip(runs, table, strict=True):
            lines += [row, *(_detail(label, text) for label, text in _details(run, verbose=verbose))]
    told = list(_foot(board, verbose=verbose))
    lines += ["", *told] if told else []
    lines = [shown(line).rstrip() for line in lines]
    return "".join(f"{line if width is None else shortened(line, width, mark)}\n" for line in lines)


def _in_ascii(text: str) -> str:
    return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def _head(board: Board) -> Iterable[str]:
    yield f"{units.moment(board.taken_at)}  {totals(board.runs)}"
    if board.catching_up:
        yield "history is still being read: numbers will change"


def _foot(board: Board, *, verbose: bool) -> Iterable[str]:
    for document in board.documents:
        found = found_in(document)
        yield f"document {clean(document.path)}: {found}"
    if skipped := skipped_files(board):
        yield skipped
    if verbose:
        yield from (f"{_INDENT}{clean(skip.path)}: {clean(skip.reason)}" for skip in board.skipped)
        yield from machine_gpu_lines(board.gpu)
    for note in board.notes:
        yield f"note: {clean(note)}"


def _row(run: RunSnapshot) -> tuple[str, ...]:
    left, interval = remaining(run)
    return (
        run_name(run),
        run.state.value,
        units.percent(run.progress),
        steps(run),
        step_time(run),
        units.duration(run.elapsed_s),
        "done" if run.state is RunStatus.FINISHED else left,
        interval,
        verdict_of(run),
    )


def _details(run: RunSnapshot, *, verbose: bool) -> Iterable[tuple[str, str]]:
    """Why the state is what it is, the documented line, and the trouble."""
    shown = run.problems[-_MAX_PROBLEMS:]
    said_below = any(problem.message and problem.message in run.state_reason for problem in shown)
    if run.state_reason and not said_below and run.state not in {RunStatus.RUNNING, RunStatus.FINISHED}:
        yield run.state.value, clean(run.state_reason)
    for row in plan_rows(run)[:1]:
        quote = f' "{shortened(row.quote, _QUOTE_CELLS)}"' if row.quote else ""
        scenario = f" [{shortened(row.scenario, _QUOTE_CELLS)}]" if row.scenario else ""
        yield "plan", f"{row.what} {row.plan}, {row.source}{quote}{scenario}"
        if row.actual != units.UNKNOWN:
            yield "actual", f"{row.actual}: {row.verdict}"
    if late := why_late_text(run):
        yield "why late", late
    if run.verdict is not None and run.verdict.kind is VerdictKind.NOT_COMPARABLE and run.verdict.text:
        yield "verdict", clean(run.verdict.text)
    for problem in shown:
        yield "problem", problem_text(run, problem)
    if len(run.problems) > _MAX_PROBLEMS:
        yield "", f"and {len(run.problems) - _MAX_PROBLEMS} earlier"
    if verbose:
        yield from (("basis", text) for text in _bases(run))
        yield from (("GPU", text) for text in run_gpu_lines(run.gpu))
    for file in run.files:
        yield from (("note", f"{clean(file.path)}: {clean(note)}") for note in file.notes)


def _bases(run: RunSnapshot) -> Iterable[str]:
    if basis := step_time_basis(run):
        yield f"step time from {basis}"
    if basis := eta_basis(run):
        yield f"ETA {basis}"


def _detail(label: str, text: str) -> str:
    return f"{_INDENT}{label:<{_DETAIL_CELLS}} {text}"


def _fitting(rows: Sequence[tuple[str, ...]], width: int | None, mark: str) -> list[list[str]]:
    """Leave out columns in which nothing is known; cut the names and leave out more until the table fits `width`."""
    told = {column for row in rows[1:] for column, cell in enumerate(row) if cell != units.UNKNOWN}
    columns = [column for column in range(len(_COLUMNS)) if column in told]
    cells = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    cells[0] = min(cells[0], _MAX_NAME_CELLS)
    dropped = iter([column for column in _LEAST_NEEDED if column in told])

    def excess() -> int:
        return sum(cells[column] for column in columns) + len(_GAP) * (len(columns) - 1) - (width or 0)

    while width is not None and excess() > 0:
        if cells[0] - excess() >= _NAME_CELLS:
            cells[0] -= excess()
            break
        column = next(dropped, None)
        if column is None:
            cells[0] = min(cells[0], max(4, cells[0] - excess()))
            break
        columns.remove(column)
    return [[shortened(row[0], cells[0], mark), *(row[column] for column in columns[1:])] for row in rows]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(cell_width, column)) for column in zip_longest(*rows, fillvalue="")]
    return [_GAP.join(padded(text, width) for text, width in zip(row, widths, strict=True)) for row in rows]


def cell_width(text: str) -> int:
    """Count terminal cells of sanitised text: two for wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def padded(text: str, width: int) -> str:
    """Fill `text` with spaces to `width` cells."""
    return text + " " * (width - cell_width(text))


def shortened(text: str, width: int, mark: str = "…") -> str:
    """Cut `text` to `width` cells, with `mark` at the end where something is missing."""
    if cell_width(text) <= width:
        return text
    room, kept = max(width - len(mark), 0), ""
    for char in text:
        room -= _cells(char)
        if room < 0:
            break
        kept += char
    return (kept.rstrip() + mark)[: max(width, 1)]
