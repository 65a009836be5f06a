"""What was told of a log is remembered across watches, for this log and no other."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from trainmon.alerts.memory import AlertMemory

HEAD = b"[2026-11-20 08:00:01] loading model\n" * 4
NOW = 1_770_000_000.0


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "train.log"
    path.write_bytes(HEAD)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "trainmon" / "alerts.json"


def test_a_log_that_was_never_met_is_unknown(log: Path, file: Path) -> None:
    assert AlertMemory(file).causes(str(log)) is None


def test_what_was_told_is_known_to_the_next_watch(log: Path, file: Path) -> None:
    AlertMemory(file).record([(str(log), "failed:1")], NOW)
    with log.open("ab") as more:
        more.write(b"step 1\n")

    assert AlertMemory(file).causes(str(log)) == frozenset({"failed:1"})


def test_a_log_that_was_only_met_is_known_without_causes(log: Path, file: Path) -> None:
    AlertMemory(file).record([], NOW, met=[str(log)])

    assert AlertMemory(file).causes(str(log)) == frozenset()


def test_the_path_may_be_written_in_another_way(log: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(log.parent)
    AlertMemory(file).record([("train.log", "failed:1")], NOW)

    assert AlertMemory(file).causes(str(log)) == frozenset({"failed:1"})


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(HEAD.replace(b"08:00", b"09:30") + b"step 1\n", id="another beginning"),
        pytest.param(HEAD[:40], id="shorter"),
        pytest.param(b"", id="empty"),
    ],
)
def test_another_log_at_the_same_path_is_unknown(log: Path, file: Path, contents: bytes) -> None:
    AlertMemory(file).record([(str(log), "failed:1")], NOW)

    log.write_bytes(contents)

    assert AlertMemory(file).causes(str(log)) is None


def test_a_log_without_a_beginning_is_known_by_its_inode(log: Path, file: Path) -> None:
    log.write_bytes(b"")
    AlertMemory(file).record([], NOW, met=[str(log)])
    known = AlertMemory(file).causes(str(log))
    other = log.with_name("other")
    other.write_bytes(HEAD)
    os.replace(other, log)  # noqa: PTH105 - the call under test's eye

    assert known == frozenset()
    assert AlertMemory(file).causes(str(log)) is None


def test_what_begins_anew_is_forgotten(log: Path, file: Path) -> None:
    memory = AlertMemory(file)
    memory.record([(str(log), "failed:1")], NOW)

    assert memory.record([], NOW, anew=[str(log)]) == frozenset()
    assert memory.record([(str(log), "failed:1")], NOW) == {(str(log), "failed:1")}


def test_of_two_screens_one_is_the_first_to_tell(log: Path, file: Path) -> None:
    one, other = AlertMemory(file), AlertMemory(file)
    one.record([], NOW, met=[str(log)])
    other.record([], NOW, met=[str(log)])

    assert one.record([(str(log), "failed:1")], NOW) == {(str(log), "failed:1")}
    assert other.record([(str(log), "failed:1"), (str(log), "nan:1")], NOW) == {(str(log), "nan:1")}
    assert one.causes(str(log)) == frozenset({"failed:1", "nan:1"})


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"version": 1, "logs": {"a', id="cut"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[1, 2]", id="no object"),
        pytest.param(b'{"version": 99, "logs": {}}', id="of another version"),
        pytest.param(b'{"version": 1, "logs": {"/x": {"inode": "?"}, "/y": 3}}', id="of other types"),
        pytest.param(b"[" * 100_000, id="nested without end"),
    ],
)
def test_a_damaged_file_is_built_again(log: Path, file: Path, damage: bytes) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(damage)
    memory = AlertMemory(file)

    known = memory.causes(str(log))
    memory.record([(str(log), "failed:1")], NOW)

    assert known is None
    assert memory.failure == ""
    assert AlertMemory(file).causes(str(log)) == frozenset({"failed:1"})


def test_the_file_is_bounded_and_the_user_s_own(tmp_path: Path, file: Path) -> None:
    memory = AlertMemory(file)
    for at in range(3):
        memory.record([], NOW + at, met=[str(tmp_path / f"{at}-{n}.log") for n in range(1500)])
    memory.record([(str(tmp_path / "a.log"), f"stalled:1:{n}") for n in range(500)], NOW + 9)

    logs = json.loads(file.read_text())["logs"]
    assert len(logs) == 2000
    assert not any(Path(name).name.startswith("0-") for name in logs)
    assert len(logs[str(tmp_path / "a.log")]["causes"]) == 64
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_of_more_logs_than_it_holds_the_last_ones_are_kept_and_all_that_is_new_is_told(file: Path) -> None:
    logs = [f"/nowhere/{n}.log" for n in range(2600)]

    fresh = AlertMemory(file).record([(log, "failed:1") for log in logs], NOW, met=logs)

    assert len(fresh) == 2600
    assert set(json.loads(file.read_text())["logs"]) == set(logs[600:])


def test_a_folder_that_cannot_be_written_is_said_and_stops_nothing(log: Path, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file")
    memory = AlertMemory(tmp_path / "blocked" / "alerts.json")

    fresh = memory.record([(str(log), "failed:1")], NOW)

    assert fresh == {(str(log), "failed:1")}
    assert memory.failure
