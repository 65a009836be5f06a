"""The screens in a browser: a real server, a real Chromium, and nobody else's pages."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

pytest.importorskip("textual_serve")

from tests.browser import LONG_S, browser_page, needs_chromium
from trainmon.errors import UsageError
from trainmon.tui.serve import bind

LOG = "".join(f"step {i}/100 loss {1 / i:.4f}\n" for i in range(1, 41))


class Served:
    """A server over a folder with one run."""

    def __init__(self, folder: Path) -> None:
        logs = folder / "my logs"
        logs.mkdir()
        (logs / "served-run.log").write_text(LOG)
        environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config")}
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "trainmon", "serve", "--port", "0", str(logs)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        said = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None, said
        self.url = found[0]
        self.said = said

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Ask for a path; the status and the text."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=LONG_S)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def watches(self) -> list[int]:
        """Return the processes that draw pages."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def close(self) -> int:
        """End the server as a user does."""
        self.process.terminate()
        self.process.communicate(timeout=LONG_S)
        return self.process.returncode


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    server = Served(tmp_path)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


@needs_chromium
@pytest.mark.slow
async def test_a_real_browser_shows_the_runs_and_takes_keys(served: Served) -> None:
    async with browser_page(served.url) as page:
        await page.until(lambda: "served-run" in page.received)

        await page.click(600, 600)
        await page.press("?")
        await page.until(lambda: "command palette" in page.received)

        assert await page.evaluate("document.querySelectorAll('.xterm').length") == 1
        assert len(await page.picture()) > 10_000
        assert all(urlsplit(url).hostname == "127.0.0.1" for url in page.requested)
        assert len(served.watches()) == 1
    deadline = time.monotonic() + LONG_S
    while served.watches() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert served.watches() == []
    assert served.close() == 0


def test_the_address_is_told_and_the_page_names_the_address_that_was_asked(served: Served) -> None:
    status, page = served.get("/", Host="localhost:9000")

    assert "on this machine only" in served.said
    assert status == 200
    assert "ws://localhost:9000/ws" in page


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "http://evil.example"}, id="another site's page"),
        pytest.param({"Host": "evil.example:8000"}, id="a foreign name for this machine"),
        pytest.param({"Host": "localhost:9000", "Origin": "http://localhost:9001"}, id="another server's page"),
    ],
)
def test_other_pages_are_refused(served: Served, headers: dict[str, str]) -> None:
    assert served.get("/", **headers)[0] == 403
    assert served.get("/ws", **headers)[0] == 403


def test_a_port_that_is_taken_says_so() -> None:
    with bind(0) as taken, pytest.raises(UsageError, match="choose another one with --port"):
        bind(taken.getsockname()[1])


def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path) -> None:
    program = (
        "import importlib.util, sys\n"
        "importlib.util.find_spec = lambda name, package=None: None\n"
        "from trainmon.cli import main\n"
        f"main(['serve', {str(tmp_path)!r}])\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LONG_S, check=False)

    assert done.returncode == 2
    assert "pip install 'trainmon[web]'" in done.stderr
