"""The reading benchmark must know what is in its logs, and must not count a reader that misses some of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmarks.make_logs import KINDS, Known, make
from benchmarks.reading import differences, read_blocks, read_naively, report


@pytest.fixture
def known(request: pytest.FixtureRequest, tmp_path: Path) -> list[Known]:
    pytest.importorskip("tqdm")
    return make(request.param, tmp_path, 0.4)


@pytest.mark.parametrize("known", KINDS, indirect=True)
def test_the_simple_reader_finds_all_that_was_written(known: list[Known]) -> None:
    found = [read_naively(Path(entry.path)) for entry in known]

    assert differences(known, found) == []
    assert sum(entry.step for entry in known) > 0


@pytest.mark.parametrize("known", ["trainer"], indirect=True)
@pytest.mark.parametrize("field", ["rows", "last", "step", "low"])
def test_one_value_missed_is_named(known: list[Known], field: str) -> None:
    found = read_naively(Path(known[0].path))
    found[field] = (found[field] or 0) + 0.5

    assert len(differences(known, [found])) == 1


@pytest.mark.parametrize("known", ["trainer"], indirect=True)
def test_logs_are_made_once_and_known_afterwards(known: list[Known]) -> None:
    folder = Path(known[0].path).parent
    before = Path(known[0].path).stat().st_mtime_ns

    assert make("trainer", folder, 0.4) == known
    assert Path(known[0].path).stat().st_mtime_ns == before


def test_a_trainer_log_has_the_frames_that_tqdm_writes(tmp_path: Path) -> None:
    pytest.importorskip("tqdm")
    text = Path(make("trainer", tmp_path, 0.8)[0].path).read_bytes().decode()

    assert text.startswith("\r  0%|          | 0/")
    assert "\n\r100%|██████████| 30/30 [00:04<00:00," in text
    assert text.count("\x1b[A{'eval_loss': ") == 1
    assert text.endswith("it/s]\n")


def test_the_yardstick_finds_nothing() -> None:
    assert read_blocks(Path(__file__)) == {}


def test_a_reader_that_missed_something_makes_no_ratio() -> None:
    entry = {"cpu_s": 1.0, "peak_bytes": 10**6, "inexact": ["a.log: rows 1 instead of 2"]}
    result = {
        "kind": "trainer",
        "files": 1,
        "bytes": 10**6,
        "R": {"cpu_s": 0.1, "peak_bytes": 0, "inexact": []},
        "naive": {"cpu_s": 8.0, "peak_bytes": 10**6, "inexact": []},
        "trainmon": entry,
    }

    assert "does not count" in report(result)
    assert "met" in report(result | {"trainmon": entry | {"inexact": []}})


def test_a_log_without_losses_is_held_to_its_last_step() -> None:
    known = Known(path="a.log", step=7)

    assert differences([known], [{"step": 7, "rows": 0}]) == []
    assert differences([dataclasses.replace(known, step=8)], [{"step": 7, "rows": 0}])
