"""Which runs need somebody: what `status` exits with 1 for."""

from __future__ import annotations

from trainmon.estimates import VerdictKind
from trainmon.snapshot import RunSnapshot, RunStatus


def needs_attention(run: RunSnapshot) -> bool:
    """Failed, stalled, or slower than documented."""
    slower = run.verdict is not None and run.verdict.kind is VerdictKind.SLOWER
    return run.state in (RunStatus.FAILED, RunStatus.STALLED) or slower
