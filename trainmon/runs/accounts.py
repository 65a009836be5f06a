"""What became of a run's time: training steps, steps done twice, pauses by cause. Nothing counts twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trainmon.events import StageKind
from trainmon.runs.attempts import Losses
from trainmon.runs.pauses import barred, laps_of
from trainmon.runs.state import RunState
from trainmon.runs.training_time import clocks_of, trained_of
from trainmon.snapshot import StageInfo
from trainmon.timing.pace import Overhead
from trainmon.timing.spans import STALL, Span

INIT, EVAL, CHECKPOINT, OTHER = "init", "eval", "checkpoint", "other"
_KEYS = {
    StageKind.INIT: INIT,
    StageKind.DATA: INIT,
    StageKind.EVAL: EVAL,
    StageKind.CHECKPOINT: CHECKPOINT,
    StageKind.SAVE: CHECKPOINT,
}
_NAMED = (EVAL, CHECKPOINT)
_UNNAMED = (OTHER, STALL)
_LEAST_S = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Seconds; what is unknown is None, or not there."""

    training_s: float | None = None
    """Steps that count, of all attempts."""
    overhead_s: Mapping[str, float]
    unexplained_s: float | None = None
    """What is left of the elapsed time."""


def overheads_of(state: RunState) -> dict[str, Overhead]:
    """Sum up what the clocks of all attempts tell of pauses, by cause."""
    found: dict[str, Overhead] = {}
    for clock in clocks_of(state):
        for key, one in clock.overheads().items():
            before = found.get(key)
            if before is not None:
                count, total_s = before.count + one.count, before.total_s + one.total_s
                one = Overhead(kind=key, count=count, total_s=total_s, mean_s=total_s / count)
            found[key] = one
    return found


def account_of(
    state: RunState,
    stages: Sequence[StageInfo],
    overheads: Mapping[str, Overhead],
    lost: Losses | None,
    elapsed_s: float | None,
) -> Account:
    """Split the elapsed time of a run.

    The clock of the training tells steps from pauses between its first and its last step; bars tell what lies before
    and behind. What a bar or a line says of a stage beyond what that clock shows is taken from what it could not name.
    """
    told = trained_of(state)
    windows = told.windows
    spent = dict.fromkeys((INIT, EVAL, CHECKPOINT, STALL, OTHER), 0.0)
    for key, overhead in overheads.items():
        spent[key if key in spent else _key(key)] += overhead.total_s
    outside, before_s = _outside(state, windows)
    for key, seconds in outside.items():
        spent[key] += seconds
    if windows:
        spent[INIT] = max(windows[0][0] - before_s, 0.0)
    training_s = told.seconds
    for key in _NAMED:
        missing_s = max(_staged_s(stages, key) - spent[key], 0.0)
        spent[key] += missing_s
        for source in _UNNAMED:
            taken_s = min(spent[source], missing_s)
            spent[source], missing_s = spent[source] - taken_s, missing_s - taken_s
        if training_s is not None and told.by_clock:
            training_s = max(training_s - missing_s, 0.0)
    lost_s = lost.redone_s + lost.gap_s if lost is not None else 0.0
    if training_s is not None and lost is not None:
        training_s = max(training_s - lost.redone_s, 0.0)
    known = _known(spent, stages, covered=told.by_clock)
    if training_s is not None and not windows and training_s > (elapsed_s or 0.0):
        training_s = None  # the log's clock missed most of it
    if elapsed_s is None:
        return Account(training_s=training_s, overhead_s=known)
    rest_s = elapsed_s - sum(known.values()) - lost_s - (training_s or 0.0)
    if rest_s < 0 and training_s is not None:
        training_s, rest_s = max(training_s + rest_s, 0.0), min(training_s + rest_s, 0.0)
    return Account(training_s=training_s, overhead_s=known, unexplained_s=max(rest_s, 0.0))


def _key(kind: str) -> str:
    return _KEYS.get(StageKind(kind), OTHER) if kind != StageKind.DATA else OTHER


def _known(spent: Mapping[str, float], stages: Iterable[StageInfo], *, covered: bool) -> dict[str, float]:
    """Leave out what nobody knows: a stage that took place and shows no time, and all where no clock tells."""
    seen = {_KEYS.get(stage.kind) for stage in stages}
    return {
        key: seconds
        for key, seconds in spent.items()
        if seconds >= _LEAST_S or (covered and not (key in _NAMED and key in seen))
    }


def _staged_s(stages: Iterable[StageInfo], key: str) -> float:
    return sum(stage.elapsed_s or 0.0 for stage in stages if _KEYS.get(stage.kind) == key)


def _outside(state: RunState, windows: Sequence[Span]) -> tuple[dict[str, float], float]:
    """Sum up the laps of bars, by cause, that lie where no training was, each second once; and tell how much of it lies
    before the training and is no initialization."""
    found, before_s = dict.fromkeys((INIT, EVAL, CHECKPOINT, OTHER), 0.0), 0.0
    taken = [*windows, *zip((end for _, end in windows), (begin for begin, _ in windows[1:]), strict=False)]
    for key, spans, scale in _by_key(state):
        free = _minus(spans, taken)
        for begin, end in free:
            before = not windows or end <= windows[0][0]
            found[key if before or key != INIT else OTHER] += scale * (end - begin)
            before_s += scale * (end - begin) if before and key != INIT else 0.0
        taken = [*taken, *free]
    return found, before_s


def _by_key(state: RunState) -> list[tuple[str, list[Span], float]]:
    """Give for each cause when its bars were drawn, as (begin, end), and by how much more they took than is kept."""
    laps: dict[str, list[Span]] = {EVAL: [], CHECKPOINT: [], INIT: [], OTHER: []}
    whole = dict.fromkeys(laps, 0.0)
    for kind, track in barred(state):
        key = _KEYS.get(kind, OTHER)
        laps[key] += [(began_s, began_s + lasted_s) for began_s, lasted_s in laps_of(track)]
        whole[key] += track.spent_s or 0.0
    kept = {key: sum(end - begin for begin, end in spans) for key, spans in laps.items()}
    return [(key, spans, max(whole[key] / kept[key], 1.0)) for key, spans in laps.items() if kept[key] > 0]


def _minus(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    """Give the parts of (begin, end) that lie in none of `taken`, each second once."""
    free: list[Span] = []
    blocked = sorted(taken)
    reached = float("-inf")
    for begin, end in sorted(spans):
        begin, reached = max(begin, reached), max(end, reached)
        for from_s, until_s in blocked:
            if until_s <= begin or from_s >= end:
                continue
            if from_s > begin:
                free.append((begin, from_s))
            begin = max(begin, until_s)
        if begin < end:
            free.append((begin, end))
    return free
