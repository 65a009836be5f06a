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


def test_a_first_look_at_many_files_begins_in_the_folder_that_changed_last(tmp_path: Path) -> None:
    for at, name in enumerate(("fresh", "old")):
        folder = tmp_path / name
        folder.mkdir()
        for number in range(300):
            (folder / f"{name}{number:03}.log").write_text("step 1/10 loss 0.5\n")
        os.utime(folder, (2_000_000_000.0 - at, 2_000_000_000.0 - at))
    scanner = new_scanner([str(tmp_path)])

    first = scanner.first_look(0.0, at_least=5)

    assert {candidate.path.parent.name for candidate in first} == {"fresh"}
    assert scanner.behind
    assert len(scanner.scan()) == 600
    assert not scanner.behind


def test_a_first_look_at_few_files_finds_the_newest_wherever_it_lies(tmp_path: Path) -> None:
    for at in range(20):
        log = tmp_path / f"sweep{at % 4}" / f"run{at}.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text("step 1/10 loss 0.5\n")
        os.utime(log, (1_700_000_000.0 - at, 1_700_000_000.0 - at))

    first = new_scanner([str(tmp_path)]).first_look(0.0, at_least=2)

    assert "run0.log" in {candidate.path.name for candidate in first}
