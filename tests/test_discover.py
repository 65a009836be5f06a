"""What is a log, what is none, and what could not be looked at."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from trainmon.errors import NothingReadableError
from trainmon.reading.discover import Scanner
from trainmon.reading.file_kinds import FileKind
from trainmon.session import new_scanner


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that must not be listed, beside a log."""
    (tmp_path / "train.log").write_text("step 1/10 loss 0.5\n")
    folder = tmp_path / "secret"
    folder.mkdir()
    real = os.scandir

    def guarded(path: str | Path) -> Any:
        if Path(path) == folder:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)
    return folder


def found(scanner: Scanner) -> dict[str, tuple[FileKind, str]]:
    return {candidate.path.name: (candidate.kind, candidate.reason) for candidate in scanner.scan()}


def test_a_folder_that_cannot_be_read_is_counted_with_its_reason(closed: Path) -> None:
    assert found(new_scanner([str(closed.parent)])) == {
        "train.log": (FileKind.LOG, ""),
        "secret": (FileKind.SKIP, "unreadable folder: Permission denied"),
    }


def test_a_named_folder_that_cannot_be_read_is_an_error_that_says_so(closed: Path) -> None:
    with pytest.raises(NothingReadableError, match=r"secret: Permission denied"):
        new_scanner([str(closed)]).check()
