"""What can be said of a log before its history is read: a short one is leafed through, of a long one the ends are read.

Ends do not tell how often a counter began anew between them. Where it stands for the whole run, as many steps as it
counts need about as many bytes as there are; where they do not, nothing is said of the whole run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from trainmon.events import CounterScope
from trainmon.reading.encodings import decoder_for
from trainmon.reading.reader import LogReader, Reading
from trainmon.reading.tail import FileTail
from trainmon.runs.attempts import start_step
from trainmon.runs.state import RunState
from trainmon.snapshot import RunSnapshot, RunStatus

_LEAF_THROUGH_BYTES = 128 << 10
_END_BYTES = 32 << 10
"""Of head and tail each."""
_LIKE = 3.0
"""Lines of one log differ in length by such a factor from time to time."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The state as far as it was seen."""

    state: RunState
    sure: bool
    """Whether it tells where the run stands as a whole."""


def glance_at(tail: FileTail, new_reader: Callable[[], LogReader]) -> Glance | None:
    """Look at a log as it is now; None where that takes more than a look."""
    whole = tail.size <= _LEAF_THROUGH_BYTES
    head = tail.read_at(0, tail.size if whole else _END_BYTES)
    if decoder_for(head).encoding != "utf-8":
        return None
    reader, state = new_reader(), RunState()
    if whole:
        state.apply_all(reader.feed(head, ahead_bytes=0))
        state.apply_all(reader.flush())
        return Glance(state, sure=True)
    head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    state.apply_all(reader.feed(head, ahead_bytes=tail.size - len(head)))
    end = tail.read_at(tail.size - _END_BYTES, _END_BYTES)
    begin = _next_piece(end, 0)
    middle = _next_piece(end, len(end) // 2)
    state.apply_all(_unnumbered(reader.feed(end[begin:middle], ahead_bytes=len(end) - middle)))
    step = state.whole_run.step
    state.apply_all(_unnumbered(reader.feed(end[middle:], ahead_bytes=0)))
    state.apply_all(_unnumbered(reader.flush()))
    return Glance(state, sure=_is_sure(state, step, len(end) - middle, tail.size))


def veiled(snapshot: RunSnapshot) -> RunSnapshot:
    """Without what ends of a log cannot tell."""
    known = snapshot.state is RunStatus.FAILED
    return replace(
        snapshot,
        state=snapshot.state if known else RunStatus.WAITING,
        state_reason=snapshot.state_reason if known else "reading history",
        ended_at=snapshot.ended_at if known else None,
        step=None,
        start_step=0.0,
        total_steps=None,
        total_reason="",
        epoch=None,
        total_epochs=None,
        progress=None,
        stage="",
        stages=(),
        eta=None,
        verdict=None,
    )


def _unnumbered(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Which lines the last ones are nobody knows before all were read."""
    return (reading._replace(line=reading.line._replace(number=0)) for reading in readings)


def _next_piece(data: bytes, at: int) -> int:
    """Where the next line or redraw begins; the end where none does."""
    found = [place for mark in (b"\n", b"\r") if (place := data.find(mark, at)) >= 0]
    return min(found) + 1 if found else len(data)


def _is_sure(state: RunState, step: float | None, last_bytes: int, size: int) -> bool:
    """Whether the counter of the tail, from `step` to the end `last_bytes` further on, fills a log of this size."""
    train, whole = state.roles.train, state.whole_run
    if train is None or whole.step is None:
        return False
    if train.scope is CounterScope.RUN:
        return True
    counted = whole.step - (start_step(train, whole, state.all_facts, attempts=state.attempts) or 0.0)
    if step is None or whole.step <= step or counted <= 0:
        return False
    share = (size / counted) / (last_bytes / (whole.step - step))
    return 1 / _LIKE < share < _LIKE
