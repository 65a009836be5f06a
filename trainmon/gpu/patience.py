"""How long a driver may take. Apart from what asks it, which is loaded where there is a driver."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for the driver, in seconds."""

    silence_s: float = 2.0
    """A single call may take so long; then it hangs."""
    start_s: float = 30.0
    """Without persistence mode the driver wakes each GPU first."""
    retry_s: float = 60.0
    """Until a driver that refused as a whole is asked again."""
    backoff_s: float = 1.0
    """Doubles with each crash in a row, up to `retry_s`."""
    forget_s: float = 60.0
    """Older readings are not shown."""
