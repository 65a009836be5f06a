"""Puts the parts together for the commands: settings to a store, a store to boards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from trainmon.discover import Scanner
from trainmon.documents import DocumentShelf
from trainmon.errors import NothingReadableError
from trainmon.follow import ReadingOptions
from trainmon.gpu_logs import looks_like_gpu_log
from trainmon.parsers import log_formats
from trainmon.parsers.documents import looks_like_estimates
from trainmon.parsers.user_format import user_formats
from trainmon.settings import Settings
from trainmon.snapshot import Board
from trainmon.store import Store, StoreOptions

_STEP_S = 0.5


def open_store(logs: Sequence[str], settings: Settings, *, archive: bool = False) -> Store:
    """A store over LOGS. Raises NothingReadableError where a LOGS does not exist."""
    scanner = Scanner(logs, is_document=looks_like_estimates, is_gpu_log=looks_like_gpu_log)
    scanner.check()
    own = tuple(user_formats({"formats": list(settings.formats)}))
    year = datetime.now().astimezone().year
    options = StoreOptions(
        reading=ReadingOptions(formats=(*own, *log_formats()), default_year=year), archive=archive, settings=settings
    )
    return Store(logs, scanner, DocumentShelf(settings.estimates), options)


def look_once(logs: Sequence[str], settings: Settings, *, archive: bool = False) -> Board:
    """Read everything to its end and give the board. Raises NothingReadableError where there is nothing to show."""
    store = open_store(logs, settings, archive=archive)
    while not store.refresh(time.time(), _STEP_S):
        pass
    store.finish()
    store.refresh(time.time(), _STEP_S)
    board = store.board(time.time())
    if not board.runs:
        raise NothingReadableError(_nothing(logs, board))
    return board


def _nothing(logs: Sequence[str], board: Board) -> str:
    where = ", ".join(logs)
    if not board.skipped:
        return f"{where}: no files there yet. Start the training with its output redirected to a file in it."
    examples = "; ".join(f"{Path(s.path).name}: {s.reason}" for s in board.skipped[:3])
    return f"{where}: no training log among {len(board.skipped)} files ({examples})."
