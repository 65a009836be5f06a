"""Hostile and broken content through the whole way from the file to the snapshot."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import math
import mmap
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.live import NOW, read_whole, store_over
from trainmon.exports.contract import board_object, json_text
from trainmon.reading.encodings import decoder_for
from trainmon.reading.tail import Change, FileTail
from trainmon.reading.watch import FolderWatch
from trainmon.snapshot import Board, RunSnapshot, RunStatus

STEPS = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(1, 41))
MORE = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(41, 61))


def one(board: Board) -> RunSnapshot:
    (run,) = board.runs
    return run


def read(folder: Path, text: bytes | str, name: str = "train.log") -> RunSnapshot:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return one(read_whole(folder))


# -- files ---------------------------------------------------------------------------------------------------------


def test_f08_an_inode_that_another_log_took_over_brings_no_foreign_lines(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("one\n")
    tail = FileTail(log)
    tail.look()
    tail.read()
    for number in range(20):
        log.unlink()
        (tmp_path / f"{number}.log").write_text("foreign\n")
        log.write_text("one\n")
        assert tail.look() in (Change.REPLACED, Change.REWRITTEN, Change.NONE)
        assert tail.read() in (b"one\n", b"")


def test_f10_what_is_written_through_a_map_of_memory_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(STEPS.encode())
    store = store_over(tmp_path)
    store.refresh(NOW, 60.0)
    added = b"step 41/100 loss 0.200\n"
    with log.open("r+b") as file:
        size = len(STEPS)
        file.truncate(size + len(added))
        with mmap.mmap(file.fileno(), 0) as mapped:
            mapped[size:] = added
            mapped.flush()
    store.refresh(NOW + 10, 60.0, rescan=True)

    assert one(store.board(NOW + 10)).step == 41


def test_f06_lines_that_are_written_to_a_deleted_log_are_told_to_go_on(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text(STEPS)
    store = store_over(tmp_path)
    with log.open("a") as writer:
        store.refresh(NOW, 60.0)
        store.board(NOW)
        log.unlink()
        writer.write(MORE)
        writer.flush()
        store.refresh(NOW + 10, 60.0, rescan=True)
        run = one(store.board(NOW + 10))

    assert run.state is RunStatus.RUNNING
    assert run.files[0].notes == ("deleted, its writer still runs",)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_f25_f26_f86_a_watch_whose_threads_died_does_not_keep_the_sweep_from_seeing(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(STEPS)
    store = store_over(tmp_path)
    watched = FolderWatch([tmp_path])
    store.refresh(NOW, 60.0)
    before = {thread for thread in threading.enumerate() if "Observer" in type(thread).__name__}
    assert watched._observer is not None
    watched._observer.stop()
    for thread in before:
        thread.join(10.0)
    (tmp_path / "b.log").write_text(STEPS)

    store.refresh(NOW + 10, 60.0, rescan=watched.take())

    assert {run.name for run in store.board(NOW + 10).runs} == {"a", "b"}
    watched.close()


# -- archives ------------------------------------------------------------------------------------------------------

BOMB = r"""
import re, sys
from pathlib import Path
from tests.live import read_whole
board = read_whole(Path(sys.argv[1]))
notes = [note for run in board.runs for note in run.files[0].notes] + [skip.reason for skip in board.skipped]
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024, notes)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_f60_an_archive_that_unpacks_to_far_too_much_is_stopped(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    piece = pack(STEPS.encode() + b"x" * (256 << 20))
    with (tmp_path / "train.log.gz").open("wb") as file:
        for _ in range(8):  # two gigabytes in members
            file.write(piece)

    done = subprocess.run(
        [sys.executable, "-c", BOMB, str(tmp_path)], capture_output=True, text=True, timeout=300, check=True
    )

    peak_mb, _, notes = done.stdout.partition(" ")
    assert int(peak_mb) < 400
    assert "archive unpacks to more than 500 times its size: not read further" in notes


def test_f63_an_archive_that_needs_too_much_memory_is_refused() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 << 20}]
    small = lzma.compress(STEPS.encode(), filters=filters)
    decoder = decoder_for(small)

    text = decoder.feed(small)

    assert text == b""
    assert "archive damaged" in decoder.damage


