"""Puts the parts of a live watch together: source, alerts, what is remembered, and the app."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from typing import Any

from trainmon.board_process import BoardProcess


def watch_live(logs: Sequence[str], options: Mapping[str, Any], *, ascii: bool, hz: float) -> int:  # noqa: A002
    """Show growing logs until the user leaves; return the exit code. Raises TrainmonError before the screen starts.

    `options` are those of `load_settings`.
    """
    source = BoardProcess(lambda: _opened(logs, options))
    gc.disable()  # importing makes much that stays
    from trainmon.alerts.alerting import Alerting
    from trainmon.alerts.hooks import CommandHook
    from trainmon.alerts.memory import AlertMemory
    from trainmon.alerts.state_folder import state_folder
    from trainmon.tui.app import run
    from trainmon.tui.notices import NoticeOptions
    from trainmon.tui.preferences import Preferences

    gc.freeze()
    gc.enable()
    settings = source.ready()
    folder = state_folder()
    hook = CommandHook(settings.on_event) if settings.on_event else None
    return run(
        source,
        ascii=ascii,
        hz=hz,
        alerting=Alerting(AlertMemory(folder / "alerts.json"), hook, settings.notes),
        notices=NoticeOptions(bell=settings.bell, desktop=settings.desktop),
        preferences=Preferences(folder / "preferences.json"),
    )


def _opened(logs: Sequence[str], options: Mapping[str, Any]) -> tuple[Any, Any]:
    """In the process that reads: what the screen's process never loads."""
    from trainmon.settings import load_settings
    from trainmon.watching import LiveSource

    settings = load_settings(logs, **options)
    return LiveSource(logs, settings), settings
