"""From a board to what is told of it: the book, the memory and the user's command put together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from trainmon.alerts.causes import Alert, AlertBook
from trainmon.alerts.hooks import CommandHook
from trainmon.alerts.memory import AlertMemory
from trainmon.exports.contract import SCHEMA, run_object
from trainmon.snapshot import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What a screen should say."""

    alerts: tuple[Alert, ...] = ()
    first_told: frozenset[tuple[str, str]] = frozenset()
    """(log, cause) of those that no other screen has told."""
    notes: tuple[str, ...] = ()
    """What went wrong with telling."""

    def __bool__(self) -> bool:
        return bool(self.alerts or self.notes)


class Alerting:
    """Takes boards, remembers what was told, and runs the command. Used by one thread; never raises."""

    def __init__(self, memory: AlertMemory, hook: CommandHook | None = None, notes: Iterable[str] = ()) -> None:
        self._memory, self._hook = memory, hook
        self._first_notes = list(notes)
        self._book = AlertBook(memory.causes)
        self._failure = ""

    def take(self, board: Board) -> Bulletin:
        """Return the news of a board."""
        told = self._book.take(board)
        pairs = [(alert.log, alert.cause) for alert in (*told.news, *told.old)]
        first: frozenset[tuple[str, str]] = frozenset()
        if pairs or told.met or told.anew:
            first = self._memory.record(pairs, board.taken_at, met=told.met, anew=told.anew)
        if self._hook is not None:
            for alert in told.news:
                if (alert.log, alert.cause) in first:
                    words = {"event": alert.kind.value, "run": alert.name, "text": alert.text}
                    self._hook.tell(words, event_json(alert))
        return Bulletin(alerts=told.news, first_told=first, notes=self._notes())

    def close(self) -> None:
        """Wait a moment for the commands."""
        if self._hook is not None:
            self._hook.close()

    def _notes(self) -> tuple[str, ...]:
        notes, self._first_notes = self._first_notes, []
        notes += self._hook.take_notes() if self._hook is not None else []
        if self._memory.failure and self._memory.failure != self._failure:
            notes.append(f"alerts are not remembered: {self._memory.failure}")
        self._failure = self._memory.failure
        return tuple(notes)


def event_json(alert: Alert) -> str:
    """Return what the command reads: the event, and the run as in the JSON contract, on one line."""
    at = datetime.fromtimestamp(alert.at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    event = {"kind": alert.kind.value, "cause": alert.cause, "run": alert.name, "text": alert.text, "at": at}
    return json.dumps({"schema": SCHEMA, "event": event, "run": run_object(alert.run)}, allow_nan=False) + "\n"
