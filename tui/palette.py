"""What the command palette offers: everything that has a key on the screen below it, and what the screen adds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.app import App, SystemCommand
from textual.screen import Screen

from trainmon.tui.screens import BoardScreen


def commands(app: App[None], screen: Screen[object]) -> Iterator[SystemCommand]:
    """Yield each command once, with its key; not those that only move a cursor, which nothing describes."""
    told: set[str] = set()
    for key, active in screen.active_bindings.items():
        binding = active.binding
        described = binding.description and (binding.show or binding.tooltip)
        if not described or not active.enabled or binding.action in told or binding.system:
            continue
        told.add(binding.action)
        run = partial(app.run_action, binding.action, active.node)
        about = binding.tooltip or "What the key does here"
        yield SystemCommand(binding.description, f"{about} ({binding.key_display or key})", run)
    if isinstance(screen, BoardScreen):
        yield from screen.commands()
