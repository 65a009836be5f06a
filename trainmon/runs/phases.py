"""Trainings of one program behind each other: a pretraining and a fine-tuning, the head and then the whole network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from trainmon.events import CounterScope, StageKind
from trainmon.runs.tracks import Track


def phases_before(train: Track, candidates: Collection[Track]) -> tuple[Track, list[Track]]:
    """Give the training that came last, and those that were over when it began, in their order.

    Only bars whose own names speak of training count, or in which values of a training were logged: what else has a
    bar of its own prepares or evaluates.
    """
    found = [train, *(t for t in candidates if t is not train and _trains(t) and _trains(train))]
    found.sort(key=lambda track: track.order)
    last, before = found[-1], found[:-1]
    if train.total is None or not _behind_each_other(found):
        return train, []
    return last, before


def _trains(track: Track) -> bool:
    if not track.is_bar or track.total is None or track.scope is not CounterScope.UNKNOWN or track.parents:
        return False
    return track.kind is StageKind.TRAIN and (track.metric_hits > 0 or track.total_epochs is not None)


def _behind_each_other(tracks: Sequence[Track]) -> bool:
    return all(
        before.last_s is not None
        and after.started_s is not None
        and before.last_s <= after.started_s
        and before.nearly_complete
        and before.key not in after.inside
        for before, after in pairwise(tracks)
    )
