"""The same screens in a browser: textual-serve on the loopback interface, for this machine's pages only."""

from __future__ import annotations

import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import aiohttp_jinja2
from aiohttp import web
from textual_serve.server import Server

from trainmon.errors import UsageError

HOST = "127.0.0.1"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SHUTDOWN_S = 3.0
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; frame-ancestors 'none'"
)
"""Nothing from elsewhere (the page names a font server), and the page in nobody else's frame."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def only_from_here(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Refuse pages of other sites, which could otherwise talk to a server on this machine through the browser.

    A foreign name that resolves to loopback shows in Host, a foreign page in Origin.
    """
    here = urlsplit(f"//{request.host}")
    origin = request.headers.get("Origin")
    if here.hostname not in _LOOPBACK or (origin is not None and urlsplit(origin).netloc != here.netloc):
        raise web.HTTPForbidden(text="only for pages of this server")
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = _POLICY.format(host=request.host)
    return response


class ScreenServer(Server):
    """Starts one `trainmon watch` for every page that is opened, and ends it with the page."""

    def __init__(self, watch: Sequence[str], bound: socket.socket) -> None:
        command = "exec " + shlex.join([sys.executable, "-m", "trainmon", "watch", *watch])
        super().__init__(command, host=HOST, port=bound.getsockname()[1], title="trainmon")
        self._socket = bound

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the command line has told the address."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(only_from_here)
        return app

    @aiohttp_jinja2.template("app_index.html")
    async def handle_index(self, request: web.Request) -> dict[str, object]:
        """Give the page with addresses as the browser sees them, which through `ssh -L` has another port."""
        size = request.query.get("fontsize", "")
        return {
            "font_size": int(size) if size.isdecimal() and len(size) < 4 else 16,
            "app_websocket_url": f"ws://{request.host}/ws",
            "config": {"static": {"url": f"http://{request.host}/static/"}},
            "application": {"name": self.title},
        }

    def serve(self, debug: bool = False) -> None:
        """Serve until SIGINT or SIGTERM."""
        self.debug = debug
        web.run_app(self._make_app(), sock=self._socket, print=None, access_log=None, shutdown_timeout=_SHUTDOWN_S)


def bind(port: int) -> socket.socket:
    """Listen on a port of the loopback interface; 0: any free one. Raises UsageError where it is taken."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
        bound.listen()
    except OSError as error:
        bound.close()
        raise UsageError(f"port {port}: {error.strerror or error}; choose another one with --port") from None
    return bound
