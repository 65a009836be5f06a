"""The first section of a run: what it does, where its time went, and the charts that matter most."""

from __future__ import annotations

from trainmon.snapshot import Board, RunSnapshot
from trainmon.tui import run_sections, totals
from trainmon.tui.chart_look import ChartLook
from trainmon.tui.charts_section import first_charts
from trainmon.tui.text import Row, beside
from trainmon.tui.timeline import timeline

_WIDE = 132
"""Cells from which on the charts stand beside the facts."""


def run_summary(run: RunSnapshot, board: Board | None, width: int, look: ChartLook) -> list[Row]:
    """Give the rows, of at most `width` cells."""
    if width >= _WIDE:
        left_width = width * 11 // 20
        right_width = width - left_width - 3
        left = [*_facts(run, board, left_width), (), *run_sections.documented(run, left_width)]
        return beside(left, left_width, first_charts(run, right_width, 11, look), gap=3)
    late = run_sections.why_late(run, width)
    return [*late, *([()] if late else []), *_facts(run, board, width), (), *first_charts(run, width, 7, look)]


def _facts(run: RunSnapshot, board: Board | None, width: int) -> list[Row]:
    trouble = [*run_sections.problems(run, width, most=2), ()] if run.problems else []
    return [*trouble, *timeline(run, width), (), *run_sections.figures(run, width), *_gpus(run, board, width)]


def _gpus(run: RunSnapshot, board: Board | None, width: int) -> list[Row]:
    """Return this machine's GPUs for a run that was measured on them."""
    if run.gpu is None or run.gpu.basis != "nvml":
        return []
    return [(), *totals.gpu_rows(board, width)]
