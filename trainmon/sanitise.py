"""Text from logs made inert: nothing in it can steer a terminal, hide, or turn the reading direction."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\ufffd"
_CONTROL_PICTURES = 0x2400
_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Fillers that Unicode counts as letters or marks and that no font shows."""


class _Table(dict[int, str]):
    """Grows with the characters met; holds at most one entry per character of Unicode."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = _visible(chr(code))
        return shown


def _visible(char: str) -> str:
    """Give what stands for one character: itself, a control picture, or U+FFFD."""
    code = ord(char)
    if char == "\t":
        return " "
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    # Cf holds bidi overrides, zero-width characters and tags; Zl and Zp break lines; Cs cannot be encoded.
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or char in _INVISIBLE_LETTERS:
        return _REPLACEMENT
    return char


_TABLE = _Table()


def clean(text: str) -> str:
    """Give one line of inert text.

    C0 controls and DEL become their pictures (an escape sequence stays readable as `␛[2J`), a tab a space, and C1
    controls, bidi marks, zero-width and tag characters, line separators and lone surrogates U+FFFD.
    Markup characters are left alone: escaping those is the business of each output format.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)
