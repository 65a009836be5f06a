"""A real headless Chromium, driven over its DevTools socket: pages, keys, what a page's WebSocket received."""

from __future__ import annotations

import asyncio
import base64
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")
_OPTIONS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--window-size=1280,800", "--remote-debugging-port=0")  # fmt: skip
LONG_S = 180.0


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session = ""
        self._reader = asyncio.create_task(self._read())
        self.received = ""
        """All that the page's WebSocket received, as text."""
        self.requested: list[str] = []

    async def open(self, url: str) -> None:
        """Make the tab, listen to it, and load the page."""
        target = await self._call("Target.createTarget", url="about:blank")
        attached = await self._call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Network", "Page", "Runtime"):
            await self._call(f"{domain}.enable")
        await self._call("Page.navigate", url=url)

    async def click(self, x: int, y: int) -> None:
        """Press and release the mouse."""
        for kind in ("mousePressed", "mouseReleased"):
            await self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key: str) -> None:
        """Type a character."""
        for kind in ("keyDown", "keyUp"):
            await self._call("Input.dispatchKeyEvent", type=kind, key=key, text=key if kind == "keyDown" else "")

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        answer = await self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def picture(self) -> bytes:
        """Return a PNG of the page."""
        return base64.b64decode((await self._call("Page.captureScreenshot"))["data"])

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait; fail with the end of what was received."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONG_S):
                while not condition():
                    await asyncio.sleep(0.05)
        assert condition(), self.received[-2000:]

    async def close(self) -> None:
        """Stop listening."""
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader

    async def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        number = len(self._answers) + 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        session = {"sessionId": self._session} if self._session else {}
        await self._socket.send_json({"id": number, "method": method, "params": parameters, **session})
        return await asyncio.wait_for(answer, LONG_S)

    async def _read(self) -> None:
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._answers[said["id"]].set_result(said.get("result", {}))
            elif said["method"] == "Network.webSocketFrameReceived":
                frame = said["params"]["response"]
                data = frame["payloadData"]
                binary = frame["opcode"] == 2
                self.received += base64.b64decode(data).decode("utf-8", "replace") if binary else data
            elif said["method"] == "Network.responseReceived":
                self.requested.append(said["params"]["response"]["url"])


@asynccontextmanager
async def browser_page(url: str) -> AsyncIterator[Page]:
    """Start a Chromium of its own with one page, and end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            CHROMIUM, *_OPTIONS, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with aiohttp.ClientSession() as session:
                address = await _address(Path(profile))
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    page = Page(socket)
                    await page.open(url)
                    yield page
                    await page.close()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _address(profile: Path) -> str:
    """Return the DevTools address that the browser writes into its profile."""
    written = profile / "DevToolsActivePort"
    async with asyncio.timeout(LONG_S):
        while not (lines := written.read_text().split() if written.exists() else []):
            await asyncio.sleep(0.05)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
