"""When single evaluations, checkpoints and stalls took place: by the gaps between steps, else by bars of their own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from trainmon.events import StageKind
from trainmon.runs.state import RunState
from trainmon.runs.tracks import Track
from trainmon.snapshot import ClockBasis, PauseInfo
from trainmon.timing.spans import Span

_RECURRING = (StageKind.EVAL, StageKind.CHECKPOINT, StageKind.SAVE)
_LEAST_S = 1e-3
_BLUR_S = 1.0
"""Bars count whole seconds."""
_NEAR_S = 10.0
_Told = tuple[Span, str]


def pauses_of(state: RunState) -> tuple[PauseInfo, ...]:
    """Give them in the order of time, on the run's clock.

    A gap of the same kind tells a bar's time better than its whole seconds; a gap that nothing explains but a bar that
    fills most of it is that bar's.
    """
    laps = sorted((span, str(kind)) for kind, track in barred(state) if kind in _RECURRING for span in laps_of(track))
    gaps = sorted(_gaps(state))
    told = [lap for lap in laps if not any(kind == lap[1] for _, kind in _touching(gaps, lap[0]))]
    kept = [gap for gap in gaps if not told or gap[1] in _RECURRING or _covered_s(told, gap[0]) <= gap[0][1] / 2]
    found = sorted(one for one in (*kept, *told) if one[0][1] >= _LEAST_S)
    lines = [line for line in _lines(state) if not any(kind == line[1] for _, kind in _touching(found, _near(line[0])))]
    return tuple(
        PauseInfo(kind=kind, started_s=began_s, duration_s=duration_s)
        for (began_s, duration_s), kind in sorted([*found, *lines])
    )


def _near(span: Span) -> Span:
    """A line stands somewhat before or behind the pause that it tells of."""
    return span[0] - _NEAR_S, span[1] + 2 * _NEAR_S


def _lines(state: RunState) -> Iterator[_Told]:
    """Give checkpoints of which a line with the time of day is the only trace: when they were, not how long."""
    for mark in state.marks.stages.values() if state.clock.started_at is not None else ():
        if mark.kind in (StageKind.CHECKPOINT, StageKind.SAVE):
            yield from ((span, str(mark.kind)) for span in mark.spans.all())


def barred(state: RunState) -> Iterator[tuple[StageKind, Track]]:
    """Give the counters of all attempts that are no training, and what they are."""
    roles = state.roles
    training = {id(t) for t in (roles.train, roles.epochs, *roles.companions, *(p.train for p in roles.before))}
    now = ((track, roles.kinds.get(track.key, StageKind.OTHER)) for track in state.tracks.values())
    for track, kind in (*state.earlier, *now):
        if kind is not StageKind.TRAIN and id(track) not in training and track.counted > 0:
            yield kind, track


def laps_of(track: Track) -> Iterator[Span]:
    """Give when its laps were."""
    yield from track.spans.all()
    if track.lap is not None:
        yield track.span


def _gaps(state: RunState) -> Iterator[_Told]:
    train = state.roles.train
    if train is None:
        return
    measured = train.clock.measure()
    # Where only the arrival of lines tells the time, it is counted from when somebody began to watch.
    offset_s = state.watched_from_s if measured is not None and measured.basis is ClockBasis.ARRIVAL else 0.0
    if offset_s is None:
        return
    for kind, spans in train.clock.pauses().items():
        yield from (((began_s + offset_s, duration_s), str(kind)) for began_s, duration_s in spans)


def _touching(told: Sequence[_Told], span: Span) -> Iterator[_Told]:
    """Those of `told` (in the order of time, hardly overlapping) that lie within a second of `span`."""
    began_s, duration_s = span
    at = bisect_right(told, began_s + duration_s + _BLUR_S, key=lambda each: each[0][0])
    for one in reversed(told[max(at - 64, 0) : at]):
        if one[0][0] + one[0][1] >= began_s - _BLUR_S:
            yield one
        elif one[0][0] + one[0][1] < began_s - 10 * _BLUR_S - duration_s:
            return


def _covered_s(told: Sequence[_Told], gap: Span) -> float:
    began_s, until_s = gap[0], gap[0] + gap[1]
    touching = (span for span, _ in _touching(told, gap))
    return sum(max(min(at_s + length_s, until_s) - max(at_s, began_s), 0.0) for at_s, length_s in touching)
