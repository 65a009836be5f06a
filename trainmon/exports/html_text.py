"""HTML elements from plain text: whatever is not markup made here is escaped, so a forgotten escape cannot happen."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """Give `<tag ...>children</tag>`: children that are no Markup are escaped, attribute values always.

    Attributes that are None are left out; `class_` becomes `class`, `aria_label` becomes `aria-label`.
    """
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{named}>{join(children)}</{tag}>")


def join(children: Iterable[str]) -> Markup:
    """Give the children one after the other, escaped where they are no Markup."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def _value(value: str | float) -> str:
    """Coordinates need no more than a hundredth of a pixel."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
