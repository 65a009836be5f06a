"""Hostile bytes become visible, harmless text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.sanitise import clean

ANY_TEXT = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{'loss': 1.83, 'epoch': 0.5}", "{'loss': 1.83, 'epoch': 0.5}", id="plain line"),
        pytest.param("[rank0]: [/home/u/x.py]", "[rank0]: [/home/u/x.py]", id="markup is not ours to escape"),
        pytest.param("Größe ≈ 3 × 日本 🚀", "Größe ≈ 3 × 日本 🚀", id="other scripts and emoji"),
        pytest.param("a\tb", "a b", id="tab"),
        pytest.param("a\r\nb", "a␍␊b", id="line ends"),
        pytest.param("\x1b[2J\x1b[31mred", "␛[2J␛[31mred", id="screen control"),
        pytest.param("\x1b]52;c;cm0gLXJm\x07", "␛]52;c;cm0gLXJm␇", id="clipboard"),
        pytest.param("]0;PWNED\x07", "]0;PWNED␇", id="rest of a window title"),
        pytest.param("\x00\x7f", "␀␡", id="nul and delete"),
        pytest.param("\x9b31m\x9d0;t\x9c", "\ufffd31m\ufffd0;t\ufffd", id="eight-bit controls"),
        pytest.param("log\u202etxt.exe", "log\ufffdtxt.exe", id="bidi override"),
        pytest.param("a\u2066b\u2069\u200e", "a\ufffdb\ufffd\ufffd", id="bidi isolates and marks"),
        pytest.param("\u200d\u200d\u200b\ufeffx", "\ufffd" * 4 + "x", id="zero width"),
        pytest.param("\U000e0041\U000e007f", "\ufffd\ufffd", id="tags"),
        pytest.param("a\u2028b\u2029c\x85d", "a\ufffdb\ufffdc\ufffdd", id="line separators"),
        pytest.param("run\udcff", "run\ufffd", id="name that is no UTF-8"),
        pytest.param("\u3164", "\ufffd", id="filler that counts as a letter"),
    ],
)
def test_text_is_shown_and_never_acts(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(ANY_TEXT)
def test_no_text_keeps_a_control_or_format_character(text: str) -> None:
    cleaned = clean(text)

    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(cleaned) == len(text)
    assert clean(cleaned) == cleaned
    cleaned.encode()
