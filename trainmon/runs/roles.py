"""Which of a run's counters is the training, which counts epochs, and which are evaluations or preparation.

Decided from all the evidence so far, again whenever it changes: a bar that looks like training may turn out to be
an evaluation once the counter around it moves on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from trainmon.events import CounterScope, StageKind
from trainmon.runs.phases import phases_before
from trainmon.runs.stage_names import names_epochs
from trainmon.runs.tracks import Track, TrackKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The part each track plays."""

    train: Track | None = None
    """The counter that training steps are read from."""
    epochs: Track | None = None
    """A counter of epochs around it."""
    companions: tuple[Track, ...] = ()
    """Further counters of the same training steps (per epoch beside the whole run, another format's line)."""
    before: tuple[Roles, ...] = ()
    """Trainings of the same program that were over when this one began: a pretraining, the folds before."""
    kinds: Mapping[TrackKey, StageKind]
    """The kind of every track."""


def assign_roles(tracks: Collection[Track]) -> Roles:
    """Find the training among the tracks of an attempt; pure."""
    by_key = {track.key: track for track in tracks}
    open_to = [t for t in tracks if t.kind in (None, StageKind.TRAIN) and t.scope is not CounterScope.EPOCHS]
    around = {t.key: _epoch_counter(t, by_key) for t in open_to}
    counters_of_epochs = {outer.key for outer in around.values() if outer is not None}
    inside = {t.key for t in open_to if _is_inside(t, by_key, counters_of_epochs)}
    outer_keys = {key for t in tracks for key in t.parents}
    inside |= {t.key for t in open_to if t.only_results and t.key not in outer_keys}
    candidates = [t for t in open_to if t.key not in counters_of_epochs and t.key not in inside]
    numbered = next((t for t in candidates if any(_numbers_laps_of(t, bar) for bar in candidates)), None)
    candidates = [t for t in candidates if t is not numbered]
    in_epochs = bool(counters_of_epochs) or any(t.scope is CounterScope.EPOCHS for t in tracks)
    candidates = [t for t in candidates if not any(_follows_laps_of(t, o, in_epochs=in_epochs) for o in candidates)]
    if any(t.scope is CounterScope.EPOCHS and t.counted > 0 for t in tracks):
        candidates = [t for t in candidates if t.counted > 0 or t.total is not None]  # a bar that was never redrawn
    if any(t.counted > 0 for t in candidates):  # a line of step 0 tells of no step
        candidates = [t for t in candidates if t.is_bar or t.counted > 0]
    train = max(candidates, key=_likelihood, default=None)
    before: list[Track] = []
    if train is not None:
        train, before = phases_before(train, candidates)
    epochs = around.get(train.key) if train is not None else None
    if train is None and counters_of_epochs:
        train = by_key[next(iter(counters_of_epochs))]
    epochs = epochs or numbered
    if epochs is None:
        epochs = next((t for t in tracks if t.scope is CounterScope.EPOCHS and t is not train), None)
    if train is None and epochs is not None:
        train, epochs = epochs, None
    itself = epochs if train is not None and epochs is not None and _counts_epochs_too(train, epochs) else None
    if itself is not None:
        epochs = None
    companions = tuple(
        t
        for t in candidates
        if train is not None and t is not train and (_same_steps(train, t) or _fell_silent(t, train))
    )
    if itself is not None:
        companions = (*companions, itself)
    whole = next(
        (t for t in companions if train is not None and (_spans_laps_of(t, train) or _is_finer(t, train))), None
    )
    if train is not None and whole is not None:
        companions = (train, *(t for t in companions if t is not whole))
        train = whole
    kinds = _kinds(tracks, train, epochs, companions, inside)
    return Roles(
        train=train,
        epochs=epochs,
        companions=companions,
        before=tuple(Roles(train=phase, epochs=around[phase.key], kinds=kinds) for phase in before),
        kinds=kinds,
    )


