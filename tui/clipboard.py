"""Copies text to where the user pastes from: through tmux where there is one, else through the terminal."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping

from textual.app import App

from trainmon import units
from trainmon.exports.contract import json_text, run_object
from trainmon.snapshot import RunSnapshot
from trainmon.tui import words
from trainmon.tui.text import plain

_TMUX = ("tmux", "load-buffer", "-w", "-")
_PATIENCE_S = 2.0


async def copy(app: App[None], text: str, what: str) -> None:
    """Put `text` where the user pastes from, and say so."""
    if app.is_web or not await asyncio.to_thread(to_tmux, text, os.environ):
        app.copy_to_clipboard(text)
    app.notify(f"Copied {what}.", markup=False, timeout=3)


def to_tmux(text: str, environment: Mapping[str, str]) -> bool:
    """Put `text` into tmux's buffer and through it on the terminal's clipboard; False where there is no tmux.

    tmux drops what programs copy by OSC 52 unless told otherwise, but passes its own buffer on (`-w`).
    """
    if not environment.get("TMUX") or shutil.which(_TMUX[0]) is None:
        return False
    try:
        done = subprocess.run(_TMUX, input=text.encode(), capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def line_of(run: RunSnapshot) -> str:
    """Return a run in one line, as one would tell it in a chat."""
    parts = [words.name(run), run.state.value]
    if run.progress is not None:
        parts.append(units.percent(run.progress))
    if run.step is not None:
        parts.append(f"{plain(run.unit)} {units.steps(run.step, run.total_steps)}")
    if run.pace_s is not None:
        parts.append(units.step_time(run.pace_s, plain(run.unit)))
    if run.eta is not None:
        parts.append(words.time_left_told(run))
    if run.verdict is not None:
        parts.append(words.verdict(run.verdict)[0])
    trouble = words.note(run)[0]
    return ", ".join([*parts, *([trouble] if trouble else [])])


def json_of(run: RunSnapshot) -> str:
    """Return a run as in the JSON contract."""
    return json_text(run_object(run))
