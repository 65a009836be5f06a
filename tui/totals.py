"""The overview's head: totals of a board, the GPUs of this machine, the terminal's title. Pure."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath

from rich.cells import cell_len

from trainmon import units
from trainmon.alerts.causes import MEMORY_NEAR_LIMIT
from trainmon.exports.gpu_text import gpu_label
from trainmon.gpu_snapshot import GpuSample
from trainmon.plan.doubts import doubts_text
from trainmon.snapshot import Board, RunStatus
from trainmon.tui.bars import meter
from trainmon.tui.roster import Roster, Trait
from trainmon.tui.text import Row, Span, as_fits, clock_room, fit, fit_row, plain, shorten, width_of, with_clock


def head(
    board: Board | None,
    roster: Roster,
    width: int,
    *,
    sort: str,
    wanted: str,
    marked: tuple[int, int] = (0, 0),
    failure: str = "",
    clock: str = "",
) -> list[Row]:
    """Return the line of totals, and the line of documents and notes; `roster` holds the board's runs.

    `marked`: how many of the runs listed are marked for comparison, and how many of those that the filter hides.
    """
    name: Span = (" trainmon ", "on-title")
    if board is None:
        waiting: Span = ("  " + (failure or "reading the logs"), "bad" if failure else "muted")
        return [with_clock((name, waiting), clock, width), ()]
    parts: list[Span] = [(failure, "bad")] if failure else []
    parts += [(units.plural(len(roster), "run"), "title"), *_trouble(roster)]
    running = roster.count(Trait.RUNNING)
    parts.append((f"{running} running", "accent" if running else "muted"))
    if board.catching_up:
        parts.append(("catching up", "warn"))
    done = _all_done(board, roster, width)
    if done:
        parts.append((done, ""))
    order = ", ".join([*_marked(*marked), *([f"only “{plain(wanted)}”"] if wanted else []), f"{sort} "])
    second = _documents(board, width - cell_len(order) - 2)
    gap = max(0, width - width_of(second) - cell_len(order))
    return [
        with_clock((name, *as_fits(parts, clock_room(width, clock) - width_of([name]))), clock, width),
        fit_row((*second, (" " * gap + order, "muted")), width),
    ]


def _marked(listed: int, hidden: int) -> list[str]:
    if not listed and not hidden:
        return []
    return [f"{listed} marked" + (f" (and {hidden} hidden)" if hidden else "")]


def _trouble(roster: Roster) -> list[Span]:
    """Return how many runs need somebody, go on with numbers that are none, or just stopped."""
    needy, lost, stopped = map(roster.count, (Trait.NEEDY, Trait.LOST, Trait.INTERRUPTED))
    told: list[Span] = [(f"{needy} in trouble", "bad")] if needy else []
    told += [(f"{lost} NaN", "bad")] if lost else []
    told += [(f"{stopped} interrupted", "warn")] if stopped else []
    return told or [("none in trouble", "good")]


def _documents(board: Board, width: int) -> Row:
    notes = "  ".join(plain(text) for text in board.notes)
    if not board.documents:
        return ((" no estimate document" + ("  " + notes if notes else ""), "muted"),)
    named = (
        plain(PurePath(board.documents[0].path).name)
        if len(board.documents) == 1
        else units.plural(len(board.documents), "document")
    )
    doubts = [each for document in board.documents for each in document.contradictions]
    row: list[Span] = [(" against ", "muted"), (shorten(named, max(12, width // 2)), "band")]
    if doubts:
        grave = any(each.is_grave for each in doubts)
        row.append((f"  {doubts_text(doubts)} (d)", "warn" if grave else "muted"))
    if notes:
        row.append(("  " + notes, "muted"))
    return fit_row(tuple(row), width) if width_of(row) > width else tuple(row)


def _all_done(board: Board, roster: Roster, width: int) -> str:
    """Return when the last running run ends: `all done at 16:40 (2h 05m)`; '' where nothing runs."""
    active = roster.running
    known = [run.eta for run in active if run.eta is not None]
    if not known:
        return ""
    last = max(known, key=lambda eta: eta.remaining_s.likely)
    who = "all" if len(known) == len(active) else f"{len(known)} of {len(active)}"
    left = units.duration(last.remaining_s.likely)
    if last.finish_at is None:
        return f"{who} done in {left}"
    at = f"{who} done at {units.clock(last.finish_at.likely, board.taken_at)}"
    return f"{at} (in {left})" if width >= 80 else at


def gpu_rows(board: Board | None, width: int, *, most: int = 8) -> list[Row]:
    """Return one line a GPU, or the one line that says why there is none."""
    if board is None:
        return []
    samples = board.gpu.samples
    if not samples:
        return [((" GPU  ", "muted"), (plain(board.gpu.note) or "none seen", "muted"))]
    rows = [fit_row(_gpu(sample, width), width) for sample in samples[:most]]
    if len(samples) > most:
        rows.append(((f" … and {len(samples) - most} more GPUs", "muted"),))
    if board.gpu.note:
        rows.append(((" " + plain(board.gpu.note), "muted"),))
    return rows


def _gpu(sample: GpuSample, width: int) -> Row:
    head_: Row = ((f" {gpu_label(sample)} ", "title"),)
    if width >= 100:
        head_ = (*head_, (fit(plain(sample.name or ""), 22) + " ", "muted"))
    if sample.lost:
        return (*head_, ("✗ lost: the driver no longer answers for it", "bad"))
    used, total = sample.memory_used_bytes, sample.memory_total_bytes
    share = used / total if used is not None and total else None
    role = "bad" if share is not None and share > MEMORY_NEAR_LIMIT else "accent"
    row = (*head_, *meter(max(8, min(30, width // 6)), share, role))
    row = (*row, (fit(f" {units.bytes_text(used)} of {units.bytes_text(total)}", 21), ""))
    if used is None and (reason := sample.unavailable.get("memory_used_bytes")):
        row = (*row, (f" {plain(reason)}", "warn"))
    load = "" if sample.utilization_percent is None else f"{sample.utilization_percent:.0f} %"
    heat = "" if sample.temperature_c is None else f"{sample.temperature_c:.0f} °C"
    row = (*row, (fit(load, 6, right=True), ""), (fit(heat, 7, right=True), "muted"))
    if sample.power_w is not None:
        limit = "" if sample.power_limit_w is None else f"/{sample.power_limit_w:.0f}"
        row = (*row, (fit(f"{sample.power_w:.0f}{limit} W", 11, right=True), "muted"))
    if sample.throttle_reasons:
        row = (*row, ("  ! " + plain(", ".join(sample.throttle_reasons)), "warn"))
    return row


def terminal_title(board: Board) -> str:
    """Return `trainmon 43% ETA 3h 10m`: the mean progress of the running runs and the last one's end."""
    active = [run for run in board.runs if run.state is RunStatus.RUNNING]
    known = [run.progress for run in active if run.progress is not None]
    parts = ["trainmon"]
    if known:
        parts.append(f"{sum(known) / len(known) * 100:.0f}%")
    left = [run.eta.remaining_s.likely for run in active if run.eta is not None]
    if left:
        parts.append(f"ETA {units.duration(max(left))}")
    if not active and board.runs:
        states = Counter(run.state for run in board.runs)
        troubles = [f"{states[each]} {each.value}" for each in (RunStatus.STALLED, RunStatus.FAILED) if states[each]]
        parts.append(", ".join(troubles) or "done")
    return " ".join(parts)
