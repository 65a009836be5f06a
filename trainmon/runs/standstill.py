"""How long the training has stood still: other bars, heartbeats and warnings go on while it hangs."""

from __future__ import annotations

from trainmon.runs.state import RunState


def stood_still_s(state: RunState, silence_s: float) -> float:
    """Seconds since the counter of training moved, `silence_s` after the last byte of the log.

    Where somebody watched, arrivals tell: a log without times of its own has a clock that does not go on.
    """
    train = state.roles.train
    if train is None or train.lap is None:
        return silence_s
    if train.lap.moved_at is not None and state.last_arrived_s is not None:
        since_s = state.last_arrived_s - train.lap.moved_at
    elif train.last_s is not None:
        since_s = state.clock.now_s - train.last_s
    else:
        since_s = 0.0
    return max(since_s, 0.0) + silence_s
