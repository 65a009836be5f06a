"""Which run is read when: those that grow before history, the newest before the others, within the time given."""

from __future__ import annotations

import time
from collections.abc import Iterable
from operator import attrgetter

from trainmon.followed_run import FollowedRun
from trainmon.reading.patience import spent

AT_FIRST = 24
"""The first board shows so many runs: few terminals have more lines for them, and the next board comes at once."""
_SCREENFUL = 48
_PREVIEW_FROM_BYTES = 512 << 10
"""Smaller logs are read whole before many could be looked at."""


class Turns:
    """Gives runs their turns."""

    def __init__(self) -> None:
        self._glances = 0

    def glance(self, untouched: Iterable[FollowedRun], now: float, budget_s: float) -> None:
        """See what a look at logs says whose history takes long, newest first; at first of all on a screen.

        It takes about `budget_s` of the processor. `untouched` are in their order.
        """
        is_spent = spent(budget_s)
        for run in [run for run in untouched if not run.glanced]:
            if run.glance(_PREVIEW_FROM_BYTES if self._glances >= _SCREENFUL else 1):
                run.looked_at = now
            self._glances += 1
            if self._glances == AT_FIRST or is_spent():
                break

    def read(
        self, runs: Iterable[FollowedRun], untouched: Iterable[FollowedRun], now: float, deadline_s: float
    ) -> None:
        """Read on until `time.monotonic()` passes `deadline_s`; history gets at least half of the time."""
        known: list[FollowedRun] = []
        unread: list[FollowedRun] = []
        for run in runs:
            (known if run.caught_up else unread).append(run)
        known.sort(key=attrgetter("looked_at"))
        unread += untouched
        unread.sort(key=attrgetter("changed_at"), reverse=True)  # nearly in order already
        until_s = (time.monotonic() + deadline_s) / 2 if unread else deadline_s
        for turn, end_s in ((known, until_s), (unread, deadline_s)):
            for run in turn:
                run.step(now, end_s)
                run.looked_at = now
                if time.monotonic() > end_s:
                    break
