"""The stages of a run: its counters and its named stages in the order in which they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trainmon.events import CounterScope, StageKind
from trainmon.runs.marks import MarkedStage
from trainmon.runs.progress import WholeRun, whole_run
from trainmon.runs.roles import Roles
from trainmon.runs.state import RunState
from trainmon.runs.tracks import Track
from trainmon.runs.training_time import trained_of
from trainmon.snapshot import StageInfo
from trainmon.timing.pace import Overhead

_SHORT_NAME = 60


def stages_of(
    state: RunState, whole: WholeRun, step: float | None, overheads: Mapping[str, Overhead], *, over: bool
) -> tuple[StageInfo, ...]:
    """List the stages of the whole run, first begun first; recurring ones once, with their occurrences."""
    roles = state.roles
    found = [
        _begun(track, _counted(track, kind, active=False))
        for track, kind in state.earlier
        if kind is not StageKind.TRAIN and (track.counted > 0 or track.total is not None)
    ]
    found += _counted_stages(state, roles, over=over)
    for phase in roles.before:
        if phase.train is not None:
            did = whole_run(phase, {}, None)
            found.append(_begun(phase.train, _phase(phase.train, did.step, did.total)))
    if roles.train is not None:
        others_active = any(stage.active for _, stage in found)
        info = _training(roles.train, whole, step, state, active=not over and not others_active)
        if roles.before:
            info = replace(
                _phase(roles.train, (step or 0.0) - whole.before, whole.total and whole.total - whole.before),
                active=info.active,
            )
        found.append((info.started_s or 0.0, info))
    elif whole.step is not None or "loss" in state.metrics:
        found.append((0.0, _uncounted_training(whole, step, over=over)))
    found = _merged(found)
    eval_by_bar = any(stage.kind is StageKind.EVAL for _, stage in found)
    marks = [*state.marks.stages.values()]
    if not eval_by_bar and not any(mark.kind is StageKind.EVAL for mark in marks):
        marks += state.results.stages.values()
    for mark in marks:
        if mark.kind is StageKind.EVAL and _bars_of_all(mark, found):
            continue
        if mark.kind is StageKind.EVAL and any(_is_told_by(mark, stage) for _, stage in found):
            found = [(at, _told_by_lines(stage, mark) if _is_told_by(mark, stage) else stage) for at, stage in found]
        elif mark.kind is not StageKind.TRAIN:
            found.append((mark.started_s, _marked(mark, overheads, active=not over and mark.open_since_s is not None)))
    return tuple(stage for _, stage in sorted(found, key=lambda item: item[0]))


def _counted_stages(state: RunState, roles: Roles, *, over: bool) -> list[tuple[float, StageInfo]]:
    phases = [track for phase in roles.before for track in (phase.train, phase.epochs)]
    parts = {track.key for track in (roles.train, roles.epochs, *roles.companions, *phases) if track is not None}
    latest_track = max(state.tracks.values(), key=lambda track: track.last_s or 0.0, default=None)
    latest = (latest_track.last_s or 0.0) if latest_track is not None else 0.0
    return [
        _begun(
            track,
            _counted(track, roles.kinds[track.key], active=not over and track.unfinished and track.last_s == latest),
        )
        for track in state.tracks.values()
        if track.key not in parts
        and track.scope is not CounterScope.EPOCHS
        and (track.counted > 0 or (track is latest_track and track.total is not None))
    ]


def _begun(track: Track, stage: StageInfo) -> tuple[float, StageInfo]:
    return track.started_s or 0.0, stage


def _merged(found: list[tuple[float, StageInfo]]) -> list[tuple[float, StageInfo]]:
    """Stages of several attempts under one name are one recurring stage."""
    merged: dict[tuple[str, StageKind, float | None], tuple[float, StageInfo]] = {}
    for at, stage in found:
        key = (stage.name, stage.kind, stage.total)
        known = merged.get(key)
        if known is not None:
            at, first = known
            stage = replace(
                stage,
                started_s=first.started_s,
                elapsed_s=_sum(first.elapsed_s, stage.elapsed_s),
                occurrences=first.occurrences + stage.occurrences,
                step_time_s=stage.step_time_s or first.step_time_s,
            )
        merged[key] = (at, stage)
    return list(merged.values())


def _sum(*seconds: float | None) -> float | None:
    known = [each for each in seconds if each is not None]
    return sum(known) if known else None


def _training(train: Track, whole: WholeRun, step: float | None, state: RunState, *, active: bool) -> StageInfo:
    measured = train.clock.measure()
    windows = trained_of(state).windows
    begun = train.started_s if train.counted <= train.opened_at else None  # nothing was done yet that takes time
    return StageInfo(
        name="training",
        kind=StageKind.TRAIN,
        current=step,
        total=whole.total,
        unit=whole.unit,
        started_s=windows[0][0] if windows else begun,
        elapsed_s=sum(end - begin for begin, end in windows) if windows else None,
        active=active,
        step_time_s=measured.mean if measured is not None else None,
    )


def _phase(track: Track, step: float | None, total: float | None) -> StageInfo:
    """One of several trainings of a run, with steps of its own."""
    return replace(
        _counted(track, StageKind.TRAIN, active=False),
        name=_name(replace(track, name=track.key[0].strip(" /#:-[]()")), StageKind.TRAIN),
        current=step,
        total=total,
        occurrences=1,
    )


def _uncounted_training(whole: WholeRun, step: float | None, *, over: bool) -> StageInfo:
    """Metrics came, but no counter: where the training stands follows from their epochs."""
    return StageInfo(
        name="training", kind=StageKind.TRAIN, current=step, total=whole.total, unit=whole.unit, active=not over
    )


def _counted(track: Track, kind: StageKind, *, active: bool) -> StageInfo:
    measured = track.clock.measure()
    return StageInfo(
        name=_name(track, kind),
        kind=kind,
        current=track.current,
        total=track.total,
        unit=track.unit,
        started_s=track.started_s,
        elapsed_s=track.spent_s,
        occurrences=track.laps,
        active=active,
        step_time_s=measured.mean if measured is not None else None,
    )


def _name(track: Track, kind: StageKind) -> str:
    name = " ".join(track.name.split())[:_SHORT_NAME]
    if name:
        return name
    return "evaluation" if kind is StageKind.EVAL else f"{kind.value} ({track.total:g})" if track.total else kind.value


def _bars_of_all(mark: MarkedStage, found: list[tuple[float, StageInfo]]) -> bool:
    """Tell whether bars of several evaluation sets, taken together, are what the lines tell of."""
    bars = [stage.occurrences for _, stage in found if stage.kind is StageKind.EVAL]
    return len(bars) > 1 and sum(bars) == mark.occurrences


def _is_told_by(mark: MarkedStage, stage: StageInfo) -> bool:
    """Tell whether lines and a bar are about one evaluation: a bar that came far less often is another, a last test."""
    return stage.kind is StageKind.EVAL and 2 * stage.occurrences >= mark.occurrences


def _told_by_lines(stage: StageInfo, mark: MarkedStage) -> StageInfo:
    """An evaluation with a bar and with result lines: one stage."""
    several_bars_each = mark.occurrences > 0 and stage.occurrences >= max(1.5 * mark.occurrences, mark.occurrences + 2)
    occurrences = mark.occurrences if several_bars_each else max(stage.occurrences, mark.occurrences)
    elapsed_s = max((each for each in (stage.elapsed_s, mark.elapsed_s) if each is not None), default=None)
    return replace(stage, elapsed_s=elapsed_s, occurrences=occurrences)


def _marked(mark: MarkedStage, overheads: Mapping[str, Overhead], *, active: bool) -> StageInfo:
    overhead = overheads.get(mark.kind.value)
    elapsed_s = mark.elapsed_s
    if elapsed_s is None and overhead is not None:
        elapsed_s = overhead.total_s or None
    return StageInfo(
        name=mark.name,
        kind=mark.kind,
        unit="",
        started_s=mark.started_s,
        elapsed_s=elapsed_s,
        occurrences=mark.occurrences,
        active=active,
    )
