"""Puts the parts of a live watch together: source, alerts, what is remembered, and the app."""

from __future__ import annotations

from collections.abc import Sequence

from trainmon.alerts.alerting import Alerting
from trainmon.alerts.hooks import CommandHook
from trainmon.alerts.memory import AlertMemory
from trainmon.alerts.state_folder import state_folder
from trainmon.settings import Settings
from trainmon.tui.app import run
from trainmon.tui.notices import NoticeOptions
from trainmon.tui.preferences import Preferences
from trainmon.watching import LiveSource


def watch_live(logs: Sequence[str], settings: Settings, *, ascii: bool, hz: float) -> int:  # noqa: A002
    """Show growing logs until the user leaves; return the exit code. Raises TrainmonError before the screen starts."""
    folder = state_folder()
    hook = CommandHook(settings.on_event) if settings.on_event else None
    return run(
        LiveSource(logs, settings),
        ascii=ascii,
        hz=hz,
        alerting=Alerting(AlertMemory(folder / "alerts.json"), hook, settings.notes),
        notices=NoticeOptions(bell=settings.bell, desktop=settings.desktop),
        preferences=Preferences(folder / "preferences.json"),
    )
