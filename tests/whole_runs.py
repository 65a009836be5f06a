"""A few lines of a log, read as the commands read a file: what tests of formats say about whole runs."""

from __future__ import annotations

import os
from pathlib import Path

from tests.live import read_whole
from trainmon.snapshot import RunSnapshot

ARCHIVED_AT = 1_700_000_000


def run_of(folder: Path, text: str, name: str = "train.log") -> RunSnapshot:
    """The snapshot of the one run that `text` is the log of, long after it was written."""
    log = folder / name
    log.write_bytes(text.encode())
    os.utime(log, (ARCHIVED_AT, ARCHIVED_AT))
    (run,) = read_whole(log).runs
    return run