def test_f62_an_archive_that_is_still_written_gives_what_is_there(tmp_path: Path) -> None:
    log = tmp_path / "train.log.gz"
    packer = __import__("zlib").compressobj(wbits=31)
    flushed = packer.compress(STEPS.encode()) + packer.flush(2)
    log.write_bytes(flushed)
    store = store_over(tmp_path)
    store.refresh(NOW, 60.0)
    before = one(store.board(NOW))
    with log.open("ab") as file:
        file.write(packer.compress(MORE.encode()) + packer.flush())
    store.refresh(NOW + 10, 60.0, rescan=True)
    after = one(store.board(NOW + 10))

    assert (before.step, before.files[0].notes) == (40, ("archive without its end: cut off, or still being written",))
    assert (after.step, after.files[0].notes) == (60, ())


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[:-20], id="cut"),
        pytest.param(lambda data: data[:-8] + b"\0" * 8, id="wrong checksum"),
        pytest.param(lambda data: data + b"garbage behind it", id="garbage behind"),
        pytest.param(lambda data: data + gzip.compress(MORE.encode()), id="two members"),
    ],
)
def test_f61_of_a_damaged_archive_the_readable_part_is_read(tmp_path: Path, damage: object) -> None:
    assert callable(damage)

    run = read(tmp_path, damage(gzip.compress(STEPS.encode())), "train.log.gz")

    assert run.step is not None
    assert run.step >= 35


# -- lines ---------------------------------------------------------------------------------------------------------


def test_f42_utf8_behind_utf16_breaks_nothing(tmp_path: Path) -> None:
    run = read(tmp_path, STEPS.encode("utf-16") + MORE.encode())

    assert run.step == 40
    assert run.files[0].encoding == "utf-16-le"


@pytest.mark.parametrize(
    "value", ["nan", "NaN", "inf", "-inf", "1e400", "null", "٣", "1_000", "１２", "9" * 5000], ids=lambda text: text[:8]
)
def test_f49_f50_values_that_are_no_number_reach_no_export(tmp_path: Path, value: str) -> None:
    text = STEPS + f"step 41/100 loss {value}\n" + f'{{"step": 42, "loss": {value}}}\n' + MORE
    run = read(tmp_path, text)

    written = json.loads(json_text(board_object(Board(taken_at=NOW, runs=(run,)))), parse_constant=lambda name: 1 / 0)

    assert run.step == 60
    assert all(math.isfinite(at) for metric in run.metrics.values() for point in metric.history for at in point)
    assert written["runs"][0]["step"] == 60


def test_f51_steps_that_go_back_to_a_checkpoint_are_another_attempt(tmp_path: Path) -> None:
    again = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(21, 61))
    run = read(tmp_path, STEPS + "Traceback (most recent call last):\nRuntimeError: CUDA error\n" + again)

    assert run.step == 60
    assert run.metrics["loss"].count == 80


def test_f52_a_total_that_changes_on_the_way_is_the_new_one(tmp_path: Path) -> None:
    run = read(tmp_path, STEPS + "".join(f"step {n}/200 loss {1 / n:.3f}\n" for n in range(41, 61)))

    assert (run.step, run.total_steps, run.attempts) == (60, 200, 1)


def test_f56_lines_torn_by_two_writers_invent_no_step_beyond_the_total(tmp_path: Path) -> None:
    first = "".join(f"step {n}/1000 loss {1 / n:.3f}\n" for n in range(1, 1001)).encode()
    second = "".join(f"worker {n}: loaded shard {n} of 4000\n" for n in range(1, 1001)).encode()
    torn = b"".join(first[at : at + 4096] + second[at : at + 4096] for at in range(0, len(first), 4096))

    run = read(tmp_path, torn)

    assert run.total_steps == 1000
    assert run.step == 1000
    assert run.files[0].lines is not None


@pytest.mark.parametrize("text", ["\u200d\u200d", "\u202e", "\x1b]52;c;cm0=\x07", "[/red]", "[@click=app.quit]x"])
def test_f44_f48_hostile_beginnings_of_lines_are_text(tmp_path: Path, text: str) -> None:
    run = read(tmp_path, "".join(f"{text}{line}\n" for line in STEPS.splitlines()) + STEPS + MORE)

    assert run.step == 60
    assert not {"\x1b", "\u202e"} & set(repr(run))


def test_f43_returns_and_newlines_mixed_give_the_last_state_of_the_bar(tmp_path: Path) -> None:
    bars = "".join(f"\r {n}%|#   | {n}/100 [00:{n:02}<01:00, 1.00it/s]" for n in range(1, 51))
    run = read(tmp_path, bars.replace("\r", "\r", 1) + "\r\n" + "saved\r\n")

    assert (run.step, run.total_steps) == (50, 100)
    assert run.files[0].lines == 2


def test_f88_a_million_values_are_kept_in_bounded_memory(tmp_path: Path) -> None:
    with (tmp_path / "train.log").open("w") as file:
        for begin in range(1, 300_001, 1000):
            file.write("".join(f"step {n}/300000 loss {1 / n:.6f}\n" for n in range(begin, begin + 1000)))

    run = one(read_whole(tmp_path))

    assert run.metrics["loss"].count == 300_000
    assert len(run.metrics["loss"].history) < 2000
    assert os.path.getsize(tmp_path / "train.log") > 5 << 20  # noqa: PTH202
