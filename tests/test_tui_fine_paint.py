"""What is sent to the terminal when a few cells change."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from tests import boards
from trainmon.tui.app import TrainmonApp
from trainmon.tui.fine_paint import FineCompositor, FineUpdate

SENT = re.compile(r"\x1b\[(\d+);(\d+)H([^\x1b]*)")
LIMIT_BYTES = 1200
"""A fourth of 5 kB: so much may be sent a second over SSH, and up to four boards a second are shown."""


def sent(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, str]]:
    """Row, column (from 1) and text of what is sent of two widgets side by side, of five and four cells."""
    chops = [{0: Strip([Segment("ab"), Segment("cde")]), 5: Strip([Segment("f日g")])}]
    written = FineUpdate(chops, spans, [[5, 9]]).render_segments(Console(force_terminal=True))
    return [(int(row), int(column), text) for row, column, text in SENT.findall(written)]


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        pytest.param((0, 1, 4), [(1, 2, "bcd")], id="within a widget"),
        pytest.param((0, 3, 6), [(1, 4, "de"), (1, 6, "f")], id="over the edge of two"),
        pytest.param((0, 6, 8), [(1, 7, "日")], id="a wide character"),
        pytest.param((0, 0, 9), [(1, 1, "abcde"), (1, 6, "f日g")], id="all"),
    ],
)
def test_only_the_cells_of_a_span_are_sent(span: tuple[int, int, int], expected: list[tuple[int, int, str]]) -> None:
    assert sent([span]) == expected


async def test_four_changing_runs_take_few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [replace(boards.within(), name=f"sweep/run{at}") for at in range(4)]
    source = boards.BoardSource(boards.board(runs, gpu=boards.gpus(0)))
    app = TrainmonApp(source, hz=100.0)
    terminal = Console(force_terminal=True, color_system="truecolor")
    sizes: list[int] = []
    render = FineCompositor.render_partial_update

    def measured(compositor: FineCompositor) -> FineUpdate | None:
        update = render(compositor)
        if update is not None:
            sizes.append(len(update.render_segments(terminal).encode()))
        return update  # type: ignore[return-value]

    async with app.run_test(size=(120, 40)) as pilot:
        while app.board is None:
            await pilot.pause()
        await pilot.pause()
        monkeypatch.setattr(FineCompositor, "render_partial_update", measured)
        changed = [replace(run, step=(run.step or 0) + 7) for run in runs]
        source.board = replace(source.board, runs=tuple(changed))
        while app.board is not source.board:
            await pilot.pause()
        await pilot.pause()

    assert 4 * 20 < sum(sizes) < LIMIT_BYTES
