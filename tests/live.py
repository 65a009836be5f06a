"""Lets a real log grow as it once grew: what the end-to-end tests and the properties of following share."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from trainmon.parsers import log_formats
from trainmon.plan.documents import DocumentShelf
from trainmon.reading.follow import ReadingOptions
from trainmon.session import new_scanner
from trainmon.snapshot import Board
from trainmon.store import Store, StoreOptions

NOW = 1_800_000_000.0


def store_over(*logs: Path, archive: bool = False) -> Store:
    """A store as the commands open it."""
    scanner = new_scanner([str(log) for log in logs])
    options = StoreOptions(reading=ReadingOptions(formats=log_formats(), default_year=2026), archive=archive)
    return Store([str(log) for log in logs], scanner, DocumentShelf(), options)


def read_whole(*logs: Path) -> Board:
    """Everything read to its end, as an archive."""
    store = store_over(*logs, archive=True)
    while not store.refresh(NOW, 60.0):
        pass
    store.finish()
    store.refresh(NOW, 60.0)
    return store.board(NOW)


def growth(log: Path) -> list[bytes]:
    """The pieces in which the log grew, from `<name>.timing.jsonl` beside it ({"offset", "t"} a line)."""
    data = log.read_bytes()
    rows = [json.loads(line) for line in log.with_suffix(".timing.jsonl").read_text().splitlines()]
    offsets = sorted({0, len(data), *(int(row["offset"]) for row in rows)})
    return [data[a:b] for a, b in pairwise(offsets)]


def random_cuts(data: bytes, seed: int) -> Iterator[bytes]:
    """The same bytes in reads of any size."""
    chance, at = random.Random(seed), 0
    while at < len(data):
        size = chance.choice([1, 2, 3, 17, 80, 1000, 4096, 60_000])
        yield data[at : at + size]
        at += size
