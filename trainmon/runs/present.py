"""From the state of a run to the snapshot that everybody sees; pure, and it changes nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from trainmon.events import Counter, CounterScope, EndingKind
from trainmon.reading.reader import Reading
from trainmon.runs.accounts import account_of, overheads_of
from trainmon.runs.attempts import Losses, losses, measured, paces_of, start_step, that_count, times_of
from trainmon.runs.evidence import End
from trainmon.runs.pauses import pauses_of
from trainmon.runs.progress import WholeRun
from trainmon.runs.stages import stages_of
from trainmon.runs.state import RunState
from trainmon.runs.status import Liveness, decide_status
from trainmon.runs.tracks import track_key
from trainmon.snapshot import FileInfo, MetricInfo, RunSnapshot, RunStatus, StageInfo, StepTime
from trainmon.units import plural

_LEAST_BEFORE_EPILOGUE = 2.0
"""Steps, or epochs, that must lie before what may be said behind each of them."""


def present(
    state: RunState,
    *,
    name: str,
    files: Sequence[FileInfo],
    live: Liveness,
    now: float,
    pending: Reading | None = None,
    preview: bool = False,
) -> RunSnapshot:
    """Make the snapshot of a run at `now` (seconds since the epoch); `trainmon.plan.judging` adds ETA and verdict.

    `pending` is the redraw under way: it moves the counter that is shown and nothing else.
    """
    state = state.asked()
    whole = state.whole_run
    step = _with_pending(state, whole, pending)
    status, reason = _status(state, _at_last_step(state, whole, step), files, live, now)
    over = status in (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.INTERRUPTED)
    overheads = overheads_of(state)
    stages = stages_of(state, whole, step, overheads, over=over)
    started_at, last_at = _times(state, live)
    elapsed_s = _elapsed(state, live, now, over=over)
    lost = _losses(state, whole)
    account = account_of(state, stages, overheads, lost, elapsed_s)
    return replace(
        _counted(RunSnapshot(name=name, files=tuple(files)), state, whole, step, lost),
        state=status,
        state_reason=reason,
        problems=tuple(sorted(state.problems.values(), key=lambda problem: problem.line or math.inf)),
        started_at=started_at,
        ended_at=last_at if over else None,
        last_activity_at=last_at if last_at is not None else live.grew_at,
        elapsed_s=elapsed_s,
        stage=_stage_under_way(stages),
        stages=stages,
        pauses=pauses_of(state),
        training_s=account.training_s,
        overhead_s=account.overhead_s,
        unexplained_s=account.unexplained_s,
        metrics=_metrics(state),
        facts=dict(state.all_facts),
        gpu=state.memory.info(),
        preview=preview,
    )


def _status(
    state: RunState, at_last_step: bool, files: Sequence[FileInfo], live: Liveness, now: float
) -> tuple[RunStatus, str]:
    """Where the run stands, and why."""
    train = state.roles.train
    pace = train.clock.pace() if train is not None else None
    return decide_status(
        end=state.end,
        epilogue=_epilogue(state),
        at_last_step=at_last_step,
        anything_read=bool(state.attempts),
        usual_gap_s=pace.usual_gap_s if pace is not None else 0.0,
        live=live,
        now=now,
        unread=_unread(files),
    )


def _epilogue(state: RunState) -> End | None:
    """What was said behind the training, where that tells more than that an epoch was over.

    With steps missing it takes the results of a test, and epochs behind which nothing like it was said.
    """
    said, train, whole = state.epilogue, state.roles.train, state.whole_run
    if said is None or train is None or train.counted < _LEAST_BEFORE_EPILOGUE:
        return None
    if whole.total is not None and (said.kind is EndingKind.RESULT or (whole.epoch or 0.0) < _LEAST_BEFORE_EPILOGUE):
        return None
    return said


def _start_step(state: RunState, whole: WholeRun) -> float | None:
    train = state.roles.train
    return start_step(train, whole, state.all_facts, attempts=state.attempts) if train is not None else None


def _losses(state: RunState, whole: WholeRun) -> Losses | None:
    train = state.roles.train
    return losses(state.dead, _start_step(state, whole), train.started_s if train is not None else None)


def _counted(
    run: RunSnapshot, state: RunState, whole: WholeRun, step: float | None, lost: Losses | None
) -> RunSnapshot:
    """How far it is, in steps and epochs, and how long a step takes; what dying and going on cost in them."""
    return replace(
        run,
        attempts=max(state.attempts, 1),
        step=step,
        start_step=_start_step(state, whole) or 0.0,
        redone_steps=lost.redone_steps if lost is not None else None,
        redone_s=lost.redone_s if lost is not None else None,
        gap_s=lost.gap_s if lost is not None else None,
        total_steps=whole.total,
        total_reason=whole.reason,
        unit=whole.unit,
        epoch=whole.epoch,
        total_epochs=whole.total_epochs,
        progress=_progress(step, whole.total),
        step_time_s=_step_time(state, whole),
        clock_history=_clock_history(state, whole),
    )


def _unread(files: Sequence[FileInfo]) -> str:
    """Where to see why, for a log with text in which no format found anything."""
    log = next(iter(files), None)
    if log is None or not (log.bytes if log.lines is None else log.lines):
        return ""
    how_much = plural(log.lines, "line") + ", none" if log.lines is not None else "nothing in it"
    return f"{how_much} understood: see `trainmon formats explain {log.path}`"


def _step_time(state: RunState, whole: WholeRun) -> StepTime | None:
    """Its history by the steps of the whole run, with what counts of the attempts before."""
    found = measured(state.roles)
    if found is None:
        return None
    track, step_time = found
    earlier = [(each.start_step, each.paces) for each in state.dead]
    start = _start_step(state, whole) or 0.0
    return replace(step_time, history=that_count(earlier, start, paces_of(track, whole, step_time)))


def _clock_history(state: RunState, whole: WholeRun) -> tuple[tuple[float, float], ...]:
    found = measured(state.roles)
    track = found[0] if found is not None else state.roles.train
    if track is None or state.watched_from_s is None:
        return ()
    earlier = [(each.start_step, each.times) for each in state.dead]
    return that_count(earlier, _start_step(state, whole) or 0.0, times_of(track, whole))


def _metrics(state: RunState) -> dict[str, MetricInfo]:
    """Of the log; a log without a training loss (only bars were redirected) takes them from the document beside it."""
    metrics = {key: series.info() for key, series in state.metrics.items()}
    if state.side is not None and "loss" not in metrics:
        metrics |= {key: series.info() for key, series in state.side.metrics.items() if key not in metrics}
    return metrics


def _with_pending(state: RunState, whole: WholeRun, pending: Reading | None) -> float | None:
    train = state.roles.train
    if pending is None or train is None or whole.step is None:
        return whole.step
    for event in pending.events:
        if isinstance(event, Counter) and track_key(event) == train.key and event.current > train.current:
            return whole.step + event.current - train.current
    return whole.step


def _at_last_step(state: RunState, whole: WholeRun, step: float | None) -> bool:
    train, epochs = state.roles.train, state.roles.epochs
    if (
        epochs is not None
        and epochs.scope is CounterScope.EPOCHS
        and epochs.current >= (whole.total_epochs or math.inf)
    ):
        return True  # the last batches of an epoch may go unprinted, its end does not
    if whole.total is not None:
        return step is not None and step >= whole.total
    if train is None or not train.is_bar or train.scope is CounterScope.RUN or state.evaluates:
        return False
    if train.total is None:
        return train.closed  # a bar without a total that its program closed
    # Nobody knows how many epochs were meant, but the log ends with a whole one.
    return train.complete or (train.nearly_complete and train.followed)


def _progress(step: float | None, total: float | None) -> float | None:
    if step is None or not total:
        return None
    return min(max(step / total, 0.0), 1.0)


def _times(state: RunState, live: Liveness) -> tuple[float | None, float | None]:
    if state.clock.started_at is not None:
        return state.clock.started_at, state.clock.now_at
    if state.first_arrived_s is not None and live.seen_growing:
        began_s = state.watched_from_s
        return None if began_s is None else state.first_arrived_s - began_s, state.last_arrived_s
    return None, None


def _elapsed(state: RunState, live: Liveness, now: float, *, over: bool) -> float | None:
    """What the log tells, or longer where somebody watched what no line tells; it goes on while the run does."""
    told = state.clock.now_s > 0 or (state.clock.ticks and not state.train_counted)
    known = [state.clock.now_s] if told else []
    if live.seen_growing and state.watched_s is not None:
        known.append(state.watched_s)
    if state.recorded_s is not None:
        known.append(state.recorded_s)
    if state.end is not None and state.end.took_s is not None and state.clock.started_at is None:
        known.append(state.end.took_s)
    if not known:
        return None
    silence_s = max(now - live.grew_at, 0.0) if live.grew_at is not None and not (over or live.archive) else 0.0
    return max(known) + silence_s


def _stage_under_way(stages: Sequence[StageInfo]) -> str:
    return next((stage.name for stage in stages if stage.active), "")
