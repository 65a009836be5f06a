"""Keys that come faster than the screen follows: each finds the screen that the one before it left.

Textual sends a key to what has the focus when the key arrives. Over a slow line several arrive at once, and the `3` of
`/hard ⏎ ⏎ 3` would go to the list that the second Enter is about to leave.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.worker import Worker

_PATIENCE_S = 0.5
"""A widget that does not answer for so long no longer holds back the keys behind it."""


class TypeAheadApp(App[None]):
    """Hands on one key at a time, each when what the one before it set off has been done."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key] = deque()
        self._handing_on: Worker[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        """Take a key into the queue; everything else goes its usual way."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if self._handing_on is None or self._handing_on.is_finished:
            self._handing_on = self.run_worker(self._hand_on(), name="keys", group="keys")

    async def _hand_on(self) -> None:
        while self._typed and self.screen_stack:  # the last keys may come when it is over
            nodes: Iterable[MessagePump] = (self.focused or self.screen).ancestors_with_self
            await super().on_event(self._typed.popleft())
            for node in tuple(nodes):  # a key, and a message that it caused, goes from the widget up to the app
                await _done(node)


async def _done(node: MessagePump) -> None:
    """Wait until a node has dealt with all that it was sent before."""
    done = asyncio.Event()
    if node.call_later(done.set):
        try:
            await asyncio.wait_for(done.wait(), _PATIENCE_S)
        except TimeoutError:
            return
