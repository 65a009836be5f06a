"""Where the screens' boards come from: anything that satisfies `Source`, and `Clock` where time can be driven."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from trainmon.reading.readable import ReadableLog
from trainmon.run_choices import PlanChoice
from trainmon.snapshot import Board, RunSnapshot


class Source(Protocol):
    """What the app asks, all but `log` from its feed thread, never from the screen's."""

    def refresh(self) -> Board:
        """Return the present board; takes at most about 0.3 s, so that keys and the log stay quick."""
        ...

    def log(self, run: RunSnapshot) -> ReadableLog | None:
        """Return the log of a run, to be read by one thread of its own; None where it has none.

        Called from the screen's thread: must return at once.
        """
        ...

    def choose(self, choice: PlanChoice) -> None:
        """Hold runs against what was chosen on the screen: the next board says what comes of it."""
        ...

    def close(self) -> None:
        """Release files and threads; called once, after the last refresh."""
        ...


@runtime_checkable
class Clock(Protocol):
    """What a replay offers besides: its clock can be driven. Called from the screen's thread; must return at once."""

    def toggle_pause(self) -> None:
        """Stop or go on."""
        ...

    def skip(self, fraction: float) -> None:
        """Move by a fraction of the archive's span, backwards where negative."""
        ...

    def seek(self, fraction: float) -> None:
        """Move to 0..1 of the archive's span."""
        ...

    def change_speed(self, factor: float) -> None:
        """Multiply the speed."""
        ...

    def describe(self) -> str:
        """Return `60x  02:14:00 of 11:02:31  paused`."""
        ...
