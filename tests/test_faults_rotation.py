"""Logs that are rotated, truncated, replaced, deleted while they are read: each line is read once, in its order."""

from __future__ import annotations

import bz2
import gzip
import os
import random
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest

from tests.live import NOW, read_whole, store_over
from trainmon.eta_accuracy import backtests
from trainmon.events import Event, Line, Metrics
from trainmon.parsers.base import LogFormat, Sample
from trainmon.reading.follow import FileFollower, ReadingOptions
from trainmon.reading.rotated import families
from trainmon.replay.reading import ArchiveReading
from trainmon.settings import Settings
from trainmon.snapshot import RunSnapshot

FAR = float("inf")


class Recorder(LogFormat):
    """Claims every line and keeps its text."""

    name: ClassVar[str] = "recorder"
    title: ClassVar[str] = "lines of a test"
    priority: ClassVar[int] = 1
    samples: ClassVar[tuple[Sample, ...]] = (Sample("line 1", "a test"),)
    seen: ClassVar[list[str]] = []

    def parse(self, line: Line) -> tuple[Event, ...]:
        self.seen.append(line.text)
        return (Metrics(values={"loss": 1.0}),)


class Log:
    """A growing log, what was written to it, and a follower that reads it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "train.log"
        self.path.touch()
        self.written: list[str] = []
        self._number = count(1)
        Recorder.seen = []
        self.follower = FileFollower(self.path, ReadingOptions(formats=(Recorder,)))

    def line(self) -> str:
        text = f"line {next(self._number)} of the training"
        self.written.append(text)
        return text + "\n"

    def write(self, lines: int, path: Path | None = None) -> None:
        with (path or self.path).open("a") as file:
            file.write("".join(self.line() for _ in range(lines)))

    def look(self) -> None:
        self.follower.step(NOW, FAR)

    def older(self, number: int, suffix: str = "") -> Path:
        return self.path.with_name(f"{self.path.name}.{number}{suffix}")

    def shift(self) -> None:
        """Make room for another `.1`."""
        for number in range(9, 0, -1):
            for suffix in ("", ".gz", ".bz2"):
                if self.older(number, suffix).exists():
                    self.older(number, suffix).rename(self.older(number + 1, suffix))

    def rename(self) -> None:
        self.shift()
        self.path.rename(self.older(1))
        self.path.touch()

    def copytruncate(self) -> None:
        self.shift()
        shutil.copyfile(self.path, self.older(1))
        os.truncate(self.path, 0)

    def compress(self, number: int, opened: Callable[..., object] = gzip.open, suffix: str = ".gz") -> None:
        plain = self.older(number)
        if plain.exists():
            data = plain.read_bytes()
            self.older(number, suffix).write_bytes(gzip.compress(data) if suffix == ".gz" else bz2.compress(data))
            plain.unlink()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


@pytest.mark.parametrize("way", ["rename", "copytruncate"])
@pytest.mark.parametrize("unread", [pytest.param(0, id="read to its end"), pytest.param(7, id="with unread lines")])
@pytest.mark.parametrize("after", [pytest.param(3, id="shorter after"), pytest.param(60, id="longer after")])
def test_f01_f02_f03_a_rotated_log_is_read_on_without_a_gap(log: Log, way: str, unread: int, after: int) -> None:
    log.write(20)
    log.look()
    log.write(unread)
    getattr(log, way)()
    log.write(after)
    log.look()

    assert Recorder.seen == log.written
    assert log.follower.info().notes == ("rotated 1x",)


@pytest.mark.parametrize("way", ["rename", "copytruncate"])
def test_f04_two_rotations_between_two_looks_lose_nothing(log: Log, way: str) -> None:
    log.write(20)
    log.look()
    for lines in (5, 8, 4):
        log.write(lines)
        getattr(log, way)()
    log.write(2)
    log.look()

    assert Recorder.seen == log.written


def test_f05_lines_that_come_late_to_the_renamed_file_are_read(log: Log) -> None:
    log.write(20)
    log.look()
    log.rename()
    log.write(3, log.older(1))
    log.look()
    log.write(3)
    log.look()
    log.write(2, log.older(1))
    log.look()

    assert sorted(Recorder.seen) == sorted(log.written)


@pytest.mark.parametrize("suffix", [".gz", ".bz2"])
def test_f65_the_rest_is_found_in_an_archive(log: Log, suffix: str) -> None:
    log.write(20)
    log.look()
    log.write(7)
    log.rename()
    log.compress(1, suffix=suffix)
    log.write(4)
    log.look()

    assert Recorder.seen == log.written


@pytest.mark.parametrize("seed", range(60))
def test_any_history_of_rotations_loses_and_doubles_nothing(log: Log, seed: int) -> None:
    chance = random.Random(seed)
    log.write(chance.randrange(3, 10))
    log.look()
    for _ in range(30):
        deed = chance.choice([log.rename, log.copytruncate, lambda: log.compress(2), log.look, log.look])
        log.write(chance.randrange(0, 6))
        if deed == log.copytruncate:
            log.look()  # what is copied twice between two looks cannot be told from what is new
        if log.path.stat().st_size:
            deed()
    log.look()

    assert Recorder.seen == log.written


def test_f02_a_log_truncated_and_grown_past_what_was_read_is_read_from_its_start(log: Log) -> None:
    """Both programs begin with the same banner, so the first bytes tell nothing."""
    banner = "=" * 200 + "\n"
    log.path.write_text(banner + "".join(log.line() for _ in range(5)))
    log.look()
    log.path.write_text(banner + "".join(log.line() for _ in range(50)))
    log.look()

    assert [text for text in Recorder.seen if text.startswith("line")] == log.written
    assert log.follower.info().notes == ("rewritten 1x",)


@pytest.mark.parametrize("way", ["in place", "by another file"])
def test_f09_a_log_of_the_same_size_and_time_with_other_content_is_read_anew(log: Log, way: str) -> None:
    log.path.write_text("line a of the training\nline b of the training\n")
    log.look()
    found = log.path.stat()
    text = "line c of the training\nline d of the training\n"
    if way == "in place":
        log.path.write_text(text)
    else:
        fresh = log.path.with_name("fresh")
        fresh.write_text(text)
        fresh.replace(log.path)
    os.utime(log.path, ns=(found.st_atime_ns, found.st_mtime_ns))
    log.look()

    assert [seen[5] for seen in Recorder.seen] == ["a", "b", "c", "d"]


def test_f07_a_log_deleted_and_made_anew_is_read_from_its_start(log: Log) -> None:
    """Most file systems give the new file the inode of the old one."""
    for _ in range(5):
        log.write(10)
        log.look()
        log.path.unlink()
        log.look()
        log.path.touch()
    log.write(3)
    log.look()

    assert Recorder.seen == log.written


def test_f30_a_hole_in_front_of_what_a_writer_goes_on_with_is_skipped(log: Log) -> None:
    """A writer without O_APPEND goes on at its old position after its log was truncated."""
    with log.path.open("w") as writer:
        writer.write("".join(log.line() for _ in range(10)))
        writer.flush()
        log.look()
        os.truncate(log.path, 0)
        log.look()
        writer.write(log.line())
        writer.flush()
        log.look()

    assert Recorder.seen == log.written
    assert any("NUL bytes skipped" in note for note in log.follower.info().notes)


def test_f55_a_log_that_two_programs_write_over_each_other_is_not_read_again_and_again(log: Log) -> None:
    log.write(10)
    log.look()
    for number in range(50):
        with log.path.open("r+") as other:
            other.seek(log.path.stat().st_size - 8)
            other.write(f"{number:08}\nmore\n")
        log.look()

    assert len(Recorder.seen) < 300


# -- families of files at the first look ---------------------------------------------------------------------------


def steps(begin: int, end: int) -> bytes:
    return "".join(f"step {n}/90 loss {1 / n:.4f}\n" for n in range(begin, end)).encode()


def rotated_folder(folder: Path, names: tuple[str, ...]) -> None:
    """Thirty steps a file, the oldest first."""
    for at, name in enumerate(names):
        data = steps(30 * at + 1, 30 * at + 31)
        (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        os.utime(folder / name, (NOW - 1000 + at, NOW - 1000 + at))


def one_run(folder: Path) -> RunSnapshot:
    (run,) = read_whole(folder).runs
    return run


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("train.log.2.gz", "train.log.1", "train.log"), id="logrotate"),
        pytest.param(("train.log.2", "train.log.1", "train.log"), id="RotatingFileHandler"),
        pytest.param(("train.log-20260130.gz", "train.log-20260131", "train.log"), id="logrotate with dateext"),
        pytest.param(("train.log.2026-01-30", "train.log.2026-01-31", "train.log"), id="TimedRotatingFileHandler"),
    ],
)
def test_f65_rotated_files_are_one_run_read_from_the_oldest(tmp_path: Path, names: tuple[str, ...]) -> None:
    rotated_folder(tmp_path, names)

    run = one_run(tmp_path)

    assert (run.step, run.total_steps, run.attempts) == (90, 90, 1)
    assert run.metrics["loss"].count == 90
    assert [Path(path).name for path in run.files[0].earlier] == list(names[:-1])


def test_a_rotated_log_is_replayed_as_one_run(tmp_path: Path) -> None:
    names = ("train.log.2.gz", "train.log.1", "train.log")
    rotated_folder(tmp_path, names)
    reading = ArchiveReading([str(tmp_path)], Settings())
    archive = None
    while archive is None:
        archive = reading.step()

    (run,) = archive.board(archive.axis.span_s).runs

    assert (run.name, run.step, run.metrics["loss"].count, run.attempts) == ("train", 90, 90, 1)
    assert [Path(path).name for path in run.files[0].earlier] == list(names[:-1])
    archive.close()


def test_a_part_that_is_missing_between_two_is_told(tmp_path: Path) -> None:
    rotated_folder(tmp_path, ("train.log.3.gz", "train.log.1", "train.log"))

    (run,) = read_whole(tmp_path).runs

    assert run.files[0].notes == ("rotated parts missing: train.log.2",)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("train.log", "train.log.1", "train.log.2"), id="numbered upwards by a launcher"),
        pytest.param(("train.1", "train.2", "train.3"), id="no log that they are parts of"),
    ],
)
def test_numbered_files_that_no_rotation_left_are_runs_of_their_own(tmp_path: Path, names: tuple[str, ...]) -> None:
    rotated_folder(tmp_path, names)

    assert len(read_whole(tmp_path).runs) == 3
    assert families(tmp_path / name for name in names) == {}


def test_a_log_that_is_rotated_while_it_is_watched_stays_one_run(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_bytes(steps(1, 31))
    store = store_over(tmp_path)
    store.refresh(NOW, 60.0, rescan=True)
    path.rename(tmp_path / "train.log.1")
    path.write_bytes(steps(31, 61))
    store.refresh(NOW + 5, 60.0, rescan=True)
    with path.open("ab") as file:
        file.write(steps(61, 91))
    store.refresh(NOW + 10, 60.0, rescan=True)

    (run,) = store.board(NOW + 10).runs

    assert (run.step, run.metrics["loss"].count, run.attempts) == (90, 90, 1)
    assert run.files[0].earlier == (str(tmp_path / "train.log.1"),)


def test_a_rotated_log_is_backtested_from_its_oldest_part(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    stamped = [f"2026-01-31 10:{n // 60:02}:{n % 60:02} step {n}/90 loss {1 / n:.4f}\n".encode() for n in range(1, 91)]
    (whole / "train.log").write_bytes(b"".join(stamped))
    for at, name in enumerate(("train.log.2", "train.log.1", "train.log")):
        (parts / name).write_bytes(b"".join(stamped[30 * at : 30 * at + 30]))
        os.utime(parts / name, (NOW - 1000 + at, NOW - 1000 + at))

    (one,), (joined,) = backtests([str(whole)], Settings()), backtests([str(parts)], Settings())

    assert one.moments
    assert joined.moments == one.moments
