"""When a run trained and for how long: over all attempts, folds and trainings behind each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainmon.runs.attempts import measured
from trainmon.runs.state import RunState
from trainmon.runs.tracks import Track
from trainmon.snapshot import ClockBasis
from trainmon.timing.spans import Span
from trainmon.timing.steptime import StepClock

_MISSED = 1.5
"""Steps that took so many times as long as the time in which a clock saw them were not seen by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """The training as its clocks tell it."""

    seconds: float | None = None
    """Of all steps, those that were done twice among them; None where they were not measured."""
    by_clock: bool = False
    """Told by two states of the counter and the time between them; else as the log states its step times."""
    windows: tuple[Span, ...] = ()
    """When each attempt made its steps: (begin, end) on the run's clock. Empty where no clock saw them."""


def trained_of(state: RunState) -> Trained:
    """Sum up the steps of all attempts."""
    tracks = training_tracks(state)
    clocks = [clock for clock in clocks_of(state) if clock.measure() is not None]
    seconds = sum(clock.trained_s for clock in clocks)
    by_clock = any(_has_clock(clock) for clock in clocks)
    windows: list[Span] = []
    lead_s = 0.0
    for track in tracks:
        end_s = (track.last_s or 0.0) + track.hidden_s
        if track.started_s is None or end_s <= track.started_s:
            continue
        begin_s = max(track.started_s - _lead_s(track), windows[-1][1] if windows else 0.0, _before(state, track))
        lead_s += max(track.started_s - begin_s, 0.0)
        windows.append((min(begin_s, track.started_s), end_s))
    if not clocks:
        return Trained()
    if seconds > _MISSED * sum(end - begin for begin, end in windows):
        return Trained(seconds=seconds)
    return Trained(seconds=seconds + (lead_s if by_clock else 0.0), by_clock=by_clock, windows=tuple(windows))


def training_tracks(state: RunState) -> list[Track]:
    """Give the counters of the training, attempt by attempt."""
    before = [phase.train for phase in state.roles.before if phase.train is not None]
    found = measured(state.roles)
    present = found[0] if found is not None else state.roles.train
    return [*state.earlier_tracks, *before, *([present] if present is not None else [])]


def clocks_of(state: RunState) -> list[StepClock]:
    """Give their step clocks, each once: a resumed training goes on with the clock of the attempt before."""
    return list({id(track.clock): track.clock for track in training_tracks(state)}.values())


def _has_clock(clock: StepClock) -> bool:
    step_time = clock.measure()
    return step_time is not None and step_time.basis is not ClockBasis.PRINTED


def _lead_s(track: Track) -> float:
    """Tell how long the steps took that were done before the first line that told of any."""
    step_time = track.clock.measure()
    if track.is_bar or step_time is None or step_time.basis is ClockBasis.PRINTED:
        return 0.0
    return min(track.opened_at, track.spacing) * step_time.mean


def _before(state: RunState, train: Track) -> float:
    """Tell when the last other counter was seen before the training was."""
    others: Sequence[Track] = [*state.tracks.values(), *(track for track, _ in state.earlier)]
    ends = (other.last_s for other in others if other is not train and other.last_s is not None)
    return max((end_s for end_s in ends if train.started_s is not None and end_s <= train.started_s), default=0.0)
