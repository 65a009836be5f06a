"""A growing log as text: where it lies, unfolded, truncated, replaced, gone; and what a piece of it was read as."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from trainmon.reading.log_text import ChainedText, GrowingText
from trainmon.run_log import RunLog, live_log
from trainmon.settings import Settings
from trainmon.snapshot import FileInfo, RunSnapshot, RunStatus

TEXT = "".join(f"step {number}/9000 loss {number / 7:.4f} é\n" for number in range(9000))


def whole(text: GrowingText) -> str:
    extent = text.look()
    while extent.unfolding is not None:
        extent = text.look()
    return text.read(0, extent.size).decode()


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode(), id="plain"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="utf-16"),
        pytest.param(lambda text: text.encode("utf-16-be"), id="utf-16 without a mark"),
        pytest.param(lambda text: gzip.compress(text.encode()), id="gzip"),
        pytest.param(lambda text: bz2.compress(text.encode()), id="bzip2"),
        pytest.param(lambda text: lzma.compress(text.encode()), id="xz"),
    ],
)
def test_any_encoding_is_read_anywhere(encode: Callable[[str], bytes], tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(encode(TEXT))
    text = GrowingText(log)

    assert whole(text) == TEXT
    assert text.read(len(TEXT.encode()) - 3, 99) == "é\n".encode()
    assert text.read(5, 6) == b"0/9000"
    assert text.read(1 << 40, 6) == b""
    text.close()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_what_is_added_is_there_with_the_next_look(encoding: str, tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes("one two three\n".encode(encoding))
    text = GrowingText(log)
    before = text.look()

    with log.open("ab") as file:
        file.write("four\n".encode(encoding))
    after = text.look()

    assert (before.size, after.size) == (14, 19)
    assert after.generation == before.generation
    assert text.read(14, 99) == b"four\n"
    text.close()


@pytest.mark.parametrize("again", ["", "short\n", "another text that is longer\n"], ids=["empty", "shorter", "longer"])
def test_another_text_is_told_by_its_generation(again: str, tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(gzip.compress(b"the first text\n"))
    text = GrowingText(log)
    first = text.look()

    log.write_text(again)
    second = text.look()

    assert second.generation == first.generation + 1
    assert text.read(0, 99).decode() == again
    text.close()


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("one\n")
    text = GrowingText(log)
    text.look()

    log.unlink()

    assert text.look().note == "the file is gone"
    assert text.read(0, 9) == b""


def test_a_damaged_archive_is_shown_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    log = tmp_path / "train.log.gz"
    packed = bytearray(gzip.compress(b"".join(b"%d\n" % (number * 7919) for number in range(60_000))))
    packed[len(packed) // 2 :] = b"\xff" * (len(packed) // 2)
    log.write_bytes(packed)
    text = GrowingText(log)

    assert whole(text).startswith("0\n7919\n")
    assert "archive damaged" in text.look().note
    text.close()


def test_a_rotated_log_is_one_text_from_its_oldest_part_on(tmp_path: Path) -> None:
    oldest, middle, newest = tmp_path / "train.log.2.gz", tmp_path / "train.log.1", tmp_path / "train.log"
    oldest.write_bytes(gzip.compress(TEXT.encode()))
    middle.write_text("middle\n")
    newest.write_text("newest\n")
    files = (FileInfo(path=str(newest), format="", bytes=7, earlier=(str(oldest), str(middle))),)
    log = live_log(RunSnapshot(name="train", files=files, state=RunStatus.RUNNING), Settings())
    assert log is not None
    extent = log.look()
    while extent.unfolding is not None:
        extent = log.look()

    with newest.open("a") as file:
        file.write("more\n")

    assert log.look().size == extent.size + 5
    assert log.read(0, 1 << 30).decode() == TEXT + "middle\nnewest\nmore\n"
    assert log.read(len(TEXT.encode()) + 3, 6) == b"dle\nne"
    log.close()


@pytest.mark.parametrize("way", ["renamed", "copied and truncated"])
def test_a_log_that_is_rotated_while_it_is_shown_keeps_what_stood_before(way: str, tmp_path: Path) -> None:
    newest, older = tmp_path / "train.log", tmp_path / "train.log.1"
    newest.write_text(TEXT)
    log = ChainedText([newest])
    before = log.look()

    for text in ("middle, long enough to be known again\n", "newest\n"):
        if older.exists():
            older.rename(tmp_path / "train.log.2")
        if way == "renamed":
            newest.rename(older)
        else:
            older.write_bytes(newest.read_bytes())
        newest.write_text(text)
        after = log.look()

    whole = TEXT + "middle, long enough to be known again\nnewest\n"
    assert log.read(0, 1 << 30).decode() == whole
    assert after.size == len(whole.encode())
    assert after.generation != before.generation
    log.close()


def test_a_log_that_is_written_anew_does_not_take_an_older_file_for_its_own(tmp_path: Path) -> None:
    newest = tmp_path / "train.log"
    (tmp_path / "train.log.1").write_text("another run\n")
    newest.write_text(TEXT)
    log = ChainedText([newest])
    log.look()

    newest.write_text("anew\n")

    assert log.look().size == 5
    assert log.read(0, 99) == b"anew\n"
    log.close()


def log_of(tmp_path: Path, data: bytes) -> RunLog:
    path = tmp_path / "train.log"
    path.write_bytes(data)
    log = RunLog(GrowingText(path), Settings())
    log.look()
    return log


def test_a_piece_is_explained_as_formats_explain_does(tmp_path: Path) -> None:
    lines = [b"loading data\n", b"{'loss': 1.25, 'learning_rate': 3e-05, 'epoch': 0.5}\n"]
    log = log_of(tmp_path, b"".join(lines))

    (foreign,) = log.explain(0, len(lines[0]) - 1)
    (metrics,) = log.explain(len(lines[0]), len(lines[0]) + len(lines[1]) - 1)

    assert (foreign.format_name, foreign.events) == (None, ())
    assert metrics.format_name == "huggingface"
    assert len(metrics.events) == 1
    assert metrics.events[0].startswith("Metrics ")
    assert "loss=1.25" in metrics.events[0]


def test_a_redraw_is_explained_and_what_is_glued_to_it(tmp_path: Path) -> None:
    first = b"\r 10%|#         | 4/40 [00:04<00:36,  1.00it/s]"
    second = b"\r 20%|##        | 8/40 [00:08<00:32,  1.00it/s]"
    log = log_of(tmp_path, first + second + b"{'loss': 1.25, 'epoch': 0.5}\n")

    (bar,) = log.explain(1, len(first))
    glued = log.explain(len(first) + 1, len(first) + len(second) + 28)

    assert bar.format_name == "tqdm"
    assert bar.events[0] == "Counter  current=4 total=40 unit=it elapsed_s=4 pace_s=1 is_bar"
    assert [reading.format_name for reading in glued] == ["tqdm", "huggingface"]
    assert "current=8" in glued[0].events[0]
    assert "loss=1.25" in glued[1].events[0]


def test_a_bar_is_explained_without_what_goes_without_saying_and_without_doubt(tmp_path: Path) -> None:
    line = b"train:  25%|##5       | 100/400 [00:45<02:16,  2.20it/s]"
    log = log_of(tmp_path, b"\r" + line + b"\r" + line.replace(b"100/", b"101/"))

    (bar,) = log.explain(1, 1 + len(line))

    assert bar.format_name == "tqdm"
    assert "pace_s=0.454545" in bar.events[0]
    assert "scope" not in bar.events[0]


def test_far_down_a_long_log_the_head_of_a_table_is_still_known(tmp_path: Path) -> None:
    rows = b"".join(b"%d,%f,%f\n" % (epoch, epoch / 7, epoch / 9) for epoch in range(60_000))
    data = b"epoch,train_loss,val_loss\n" + rows
    log = log_of(tmp_path, data)
    begin = data.rindex(b"59000,")

    (row,) = log.explain(begin, data.index(b"\n", begin))

    assert row.format_name is not None
    assert any("train_loss=8428" in event or "loss=8428" in event for event in row.events)
