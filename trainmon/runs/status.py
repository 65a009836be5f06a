"""Is the run waiting, running, stalled, finished, failed or interrupted? And why is that said?"""

from __future__ import annotations

from dataclasses import dataclass

from trainmon.events import EndingKind
from trainmon.runs.evidence import End
from trainmon.snapshot import RunStatus
from trainmon.units import duration

_STALL_FACTOR = 10.0
"""A silence this many times the run's usual longest gap is a stall."""
_LEAST_SILENCE_S = 60.0
_OVER_AFTER_S = 15 * 60.0
"""Without any knowledge of the writer: a log silent for so long, and far longer than usual, is an archive."""
_SETTLED_S = 10.0
_REOPEN_S = 2.0
"""A writer that opens and closes the file at each line is between two of them."""


DELETED = "the log was deleted"
DELETED_RUNNING = "deleted, its writer still runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """What the outside world says of a log: all that a snapshot needs besides the log's own text."""

    writer_alive: bool | None = None
    """None: nobody here can know (another machine, no permission)."""
    grew_at: float | None = None
    """When the file last changed, seconds since the epoch on our clock; None: unknown."""
    seen_growing: bool = False
    """It grew while we watched, so a writer that holds nothing open has been at work."""
    writer_seen: bool = False
    """A process held it open for writing while we watched: once that is gone, nothing more will come."""
    deleted: bool = False
    """The file is not there any more: what its writer goes on to say nobody sees."""
    archive: bool = False
    """The user replays or summarises: nothing will be written any more."""


def decide_status(
    *,
    end: End | None,
    epilogue: End | None = None,
    at_last_step: bool,
    anything_read: bool,
    usual_gap_s: float,
    live: Liveness,
    now: float,
    unread: str = "",
) -> tuple[RunStatus, str]:
    """Give the state and the reason for it in words.

    `epilogue` is what was said behind the training: an end once nobody writes any more.
    `unread` says what there is in a log of which nothing was understood; '' where there is nothing in it.
    """
    if end is not None:
        told = _told(end)
        if told is not None:
            return told
    silence_s = max(now - live.grew_at, 0.0) if live.grew_at is not None else None
    gone = _writer_is_gone(live, silence_s, usual_gap_s)
    if live.deleted and not (at_last_step and gone):
        return (RunStatus.RUNNING, DELETED_RUNNING) if live.writer_alive else (RunStatus.INTERRUPTED, DELETED)
    if at_last_step and (gone or _settled(live, silence_s, usual_gap_s)):
        return RunStatus.FINISHED, "the last step was reached"
    if gone and epilogue is not None:
        return RunStatus.FINISHED, f"behind the training: {_where(epilogue)}"
    if gone:
        return RunStatus.INTERRUPTED, "the log just ends" if anything_read else unread or "the log is empty"
    if not anything_read:
        return RunStatus.WAITING, unread or "nothing logged yet"
    return _by_silence(silence_s, usual_gap_s, live)


def _writer_is_gone(live: Liveness, silence_s: float | None, usual_gap_s: float) -> bool:
    if live.archive:
        return True
    if live.writer_alive is not False:
        return False
    if live.writer_seen or silence_s is None:
        return True
    return silence_s > (_patience(usual_gap_s) if live.seen_growing else _REOPEN_S)


def _settled(live: Liveness, silence_s: float | None, usual_gap_s: float) -> bool:
    """After the last step an evaluation or a save may still come; the silence of a program that lives says less."""
    if silence_s is None:
        return True
    return silence_s > (_patience(usual_gap_s) if live.writer_alive else max(3 * usual_gap_s, _SETTLED_S))


def _told(end: End) -> tuple[RunStatus, str] | None:
    where = _where(end)
    match end.kind:
        case EndingKind.FINISHED | EndingKind.EARLY_STOPPED:
            return RunStatus.FINISHED, where
        case EndingKind.FAILED:
            return RunStatus.FAILED, where
        case EndingKind.INTERRUPTED:
            return RunStatus.INTERRUPTED, where
        case _:
            return None


def _where(end: End) -> str:
    """The words and their line, as far as they are known; before a long log was read its last lines have no number."""
    if not end.line:
        return end.text
    return f"{end.text} (line {end.line})" if end.text else f"line {end.line}"


def _patience(usual_gap_s: float) -> float:
    return max(_STALL_FACTOR * usual_gap_s, _LEAST_SILENCE_S)


def _by_silence(silence_s: float | None, usual_gap_s: float, live: Liveness) -> tuple[RunStatus, str]:
    if silence_s is None or silence_s <= _patience(usual_gap_s):
        return RunStatus.RUNNING, ""
    usually = f", usually {duration(usual_gap_s)}" if usual_gap_s > 0 else ""
    reason = f"silent {duration(silence_s)}{usually}"
    if live.writer_alive is None and silence_s > max(_OVER_AFTER_S, 3 * _patience(usual_gap_s)):
        return RunStatus.INTERRUPTED, reason
    return RunStatus.STALLED, reason
