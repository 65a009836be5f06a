"""What a document says about the time left, and how it is weighed against what was measured.

Durations are compared as logarithms: twice too long and twice too short are errors of one size. The document's weight
falls as evidence grows, is gone near the end, and goes at once where the two cannot both be true.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from trainmon.snapshot import Interval
from trainmon.timing.pace import Prior

LOW_SIGMAS, HIGH_SIGMAS = -1.28, 2.2
"""Ends of the 80 % interval; runs end late more often than early."""
MEASURED_LOW_SIGMAS = -1.0
"""The same where a pace was measured: what comes on top is seen late, and what was seen seldom goes away."""
DOCUMENT_SPREAD = 0.15
"""Even a document without a range is rarely right to better than this."""
LONE_BOUND = 0.5
"""Spread of a document that gives one bound only."""
FADE_FROM, FADE_TO = 0.5, 0.9
OPENING_DOUBT = 3.0
"""First steps that take longer than documented are start-up until more of them say so; that they are faster counts."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A duration, the standard deviation of its logarithm, and where it comes from."""

    likely_s: float
    spread: float
    basis: str = "measured"
    most_s: float = math.inf
    """What it hardly exceeds."""

    def interval(self) -> Interval:
        """The 80 % interval."""
        spread = min(self.spread, 3.0)
        low_sigmas = LOW_SIGMAS if self.basis == "documented" else MEASURED_LOW_SIGMAS
        return Interval(
            low=self.likely_s * math.exp(low_sigmas * spread),
            likely=self.likely_s,
            high=max(min(self.likely_s * math.exp(HIGH_SIGMAS * spread), self.most_s), self.likely_s),
        )


def spread_of(*parts: float) -> float:
    """Independent spreads together."""
    return math.sqrt(sum(part * part for part in parts))


def documented(
    prior: Prior, *, step: float | None = None, total_steps: float | None = None, elapsed_s: float = 0.0
) -> Guess | None:
    """What the document says is left, at `step` of `total_steps` after `elapsed_s`."""
    whole = _middle(prior)
    if whole is None:
        return None
    likely_s, spread = whole
    if total_steps is not None and step is not None and step > 0:
        scale = 1.0 if prior.steps is None else total_steps / prior.steps
        left = likely_s * scale * max(total_steps - step, 0.0) / total_steps
    elif prior.steps is not None:
        if total_steps is None:
            return None
        left = likely_s * total_steps / prior.steps
    else:
        left = likely_s if prior.excludes_init else likely_s - elapsed_s
        if left <= 0:
            return None
    return Guess(left, spread, "documented")


def _middle(prior: Prior) -> tuple[float, float] | None:
    bounds = (prior.low_s, prior.likely_s, prior.high_s)
    low, likely, high = (value if value is not None and value > 0 else None for value in bounds)
    if low is not None and high is not None:
        spread = math.log(max(high / low, 1.0)) / (-2 * LOW_SIGMAS)
        return likely or math.sqrt(low * high), spread_of(max(spread, DOCUMENT_SPREAD), DOCUMENT_SPREAD)
    if likely is not None:
        return likely, spread_of(DOCUMENT_SPREAD, DOCUMENT_SPREAD)
    if high is not None:
        return 0.7 * high, LONE_BOUND
    return (1.4 * low, LONE_BOUND) if low is not None else None


def blend(measured: Guess | None, other: Guess | None, progress: float, name: str) -> Guess | None:
    """Measured and documented together; `progress` 0..1 of the run."""
    if other is None or measured is None:
        return measured or other
    if measured.likely_s <= 0 or other.likely_s <= 0:
        return measured
    fade = min(max((FADE_TO - progress) / (FADE_TO - FADE_FROM), 0.0), 1.0)
    if fade == 0.0:
        return measured
    gap = math.log(other.likely_s) - math.log(measured.likely_s)
    opening = measured.most_s < math.inf
    sure_to = max(measured.spread, 0.01) * (OPENING_DOUBT if opening and gap < 0 else 1.0)
    surprise = gap * gap / (other.spread**2 + sure_to**2)
    trust = fade / (other.spread**2 * (1 + surprise) ** 2)
    evidence = 1.0 / sure_to**2
    share = trust / (trust + evidence)
    spread = spread_of(1.0 / math.sqrt(trust + evidence), 0.3 * abs(gap) * min(share, 1 - share) * 2)
    basis = f"measured + {name}" if share > 0.1 and name != "measured" else "measured"
    return Guess(measured.likely_s * math.exp(share * gap), spread, basis)
