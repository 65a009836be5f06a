"""Which files are read as estimate documents, and what is said of those that cannot be."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from trainmon.cli import main
from trainmon.errors import NothingReadableError
from trainmon.plan.documents import DocumentShelf, read_any


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "x.log"
    path.write_bytes(random.Random(7).randbytes(300_000))
    return path


def test_random_bytes_are_no_document(noise: Path) -> None:
    with pytest.raises(NothingReadableError, match=r"x\.log: binary, no document"):
        read_any(noise)


def test_the_command_says_so_and_exits_as_with_nothing_readable(
    noise: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["estimates", str(noise)])
    assert left.value.code == 3
    assert capsys.readouterr().out == ""


def test_a_document_that_turned_into_bytes_is_a_note_and_no_end(noise: Path) -> None:
    shelf = DocumentShelf([noise])
    shelf.offer([])
    assert shelf.documents == ()
    assert shelf.notes == (f"{noise}: binary, no document",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"])
def test_text_in_any_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_bytes("# Plan\r\n\r\n- Training: 3 hours\r\n".encode(encoding))
    assert [one.likely_s for one in read_any(path).estimates] == [10800.0]


@pytest.mark.parametrize("name", ["plan.md", "estimates.md", "TIME.md", "budget.txt", "run-times.md", "eta.txt"])
def test_a_document_named_for_time_is_found_without_a_word_of_training(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run1.log").write_text("100%|##########| 360/360 [00:45<00:00,  8.00it/s]\n", encoding="utf-8")
    (tmp_path / name).write_text("- run1: 1-2 minutes\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["status", str(tmp_path), "--json"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    documented = run["documented"]
    assert Path(documented["source"]["file"]).name == name
    assert (documented["total_s"]["low"], documented["total_s"]["high"]) == (60.0, 120.0)


def test_another_name_needs_a_word_of_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run1.log").write_text("100%|##########| 360/360 [00:45<00:00,  8.00it/s]\n", encoding="utf-8")
    (tmp_path / "sometimes.md").write_text("- run1: 1-2 minutes\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["status", str(tmp_path), "--json"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert run["documented"] is None
