"""Patterns compiled when first used: there are hundreds, and a log needs a few of them."""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("match", "search", "fullmatch", "finditer", "findall", "sub", "split")


class _Deferred:
    """Stands for a pattern; the first look-up of a method compiles it and puts the real methods in its place."""

    def __init__(self, text: str, flags: int) -> None:
        self._source = (text, flags)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(*self._source)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Give a pattern that behaves like `re.compile(text, flags)`, but is compiled when it is first asked."""
    return cast("re.Pattern[str]", _Deferred(text, flags))
