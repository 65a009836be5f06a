"""A report is on disk whole, or what was there before is."""

from __future__ import annotations

import errno
import os
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from trainmon.exports.export import ExportFailedError, TargetExistsError, TargetNotWritableError, write_report


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_new_report_has_the_usual_mode(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        write_report(tmp_path / "report.md", "größer ≈ 3\n")
    finally:
        os.umask(umask)

    assert (tmp_path / "report.md").read_bytes() == "größer ≈ 3\n".encode()
    assert stat.S_IMODE((tmp_path / "report.md").stat().st_mode) == 0o640
    assert names(tmp_path) == ["report.md"]


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    target.write_text("old")

    with pytest.raises(TargetExistsError, match="use --force") as caught:
        write_report(target, "new")

    assert caught.value.exit_code == 2
    assert target.read_text() == "old"
    assert names(tmp_path) == ["report.md"]


def test_a_file_that_appears_while_writing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.md"
    sync = os.fsync

    def somebody_else_writes(descriptor: int) -> None:
        target.write_text("theirs")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", somebody_else_writes)
    with pytest.raises(TargetExistsError):
        write_report(target, "ours")

    assert target.read_text() == "theirs"
    assert names(tmp_path) == ["report.md"]


@pytest.mark.parametrize("taken", [pytest.param(False, id="free name"), pytest.param(True, id="name taken meanwhile")])
def test_without_hard_links_nothing_is_overwritten_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    target = tmp_path / "report.md"

    def no_links(source: Path, destination: Path) -> None:
        if taken:
            target.write_text("theirs")
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", no_links)
    if taken:
        with pytest.raises(TargetExistsError):
            write_report(target, "ours")
    else:
        write_report(target, "ours")

    assert target.read_text() == ("theirs" if taken else "ours")
    assert names(tmp_path) == ["report.md"]


def test_force_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    target.write_text("old")
    target.chmod(0o604)

    write_report(target, "new", force=True)

    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    real = tmp_path / "deep" / "real.md"
    real.write_text("old")
    link = tmp_path / "link.md"
    link.symlink_to("deep/real.md")

    write_report(link, "new", force=True)

    assert link.is_symlink()
    assert real.read_text() == "new"
    assert names(tmp_path / "deep") == ["real.md"]


def test_a_dangling_link_gets_its_target(tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to("real.md")

    write_report(link, "new")

    assert link.is_symlink()
    assert (tmp_path / "real.md").read_text() == "new"


def test_a_folder_is_no_target(tmp_path: Path) -> None:
    with pytest.raises(TargetNotWritableError, match="is a folder"):
        write_report(tmp_path, "new", force=True)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportFailedError, match=r"missing/report.md failed: no such folder"):
        write_report(tmp_path / "missing" / "report.md", "new")


def test_a_hostile_name_is_told_harmlessly(tmp_path: Path) -> None:
    with pytest.raises(ExportFailedError) as caught:
        write_report(tmp_path / "a\x1b[2J" / "report.md", "new")
    with pytest.raises(ExportFailedError):
        write_report(f"{tmp_path}/a\0b", "new")

    assert "\x1b" not in str(caught.value)


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(ExportFailedError):
        write_report(tmp_path / "loop", "new", force=True)

    assert (tmp_path / "loop").is_symlink()


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let the kernel refuse writes past `size`, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "room",
    [
        pytest.param(0, id="none"),
        pytest.param(1, id="one byte"),
        pytest.param(50_000, id="half"),
        pytest.param(99_999, id="all but one byte"),
    ],
)
def test_too_little_room_leaves_the_old_report(tmp_path: Path, room: int) -> None:
    target = tmp_path / "report.md"
    target.write_text("old")

    with file_size_limit(room), pytest.raises(ExportFailedError, match=r"size limit reached \(needs 98 kB\)"):
        write_report(target, "x" * 100_000, force=True)

    assert target.read_text() == "old"
    assert names(tmp_path) == ["report.md"]


@pytest.mark.parametrize("call", ["open", "write", "fchmod", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS])
def test_any_refused_call_leaves_the_old_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    target = tmp_path / "report.md"
    target.write_text("old")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, refuse)
        with pytest.raises(ExportFailedError, match="no file was changed"):
            write_report(target, "new", force=True)

    assert target.read_text() == "old"
    assert names(tmp_path) == ["report.md"]


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_report(tmp_path / "report.md", "new")

    assert names(tmp_path) == []


def test_a_pipe_is_written_through(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()

    write_report(pipe, "new")
    reader.join()

    assert received == [b"new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_device_is_told() -> None:
    with pytest.raises(ExportFailedError, match="no space left"):
        write_report("/dev/full", "new")
