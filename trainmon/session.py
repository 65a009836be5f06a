"""Puts the parts together for the commands: settings to a store, a store to boards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from trainmon.errors import NothingReadableError
from trainmon.gpu.logs import looks_like_gpu_log
from trainmon.gpu.monitor import GpuMonitor
from trainmon.parsers import log_formats
from trainmon.parsers.base import LogFormat
from trainmon.parsers.user_format import user_formats
from trainmon.plan.documents import DocumentShelf
from trainmon.reading.discover import Scanner
from trainmon.reading.encodings import decoder_for
from trainmon.reading.file_kinds import FileKind
from trainmon.reading.follow import ReadingOptions
from trainmon.reading.likeness import looks_like_log
from trainmon.reading.reader import LogReader
from trainmon.settings import Settings
from trainmon.snapshot import Board, RunStatus
from trainmon.store import Store, StoreOptions
from trainmon.units import plural

_STEP_S = 0.5
_GPU_WAIT_S = 3.0
"""A driver without persistence mode wakes its GPUs first; longer than this no script should wait."""
_UNDER_WAY = (RunStatus.RUNNING, RunStatus.STALLED)


def _looks_like_estimates(text: str, name: str) -> bool:
    from trainmon.parsers.documents import looks_like_estimates  # loaded where a folder holds a document at all

    return looks_like_estimates(text, name)


def new_scanner(logs: Sequence[str]) -> Scanner:
    """Looks through LOGS and tells by content what is what."""
    return Scanner(logs, is_document=_looks_like_estimates, is_gpu_log=looks_like_gpu_log, is_log=looks_like_log)


def known_formats(settings: Settings) -> tuple[type[LogFormat], ...]:
    """The user's own formats first, then all others. Raises UsageError for a pattern that cannot be used."""
    own = (user_formats(tables, path) for path, tables in settings.formats.items())
    return (*chain.from_iterable(own), *log_formats())


def reader_of(log: Path, settings: Settings, earlier: Sequence[str] = ()) -> tuple[bytes, LogReader]:
    """The text of a log as UTF-8, its rotated parts in front, and a reader for it. Raises NothingReadableError."""
    parts = []
    for path in (*map(Path, earlier), log):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NothingReadableError(f"{path}: {error.strerror or error}") from None
        parts.append(decoder_for(data).feed(data))
    return b"\n".join(parts), new_reader(settings)


def new_reader(settings: Settings) -> LogReader:
    """A reader of the formats that the settings know. Raises UsageError for a pattern that cannot be used."""
    return LogReader(known_formats(settings), default_year=this_year())


def this_year() -> int:
    """What a log without years is read with."""
    return datetime.now().astimezone().year


def reading_options(settings: Settings) -> ReadingOptions:
    """How lines are read. Raises UsageError for a pattern of the user's that cannot be used."""
    return ReadingOptions(formats=known_formats(settings), default_year=this_year())


def open_store(logs: Sequence[str], settings: Settings, *, archive: bool = False) -> Store:
    """A store over LOGS. Raises NothingReadableError for LOGS that do not exist, UsageError for an unknown scenario."""
    scanner = new_scanner(logs)
    scanner.check()
    options = StoreOptions(reading=reading_options(settings), archive=archive, settings=settings)
    shelf = new_shelf(settings)
    if settings.scenario or settings.hardware or settings.runs:
        from trainmon.plan.scenarios import check_choices  # loaded where somebody chose

        shelf.offer([each.path for each in scanner.scan() if each.kind is FileKind.DOCUMENT])
        check_choices(shelf.documents, settings)
    return Store(logs, scanner, shelf, options)


def new_shelf(settings: Settings) -> DocumentShelf:
    """Where the documents that the settings name, and those found, are kept read."""
    lines = [one.estimate.path for one in settings.runs if one.estimate is not None]
    return DocumentShelf(settings.estimates, lines)


def look_once(logs: Sequence[str], settings: Settings, *, archive: bool = False) -> Board:
    """Read everything to its end and give the board. Raises NothingReadableError where there is nothing to show."""
    store = open_store(logs, settings, archive=archive)
    gpus = GpuMonitor()
    if not archive:
        gpus.latest()  # the driver is asked while the logs are read
    try:
        while not store.refresh(time.time(), _STEP_S):
            pass
        store.finish()
        store.refresh(time.time(), _STEP_S)
        board = store.board(time.time())
        if not archive and any(run.state in _UNDER_WAY for run in board.runs):
            board = store.board(time.time(), gpu=gpus.first(_GPU_WAIT_S))
    finally:
        gpus.close()
    if not board.runs:
        raise NothingReadableError(_nothing(logs, board))
    return board


def _nothing(logs: Sequence[str], board: Board) -> str:
    where = ", ".join(logs)
    if not board.skipped:
        return f"{where}: no files there yet. Start the training with its output redirected to a file in it."
    examples = "; ".join(f"{Path(s.path).name}: {s.reason}" for s in board.skipped[:3])
    return f"{where}: no training log among {plural(len(board.skipped), 'file')} ({examples})."
