"""An archive with a record of how its logs grew: every command tells the same time of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.archives import archive_of
from tests.live import read_whole
from tests.reading_logs import run_of

SAMPLES = Path(__file__).resolve().parent.parent / "sample_logs"
BAR = "".join(f"\rtrain:  {n}%|   | {n}/100 [00:{n:02d}<01:00,  1.00it/s]" for n in range(60)) + "\n"


def recorded(folder: Path, *, end: int) -> Path:
    """A log that was written within 153 seconds, and a record of its first `end` bytes."""
    log = folder / "run.log"
    log.write_text("sampling\n" + BAR)
    rows = [{"offset": 9, "t": 1000.0}, {"offset": 200, "t": 1100.0}, {"offset": end, "t": 1153.0}]
    log.with_suffix(".timing.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return log


def test_the_record_of_a_whole_log_tells_how_long_it_took(tmp_path: Path) -> None:
    log = recorded(tmp_path, end=len(("sampling\n" + BAR).encode()))

    (run,) = read_whole(log).runs

    assert run.elapsed_s == 153.0


def test_the_record_of_another_log_tells_nothing(tmp_path: Path) -> None:
    log = recorded(tmp_path, end=700)

    (run,) = read_whole(log).runs

    assert run.elapsed_s == 59.0


@pytest.mark.parametrize("folder", ["lora", "proteins", "chatbot"])
def test_a_replay_ends_where_a_look_at_the_same_logs_does(folder: str) -> None:
    looked = {run.name: run for run in read_whole(SAMPLES / folder).runs}
    archive = archive_of(SAMPLES / folder)
    played = {run.name: run for run in archive.board(archive.axis.span_s).runs}
    archive.close()

    assert played.keys() == looked.keys()
    for name, run in played.items():
        assert run.elapsed_s == pytest.approx(looked[name].elapsed_s), name
        assert run.verdict == looked[name].verdict, name


EPOCHS = "".join(f"[Epoch {n} Batch 30/45] avg loss 0.5, throughput 2.8K wps\n" for n in range(3))


@pytest.mark.parametrize(
    ("last", "took_s"),
    [
        pytest.param("Total time cost 11867.87s", 11867.87, id="seconds"),
        pytest.param("Training finished in 1h 20m", 4800.0, id="words"),
        pytest.param("Training complete! Total time: 0:37:36", 2256.0, id="clock"),
        pytest.param("Training finished after 10 epochs", None, id="no time"),
    ],
)
def test_a_log_without_a_clock_may_say_at_its_end_what_all_took(last: str, took_s: float | None) -> None:
    assert run_of(f"{EPOCHS}{last}\n").elapsed_s == took_s


def test_what_a_log_with_a_calendar_says_of_a_part_is_not_the_whole() -> None:
    dated = "".join(f"2026-01-05 08:00:{n:02d} INFO step {n}/10 loss 0.5\n" for n in range(1, 11))

    assert run_of(f"{dated}2026-01-05 08:00:10 INFO Training finished in 3600.2 s\n").elapsed_s == 9.0
