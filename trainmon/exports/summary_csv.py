"""The summary as CSV (RFC 4180, UTF-8, no byte order mark): one row per run, numbers in base units, unknown empty."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable

from trainmon.exports.contract import OVERHEADS, run_object
from trainmon.exports.report import best, hardware, plan_rows, problem_text, run_name
from trainmon.sanitise import clean
from trainmon.snapshot import ETA_CHECKED, Board, RunSnapshot

Cell = str | float | None

_PLAIN = (
    "attempts",
    "started_at",
    "ended_at",
    "last_activity_at",
    "elapsed_s",
    "step",
    "total_steps",
    "unit",
    "epoch",
    "total_epochs",
    "progress",
)
_ENDS = ("low", "likely", "high")
_PARTS = ("last", "best", "min", "max")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FORMULA_STARTS = tuple("=+-@|%＝＋－＠")
"""What Excel, LibreOffice and Google Sheets take for the start of a formula, full-width forms included. Sanitised text
holds no tab and no line end."""


def summary_csv(board: Board) -> str:
    """Give a header and one row per run, in the board's order; a column per metric that any run has."""
    names = list(dict.fromkeys(name for run in board.runs for name in run.metrics))
    rows = [{**_row(run), **_metric_cells(run, names)} for run in board.runs]
    header = list(rows[0]) if rows else list(_EMPTY_HEADER)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_inert(name) for name in header)
    writer.writerows([_inert(cell) for cell in row.values()] for row in rows)
    return written.getvalue()


def _row(run: RunSnapshot) -> dict[str, Cell]:
    """The values of the JSON contract, flat, under names that carry their path and unit."""
    written = run_object(run)
    rows = plan_rows(run) if run.verdict and run.verdict.documented else []
    return {
        "run": run_name(run),
        **{name: _at(written, name) for name in ("state", "state_reason")},
        "files": "; ".join(clean(file.path) for file in run.files),
        "formats": "; ".join(dict.fromkeys(clean(file.format) for file in run.files)),
        **{name: _at(written, name) for name in _PLAIN},
        **{f"step_time_{part}_s": _at(written, "step_time_s", part) for part in ("p10", "median", "p90", "mean")},
        "step_time_basis": _at(written, "step_time_s", "basis"),
        **{f"overhead_{name}_s": _at(written, "overhead_s", name) for name in OVERHEADS},
        **{f"remaining_{end}_s": _at(written, "eta", "remaining_s", end) for end in _ENDS},
        **{f"finish_at_{end}": _at(written, "eta", "finish_at", end) for end in _ENDS},
        "eta_basis": _at(written, "eta", "basis"),
        **_eta_cells(run),
        "gpu": hardware(run),
        "peak_memory_bytes": _at(written, "gpu", "peak_memory_bytes"),
        "memory_total_bytes": _at(written, "gpu", "memory_total_bytes"),
        **{f"documented_{end}_s": _at(written, "verdict", "documented", "total_s", end) for end in _ENDS},
        "documented_scope": _at(written, "verdict", "documented", "scope"),
        "documented_scenario": rows[0].scenario if rows else None,
        "documented_source": rows[0].source if rows else None,
        "documented_line": rows[0].quote if rows else None,
        "measured_s": _at(written, "verdict", "measured_s"),
        "projected": _at(written, "verdict", "projected"),
        "verdict": _at(written, "verdict", "kind"),
        "ratio": _at(written, "verdict", "ratio"),
        "verdict_text": _at(written, "verdict", "text"),
        "problem_count": len(run.problems),
        "problems": "; ".join(problem_text(run, problem) for problem in run.problems),
    }


def _at(written: object, *path: str) -> Cell:
    """Follow names into the written object; None where one of them is null."""
    for name in path:
        written = written.get(name) if isinstance(written, dict) else None
    if isinstance(written, bool):
        return str(written).lower()
    return written if isinstance(written, str | int | float) else None


def _eta_cells(run: RunSnapshot) -> dict[str, Cell]:
    """What the ETA said was left at shares of the wall time, and what was left."""
    asked = {check.share: check for check in run.eta_accuracy}
    cells: dict[str, Cell] = {}
    for share in ETA_CHECKED:
        check, at = asked.get(share), f"{100 * share:.0f}_percent_s"
        cells[f"eta_at_{at}"] = check.remaining_s.likely if check and check.remaining_s else None
        cells[f"left_at_{at}"] = check.true_s if check else None
    return cells


def _metric_cells(run: RunSnapshot, names: Iterable[str]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name in names:
        metric = run.metrics.get(name)
        values = (metric.last, best(name, metric), metric.min, metric.max) if metric else (None,) * 4
        cells |= {f"metric:{clean(name)}:{part}": value for part, value in zip(_PARTS, values, strict=True)}
    return cells


def _inert(cell: Cell) -> str:
    """Give a cell that no spreadsheet computes: text that starts like a formula gets an apostrophe, numbers stay."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return _number(cell)
    starts_formula = cell.lstrip().startswith(_FORMULA_STARTS)
    return f"'{cell}" if starts_formula and not _NUMBER.fullmatch(cell) else cell


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(value)


_EMPTY_HEADER = tuple(_row(RunSnapshot(name="", files=())))
