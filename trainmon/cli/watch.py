"""What `watch` does with its LOGS and options; knows no Typer, so that a plain `trainmon LOGS...` never loads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from trainmon.cli.output import emit
from trainmon.tui.guard import can_show_screen

HZ = 1.0


def watch(logs: Sequence[str], options: Mapping[str, Any], *, hz: float, ascii_only: bool) -> int:
    """Show the runs under LOGS until the user leaves, or their status once where there is no terminal; the exit code.

    `options` are those of `load_settings`. Raises TrainmonError.
    """
    if can_show_screen(sys.stdin, sys.stdout, sys.stderr, os.environ) is None:
        from trainmon.live_screen import watch_live

        return watch_live(logs, options, ascii=ascii_only, hz=hz)
    from trainmon.settings import load_settings
    from trainmon.watching import print_changes

    return print_changes(logs, load_settings(logs, **options), emit, ascii_only=ascii_only)
