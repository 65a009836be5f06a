"""Writers of files, found among real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trainmon.reading import mounts, processes
from trainmon.reading.lsof import lsof_writers
from trainmon.reading.processes import WriterWatch, process_table, writers_of

HOLD = "import sys; f = open(sys.argv[1], sys.argv[2]); print('ready', flush=True); sys.stdin.read()"


class Holder:
    """A process that holds a file open until it is told to go."""

    def __init__(self, path: Path, mode: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def end(self) -> None:
        self.process.communicate("")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "run 1.log"
    path.write_text("step 1\n")
    return path


@pytest.fixture
def writer(log: Path) -> Iterator[Holder]:
    holder = Holder(log, "a")
    yield holder
    holder.end()


def test_the_process_that_appends_to_a_log_is_its_writer(log: Path, writer: Holder) -> None:
    scan = writers_of([str(log)])

    assert scan.writers == {str(log): (writer.process.pid,)}
    assert scan.alive(str(log)) is True


def test_a_log_whose_writer_ended_is_known_to_be_dead(log: Path, writer: Holder) -> None:
    writer.end()

    scan = writers_of([str(log)])

    assert scan.writers == {}
    assert scan.alive(str(log)) is False


def test_readers_are_no_writers(log: Path) -> None:
    reader = Holder(log, "r")

    scan = writers_of([str(log)])

    reader.end()
    assert scan.alive(str(log)) is False


def test_a_file_opened_for_reading_and_writing_has_a_writer(log: Path) -> None:
    both = Holder(log, "r+")

    scan = writers_of([str(log)])

    both.end()
    assert scan.alive(str(log)) is True


def test_a_log_is_found_through_a_link_and_under_the_name_that_was_asked(log: Path, writer: Holder) -> None:
    link = log.with_name("latest")
    link.symlink_to(log)

    assert writers_of([str(link), str(log)]).writers == {
        str(link): (writer.process.pid,),
        str(log): (writer.process.pid,),
    }


def test_a_file_of_the_same_name_elsewhere_is_another_file(log: Path, writer: Holder, tmp_path: Path) -> None:
    other = tmp_path / "b" / log.name
    other.parent.mkdir()
    other.write_text("")

    assert writers_of([str(other)]).alive(str(other)) is False


def test_a_replaced_log_has_lost_its_writer(log: Path, writer: Holder) -> None:
    log.unlink()
    log.write_text("a new file under the old name\n")

    assert writers_of([str(log)]).alive(str(log)) is False


def test_a_missing_file_is_not_judged(tmp_path: Path) -> None:
    assert writers_of([str(tmp_path / "gone.log")]).alive(str(tmp_path / "gone.log")) is None


def test_nothing_is_said_of_files_on_a_network_mount(
    log: Path, writer: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "mounts", lambda: ((str(log.parent), "nfs4"), ("/", "ext4")))

    scan = writers_of([str(log)])

    assert scan.alive(str(log)) is None


def test_a_process_that_cannot_be_looked_at_leaves_the_answer_open(
    log: Path, writer: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = f"/proc/{writer.process.pid}/fd"
    real = os.listdir

    def listdir(path: str | os.PathLike[str]) -> list[str]:
        if path == hidden:
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)

    scan = writers_of([str(log)])

    assert scan.alive(str(log)) is None


def test_in_a_container_files_from_outside_are_not_judged(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.readlink
    monkeypatch.setattr(os, "readlink", lambda path: "pid:[4026532211]" if path == "/proc/self/ns/pid" else real(path))
    root, outside = Path("/").stat(), Path("/proc").stat()

    assert processes._namespace_sees(root)
    assert not processes._namespace_sees(outside)


def test_a_watch_scans_again_only_when_its_time_has_come(log: Path, writer: Holder) -> None:
    watch = WriterWatch(every_s=3.0)
    first = watch.scan([str(log)], now=100.0)
    writer.end()

    assert watch.scan([str(log)], now=102.9) is first
    assert watch.scan([str(log)], now=1000.0).alive(str(log)) is False


def test_the_process_table_knows_parents_and_groups(writer: Holder) -> None:
    process = process_table()[writer.process.pid]

    assert process.parent == os.getpid()
    assert process.group == os.getpgid(0)
    assert process.session == os.getsid(0)


def test_the_process_table_of_psutil_agrees(writer: Holder) -> None:
    mine, theirs = process_table()[writer.process.pid], processes._process_table_psutil()[writer.process.pid]

    assert (mine.parent, mine.group, mine.session) == (theirs.parent, theirs.group, theirs.session)


def test_names_with_brackets_and_spaces_do_not_shift_the_fields(tmp_path: Path) -> None:
    program = tmp_path / "a) R 1 (b"
    program.symlink_to(sys.executable)
    code = "print('ready', flush=True); input()"
    child = subprocess.Popen([str(program), "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"

    process = process_table()[child.pid]

    child.communicate(b"\n")
    assert process.parent == os.getpid()
    assert process.name == "a) R 1 (b"


def test_lsof_output_gives_writers_and_skips_readers() -> None:
    text = "p120\nf1\naw\nn/logs/a.log\nf3\nar\nn/logs/b.log\np130\nf7\nau\nn/logs/b.log\n"

    assert list(lsof_writers(text)) == [("/logs/a.log", 120), ("/logs/b.log", 130)]
