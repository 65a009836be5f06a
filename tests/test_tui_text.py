"""Rows of spans: widths in cells, and text from logs that must not act."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.boards import HOSTILE_NAMES
from trainmon.tui.plainascii import to_ascii
from trainmon.tui.text import beside, changed_cells, fit, fit_row, plain, shorten, shorten_left, width_of, wrap


@given(st.text(max_size=60))
def test_plain_text_holds_nothing_that_acts_or_hides(text: str) -> None:
    shown = plain(text)

    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]


@pytest.mark.parametrize("name", ["[/red]", "[@click=app.quit]x", "loss: 0.5 [b]"])
def test_markup_is_left_as_it_is_written(name: str) -> None:
    assert plain(name) == name


@given(st.text(max_size=40), st.integers(0, 50))
def test_fitted_text_is_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(fit(plain(text), width)) == width
    assert cell_len(fit(plain(text), width, right=True)) == width
    assert cell_len(shorten_left(plain(text), width)) <= width


def test_shortening_keeps_the_end_of_a_path() -> None:
    assert shorten("experiments/lora/run-7", 12) == "experiments…"
    assert shorten_left("experiments/lora/run-7", 12) == "…/lora/run-7"
    assert shorten_left("run", 12) == "run"


def test_a_wide_character_is_not_cut_in_half() -> None:
    assert cell_len(fit("日本語の実験", 6)) == 6


def test_a_row_is_cut_or_padded_to_its_width() -> None:
    row = (("abc", "title"), ("defgh", ""))

    assert fit_row(row, 6) == (("abc", "title"), ("de…", ""))
    assert fit_row(row, 10) == (("abc", "title"), ("defgh", ""), ("  ", ""))


def test_blocks_of_different_height_stand_beside_each_other() -> None:
    rows = beside([(("a", ""),)], 4, [(("x", ""),), (("y", ""),)], gap=1)

    assert ["".join(text for text, _ in row) for row in rows] == ["a    x", "     y"]
    assert {width_of(row) for row in rows} == {6}


@given(st.text(max_size=200), st.integers(4, 60))
def test_wrapped_lines_are_never_too_wide(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrap(plain(text), width))


def test_wrapping_breaks_at_spaces_and_loses_nothing() -> None:
    assert wrap("CUDA out of memory. Tried to allocate", 20) == ["CUDA out of memory.", "Tried to allocate"]


@given(st.text(max_size=40))
def test_ascii_text_has_the_width_of_the_text_that_it_stands_for(text: str) -> None:
    shown = plain(text)

    assert to_ascii(shown).isascii()
    assert cell_len(to_ascii(shown)) == cell_len(shown)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_become_inert(name: str) -> None:
    assert "\x1b" not in plain(name)
    assert "\u200d" not in plain(name)


def test_only_the_cells_that_differ_are_found() -> None:
    before = (("step 10/20", ""), (" " * 20, ""), ("1.5", "bad"), ("  the same", ""))
    after = (("step 11/20", ""), (" " * 20, ""), ("1.5", ""), ("  the same", ""))

    assert changed_cells(before, after) == [range(6, 7), range(30, 33)]
    assert not changed_cells(before, before)


def test_small_gaps_between_cells_that_differ_are_bridged() -> None:
    assert changed_cells((("1 of 3", ""),), (("2 of 4", ""),)) == [range(6)]


def test_wide_characters_that_moved_by_a_cell_differ_as_wholes() -> None:
    assert changed_cells((("日" * 10, ""),), (("a" + "日" * 9 + "b", ""),)) == [range(20)]


def test_a_row_that_grows_differs_in_its_new_cells() -> None:
    assert changed_cells((("ab", ""),), (("abcd", ""),)) == [range(2, 4)]
    assert changed_cells((("abcd", ""),), (("ab", ""),)) == [range(2, 4)]


def test_a_wide_character_differs_as_a_whole() -> None:
    assert changed_cells((("a日b", ""),), (("a本b", ""),)) == [range(1, 3)]
