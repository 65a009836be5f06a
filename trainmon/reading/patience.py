"""How long a first board is waited for: by the processor's time, since others may have the processor."""

from __future__ import annotations

import time
from collections.abc import Callable

_BY_THE_CLOCK = 4.0


def spent(budget_s: float) -> Callable[[], bool]:
    """Give what tells whether this thread has taken `budget_s` of the processor since, or a few times that passed.

    The clock decides where the processor is shared, or files come slowly.
    """
    processor_s, clock_s = time.thread_time() + budget_s, time.monotonic() + _BY_THE_CLOCK * budget_s
    return lambda: time.thread_time() > processor_s or time.monotonic() > clock_s
