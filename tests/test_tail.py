"""Following one file."""

from __future__ import annotations

import os
from pathlib import Path

from trainmon.reading.tail import Change, FileTail


def read_all(tail: FileTail) -> bytes:
    data = b""
    while part := tail.read(7):
        data += part
    return data


def test_a_growing_file_is_read_on_from_where_reading_stopped(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"one\n")
    tail = FileTail(log)

    first = (tail.look(), read_all(tail))
    quiet = tail.look()
    with log.open("ab") as file:
        file.write(b"two\n")

    assert first == (Change.GREW, b"one\n")
    assert quiet is Change.NONE
    assert (tail.look(), read_all(tail)) == (Change.GREW, b"two\n")


def test_a_truncated_file_is_read_from_its_start(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"step 1\nstep 2\n")
    tail = FileTail(log)
    tail.look()
    read_all(tail)

    log.write_bytes(b"new\n")

    assert (tail.look(), read_all(tail)) == (Change.TRUNCATED, b"new\n")


def test_a_file_rewritten_longer_than_before_is_noticed_by_its_first_bytes(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"old\n")
    tail = FileTail(log)
    tail.look()
    read_all(tail)

    log.write_bytes(b"quite another beginning\n")

    assert (tail.look(), read_all(tail)) == (Change.REWRITTEN, b"quite another beginning\n")


def test_another_file_under_the_same_name_is_read_from_its_start(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"old line\n")
    tail = FileTail(log)
    tail.look()
    read_all(tail)

    fresh = tmp_path / "fresh"
    fresh.write_bytes(b"old line\nand more\n")
    fresh.replace(log)

    assert (tail.look(), read_all(tail)) == (Change.REPLACED, b"old line\nand more\n")


def test_a_fifo_in_the_place_of_a_log_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "a.log"
    os.mkfifo(pipe)

    assert FileTail(pipe).look() is Change.NOT_A_FILE


def test_a_missing_file_is_gone_and_read_once_it_appears(tmp_path: Path) -> None:
    log = tmp_path / "late.log"
    tail = FileTail(log)
    missing = tail.look()

    log.write_bytes(b"here\n")

    assert missing is Change.GONE
    assert (tail.look(), read_all(tail)) == (Change.GREW, b"here\n")
