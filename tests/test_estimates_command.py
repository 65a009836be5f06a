"""`trainmon estimates` on what people name by mistake: a plain word on stderr, data on stdout, exit codes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from trainmon.cli import main

PLAN = "# Plan\n\n- Training: 3 hours\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with documents good and bad, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.md").write_text(PLAN)
    (tmp_path / "crlf.md").write_bytes(PLAN.replace("\n", "\r\n").encode())
    (tmp_path / "latin.md").write_bytes("# Pläne\n\nDas Training dauert fünf Tage, also 5 Tage.\n".encode("latin-1"))
    (tmp_path / "heading.md").write_text("# Only a heading")
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "blank.md").write_text(" \n\n")
    (tmp_path / "model.md").write_bytes(bytes(range(256)) * 64)
    (tmp_path / "plan.md.gz").write_bytes(gzip.compress(PLAN.encode()))
    (tmp_path / "folder").mkdir()
    return tmp_path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["estimates", *arguments])
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("empty.md", "empty", id="empty"),
        pytest.param("blank.md", "empty", id="only-spaces"),
        pytest.param("model.md", "binary", id="binary"),
        pytest.param("plan.md.gz", "compressed", id="compressed"),
        pytest.param("folder", "a folder", id="folder"),
        pytest.param("missing.md", "No such file", id="missing"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_no_document_is_named_with_the_reason(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"trainmon: {name}: {said}")


@pytest.mark.usefixtures("folder")
def test_the_other_documents_are_shown_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan.md", "missing.md", "empty.md") == 3
    out, err = capsys.readouterr()
    assert "3 hours" in out
    assert "missing.md" in err
    assert "empty.md" in err


@pytest.mark.parametrize("name", ["plan.md", "crlf.md", "latin.md", "heading.md"])
@pytest.mark.usefixtures("folder")
def test_text_of_any_kind_is_read(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name) == 0
    out, err = capsys.readouterr()
    assert out.startswith(name)
    assert err == ""
    assert ("no duration" in out) is (name == "heading.md")


@pytest.mark.usefixtures("folder")
def test_strict_tells_a_contradiction_by_the_exit_code(folder: Path) -> None:
    (folder / "wrong.md").write_text("Total: 35 hours (1.5 days)\n")
    assert run("--strict", "plan.md") == 0
    assert run("--strict", "plan.md", "wrong.md") == 4
    assert run("wrong.md") == 0


def test_a_document_that_comes_through_a_pipe_is_read_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import os
    import threading

    pipe = folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(PLAN))
    writer.start()
    assert run("pipe") == 0
    writer.join()
    assert "3 hours" in capsys.readouterr().out