def _kinds(
    tracks: Collection[Track],
    train: Track | None,
    epochs: Track | None,
    companions: Collection[Track],
    inside: Collection[TrackKey],
) -> dict[TrackKey, StageKind]:
    kinds: dict[TrackKey, StageKind] = {}
    for track in tracks:
        if track is train or track is epochs or track in companions:
            kinds[track.key] = StageKind.TRAIN
        elif track.kind is StageKind.DATA and train is not None and train.key in track.parents and not track.laps < 2:
            kinds[track.key] = StageKind.EVAL  # embedding or encoding again and again inside training
        elif track.kind is not None and not (track.kind is StageKind.TRAIN and track.key in inside):
            kinds[track.key] = track.kind
        elif train is not None and track.runs_in_each_step_of(train):
            kinds[track.key] = StageKind.OTHER
        else:
            evaluates = track.key in inside or (
                train is not None and _follows_laps_of(track, train, in_epochs=epochs is not None)
            )
            kinds[track.key] = StageKind.EVAL if evaluates else StageKind.OTHER
    return kinds


def _numbers_laps_of(lines: Track, bar: Track) -> bool:
    """Tell whether lines without a telling word (`[2/3] loss=0.5`) count the laps of a bar of training."""
    if lines.is_bar or lines.scope is not CounterScope.UNKNOWN or lines.total is None or lines.laps > 1:
        return False
    if not bar.is_bar or bar.kind is not StageKind.TRAIN or lines.total == bar.total or _began(lines) < _began(bar):
        return False
    return bar.laps - lines.current in (0, 1) and bar.counted > 2 * lines.current + 2


def _follows_laps_of(track: Track, steps: Track, *, in_epochs: bool) -> bool:
    """Tell whether a bar without a telling name comes behind each lap of another one, and is shorter."""
    if track.kind is not None or not (track.is_bar and steps.is_bar) or track.order <= steps.order:
        return False
    if track.total is None or steps.total is None or track.total >= steps.total:
        return False
    between_laps = track.laps > 1 and steps.laps - track.laps in (0, 1)
    return between_laps or (steps.laps - track.laps in (0, 1) and in_epochs and _began(track) >= _last_of_first(steps))


def _last_of_first(steps: Track) -> float:
    """When the first lap was over, as far as it is known: while it goes on, never."""
    return _last(steps) if steps.laps == 1 and steps.nearly_complete else _began(steps) if steps.laps > 1 else math.inf


def _counts_epochs_too(bar: Track, epochs: Track) -> bool:
    """Tell whether a bar counts what lines number as epochs: it moved on with them, and did not begin anew."""
    if not bar.is_bar or bar.laps > 1 or epochs.is_bar or abs(bar.current - epochs.current) > 1:
        return False
    return epochs.total == bar.total or (epochs.lap is not None and epochs.current > max(epochs.lap.first, 1.0))


def _epoch_counter(track: Track, by_key: Mapping[TrackKey, Track]) -> Track | None:
    """The counter around `track` that moves by one with each of its laps."""
    around = track.parents.keys() | track.inside
    for key, outer in by_key.items():
        if key not in around or outer.kind not in (None, StageKind.TRAIN) or _is_within_epochs(outer, by_key):
            continue
        if outer.scope in (CounterScope.RUN, CounterScope.EPOCH):
            continue  # its format knows that it counts steps
        if outer.epoch is not None and outer.total != outer.total_epochs and track.laps < 2:
            continue  # a bar whose name gives the epoch (`Epoch 1/3`) counts the steps of that epoch
        first = outer.lap.first if outer.lap is not None else 0.0
        begun = first if names_epochs(outer.name) else 0.0  # resumed: the bar shows the epochs done before
        in_step = outer.current - begun - track.laps in (-1.0, 0.0) and first <= begun + 0.5
        if in_step and (names_epochs(outer.name) or track.laps >= 2 or _begins_with(outer, track)):
            return outer
    return None


