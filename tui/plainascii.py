"""ASCII mode: every character that leaves for the terminal becomes one that a plain terminal has."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = """
█# ▓% ▒: ░. ─- ━= ═: ╍% ┄. │| ┃| ┤| ├| ┼+ ┬+ ┴+ └+ ┘+ ┌+ ┐+ ╺- ╸- ▌| ▐| ▏| ▕| ▎| ▍| ▋| ▊| ▉# ▔- ▀" ▮|
▁_ ▂_ ▃- ▄- ▅= ▆= ▇# ◆* ●> ○o ✓+ ✗x ■# ‖= ▲^ ▼v ▸> ≠! ·. …~ –- —- “" ”" °' →> ←< ↑^ ↓v ×x ≈~ •* ≤< ≥> µu ⏎<
"""
"""Each sign with the character that stands for it."""
_GLYPHS = {pair[0]: pair[1] for pair in _SIGNS.split()}
_BRAILLE = range(0x2800, 0x2900)
_TOP, _MIDDLE, _LOW = 0b0000_1001, 0b0011_0110, 0b1100_0000
"""Dots of a braille cell's first, middle two and last line."""


@lru_cache(4096)
def to_ascii(text: str) -> str:
    """Return `text` in ASCII, each character as wide as it was."""
    return text if text.isascii() else "".join(map(_character, text))


def _character(character: str) -> str:
    if character.isascii():
        return character
    if (code := ord(character)) in _BRAILLE:
        return _braille(code - _BRAILLE.start)
    return _GLYPHS.get(character) or "?" * cell_len(character)


def _braille(dots: int) -> str:
    if not dots:
        return " "
    if dots & _TOP and dots & _LOW:
        return "|"
    if dots & _MIDDLE:
        return "-"
    return "'" if dots & _TOP else "."


class AsciiFilter(LineFilter):
    """Applies `to_ascii` to every line, whichever widget painted it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 the interface
        """Return the segments in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]
