"""Bytes to pieces."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.reading.lines import MAX_PIECE_BYTES, LineAssembler, Piece, text_of


def pieces_of(chunks: Iterable[bytes]) -> list[Piece]:
    assembler = LineAssembler()
    found = [piece for chunk in chunks for piece in assembler.feed(chunk)]
    return [*found, *assembler.flush()]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param(b"a\nb\n", [("a", False), ("b", False)], id="newlines"),
        pytest.param(
            b"a\r\nb\r\r\n", [("a", False), ("b", False)], id="a carriage return before a newline is no redraw"
        ),
        pytest.param(b"\r 1%\r 2%\n", [(" 1%", True), (" 2%", False)], id="redraws"),
        pytest.param(b"\r 1%\x1b[A\r 2%\x1b[2A", [(" 1%", True), (" 2%", False)], id="nested bars move the cursor up"),
        pytest.param(b"1/9\x08\x08\x082/9\n", [("1/9", True), ("2/9", False)], id="backspaces of Keras"),
        pytest.param(b"  \n\t\n\r   \rx", [("x", False)], id="blank pieces are nothing"),
        pytest.param(b"a\0\0b\n", [("ab", False)], id="holes are skipped"),
    ],
)
def test_a_stream_is_cut_where_a_terminal_would_begin_anew(data: bytes, shown: list[tuple[str, bool]]) -> None:
    assert [(text_of(piece.raw), piece.redraw) for piece in pieces_of([data])] == shown


def test_offsets_and_line_numbers_are_those_of_the_file() -> None:
    data = b"one\n\rtwo\rthree\nfour"

    found = pieces_of([data])

    assert [(piece.number, data[piece.offset : piece.offset + len(piece.raw)]) for piece in found] == [
        (1, b"one"),
        (2, b"two"),
        (2, b"three"),
        (3, b"four"),
    ]


@given(
    st.lists(
        st.sampled_from(
            [b"\r", b"\n", b"\r\n", b"\x1b[A", b"\x1b[2A", b"\x08\x08", b"ab", "▏█é".encode(), b" ", b"\x1b[0m"]
        )
    ),
    st.lists(st.integers(0, 60)),
)
def test_any_split_of_the_bytes_gives_the_same_pieces(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    borders = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})

    split = pieces_of(data[a:b] for a, b in pairwise(borders))

    assert split == pieces_of([data])


@pytest.mark.parametrize("size", [61, 1000, 70_000])
def test_an_over_long_line_is_cut_and_counted_however_it_arrives(size: int) -> None:
    data = b"abc\r" + b"x" * 300_000 + b"\rhello\n" + b"y" * 200_000 + b"\nend"
    assembler = LineAssembler()

    found = [p for i in range(0, len(data), size) for p in assembler.feed(data[i : i + size])] + list(assembler.flush())

    assert [len(piece.raw) for piece in found] == [3, MAX_PIECE_BYTES, 5, MAX_PIECE_BYTES, 3]
    assert assembler.cut_bytes == 500_000 - 2 * MAX_PIECE_BYTES


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(b"\x1b[31mred\x1b[0m", "red", id="colours"),
        pytest.param(b"\x1b]0;title\x07x", "x", id="a title"),
        pytest.param(b"\x1b]52;c;cm0gLXJm\x1b\\x", "x", id="a clipboard write"),
        pytest.param(b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link", id="a link"),
        pytest.param(b"\x1bP+q\x1b\\x\x1bc", "x", id="device control and reset"),
        pytest.param(b"a\x07\x00\x7fb\tc", "ab\tc", id="control characters but the tab"),
        pytest.param("a\u202eb\u200dc\u009bd".encode(), "abcd", id="bidi, zero width and C1"),
        pytest.param(b"loss \xff 0.5", "loss \ufffd 0.5", id="bad bytes"),
    ],
)
def test_text_of_a_piece_holds_nothing_that_a_terminal_acts_on(raw: bytes, text: str) -> None:
    assert text_of(raw) == text


@given(st.binary(max_size=200))
def test_no_bytes_survive_as_control_characters(raw: bytes) -> None:
    assert not [char for char in text_of(raw) if (ord(char) < 32 and char != "\t") or 0x7F <= ord(char) < 0xA0]
