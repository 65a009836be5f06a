"""Rows as a terminal is left with them: redraws, several bars, erased ends, control sequences."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainmon.reading.terminal_rows import Terminal


def rows_of(data: bytes) -> list[str]:
    terminal = Terminal()
    terminal.feed(data, 0)
    return [row.text for row in terminal.rows()]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        pytest.param(b"a\nb\n", ["a", "b"], id="lines"),
        pytest.param(b"a\n\nb", ["a", "", "b"], id="a blank line stays, a line may be under way"),
        pytest.param(b"a\r\nb\r\n", ["a", "b"], id="DOS ends"),
        pytest.param(b"x" * 5000 + b"\r\nb\r\n", ["x" * 5000, "b"], id="a long line with a DOS end"),
        pytest.param(b"".join(b"\rstep %d" % at for at in range(9000)), ["step 8999"], id="thousands of redraws"),
        pytest.param(b"\r 10%|#  |\r 99%|## |\r100%|###|\ndone\n", ["100%|###|", "done"], id="a bar in place"),
        pytest.param(b"step 100\rok\n", ["okep 100"], id="a shorter redraw leaves the end of the longer one"),
        pytest.param(b"step 100\r\x1b[Kok\n", ["ok"], id="erased to the end of the line"),
        pytest.param(b"step 100\x1b[2K\rok\n", ["ok"], id="line erased"),
        pytest.param(b"bar\r   \r{'loss': 1}\n\rbar 2", ["{'loss': 1}", "bar 2"], id="a line written over a bar"),
        pytest.param(b"10/40\x08\x08\x08\x08\x0811/40\n", ["11/40"], id="backspaces of Keras"),
        pytest.param(b"\x1b[31mred\x1b[0m [b]x[/b]\x1b]0;title\x07\n", ["red [b]x[/b]"], id="colours and titles gone"),
        pytest.param(b"a\tb\n", ["a       b"], id="tab stops"),
        pytest.param(b"abc\x1b[2Dx\x1b[10Gz\n", ["axc      z"], id="columns"),
        pytest.param(b"old\n\x1b[2J\x1b[Hnew\n", ["old", "new"], id="a cleared screen begins below"),
        pytest.param(b"bad \xff\xfe bytes\n", ["bad \ufffd\ufffd bytes"], id="bad bytes"),
        pytest.param(b"\x1b[3Aup\n", ["up", "", "", ""], id="above the first row"),
    ],
)
def test_what_is_left(data: bytes, rows: list[str]) -> None:
    assert rows_of(data) == rows


def test_two_bars_stay_on_two_rows() -> None:
    data = b"\rtotal 1/2\n\r  inner 1/9\x1b[A\n\r  inner 9/9\x1b[A\rtotal 2/2\n\nbye\n"

    assert rows_of(data) == ["total 2/2", "  inner 9/9", "bye"]


def test_a_row_knows_the_line_that_made_it_and_the_piece_written_last() -> None:
    data = b"first\nbar 1\rbar 2\rbar 3   \nlast\n"
    terminal = Terminal()
    terminal.feed(data, 1000)

    first, bar, last = terminal.rows()

    assert [(row.offset - 1000, row.line) for row in (first, bar, last)] == [(0, 0), (6, 1), (27, 2)]
    begin, end = bar.piece
    assert data[begin - 1000 : end - 1000] == b"bar 3   "
    assert [terminal.row_at(1000 + at) for at in (0, 5, 6, 20, 27, 99)] == [0, 0, 1, 1, 2, 2]


def test_moving_up_never_goes_on_without_end() -> None:
    assert len(rows_of(b"x\n" + b"\x1b[99999999A\n" * 3)) < 2000


@pytest.mark.parametrize("name", ["tq_nested_pty", "tq_position_pty"])
def test_real_bars_side_by_side_leave_one_row_each(shared: Path, name: str) -> None:
    data = (shared / "logs" / "generated" / name / f"{name}.log").read_bytes()
    bars = [row for row in rows_of(data) if "%|" in row]

    assert 3 <= len(bars) <= 11
    assert all("100%|" in bar for bar in bars)
    assert all(bar.count("%|") == 1 for bar in bars)


def test_real_rich_bars_stay_in_place(shared: Path) -> None:
    data = (shared / "logs" / "generated" / "cu_rich_pty" / "cu_rich_pty.log").read_bytes()
    rows = rows_of(data)

    assert sum("epochs " in row and "4/4" in row for row in rows) == 1
    assert sum("val_loss" in row for row in rows) == 4
    assert len(rows) < 12
