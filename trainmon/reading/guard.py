"""One file's reading kept apart from all others: whatever a format or a plug-in does, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TypeVar

_T = TypeVar("_T")


def guarded(read: Callable[[], _T]) -> tuple[_T | None, str]:
    """Give what `read` gives and '', or None and what went wrong where.

    Formats may come from anybody, and nobody knows what they raise: this is the one place that asks for nothing.
    """
    try:
        return read(), ""
    except Exception as error:  # noqa: BLE001
        return None, f"reading stopped: {_told(error)}"


def _told(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" ({PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
    return f"{type(error).__name__}: {error}{where}"