def _begins_with(outer: Track, track: Track) -> bool:
    """Tell whether many steps go by before the first one of a counter around them that has few: a first epoch."""
    if outer.current > 0 or outer.total is None or track.total is None or track.kind not in (None, StageKind.TRAIN):
        return False
    return 1 < outer.total <= 0.5 * track.total


def _is_within_epochs(track: Track, by_key: Mapping[TrackKey, Track]) -> bool:
    """Tell whether a counter runs inside one that says that it counts epochs: it counts their steps."""
    around = (by_key[key] for key in track.parents.keys() | track.inside if key in by_key)
    return not names_epochs(track.name) and any(names_epochs(outer.name) for outer in around)


def _is_inside(track: Track, by_key: Mapping[TrackKey, Track], counters_of_epochs: Collection[TrackKey]) -> bool:
    """Tell whether a counter runs inside another that counts something else: an evaluation inside training."""
    if not track.is_bar:
        return False
    for key in track.parents:
        outer = by_key.get(key)
        if outer is None or key in counters_of_epochs or outer.kind not in (None, StageKind.TRAIN):
            continue
        if outer.kind is None and track.kind is StageKind.TRAIN and outer.seen < track.seen:
            continue
        if not _same_steps(outer, track):
            return True
    return False


def _same_steps(outer: Track, inner: Track) -> bool:
    """Tell whether two counters count the same steps: one over the whole run, one per epoch."""
    apart_s = max(_began(outer), _began(inner)) - min(_last(outer), _last(inner))
    if apart_s > 0 or (apart_s == 0 and outer.is_bar and inner.is_bar and outer.active_s > 0):
        return False  # one after the other
    whole, part = outer.counted, inner.counted
    if min(whole, part) < 1:
        return outer.total is not None and outer.total == inner.total
    apart = max(2.0, 0.02 * max(whole, part))
    if outer.is_bar != inner.is_bar:
        bar, lines = (outer, inner) if outer.is_bar else (inner, outer)
        apart = max(apart, lines.spacing, lines.first_seen if bar.counted >= lines.counted else 0.0)
    return abs(whole - part) <= apart


def _is_finer(bar: Track, lines: Track) -> bool:
    """Tell whether a bar shows each of the steps that lines of the same total, or of none, name now and then."""
    if not bar.is_bar or bar.total is None or bar.approximate or lines.is_bar:
        return False
    if lines.total is not None and (lines.total != bar.total or bar.laps - lines.laps not in (0, 1)):
        return False
    return bar.counted >= lines.counted - 2


def _fell_silent(bar: Track, train: Track) -> bool:
    """Tell whether a bar of the whole training stopped being drawn while lines without a total went on counting."""
    if bar.kind is not StageKind.TRAIN or not bar.is_bar or bar.total is None or train.total is not None:
        return False
    return bar.laps == 1 and bar.epoch is None and bar.counted <= train.counted <= bar.total


def _began(track: Track) -> float:
    return track.started_s if track.started_s is not None else -math.inf


def _last(track: Track) -> float:
    return track.last_s if track.last_s is not None else math.inf


def _spans_laps_of(whole: Track, part: Track) -> bool:
    """Tell whether one counter goes on while the other starts again with each epoch: in the first one, of two bars that
    move together, the longer one will."""
    if whole.laps != 1 or whole.total is None or not whole.total > (part.total or math.inf):
        return False
    return part.laps > 1 or (whole.is_bar and part.is_bar)


def _likelihood(track: Track) -> tuple[bool, bool, bool, bool, float, float]:
    return (
        track.kind is StageKind.TRAIN and track.scope is not CounterScope.UNKNOWN,
        track.metric_hits > 0,
        track.kind is StageKind.TRAIN,
        track.scope is CounterScope.RUN or (track.total or 0) > 1,
        track.active_s if track.is_bar else float("inf"),
        track.seen,
    )
