"""Going anywhere in archived logs: the same boards whatever the way, and the end as everybody else reads it."""

from __future__ import annotations

import gzip
import random
from dataclasses import fields
from pathlib import Path

import pytest

from tests.archives import SAMPLES, archive_of, bars, stamped
from tests.live import read_whole
from trainmon.errors import NothingReadableError
from trainmon.replay.archive import Archive
from trainmon.replay.index import LogIndex
from trainmon.replay.source import ReplaySource, print_replay
from trainmon.replay.timeline import ClockSource
from trainmon.settings import Settings
from trainmon.snapshot import RunStatus

# -- the same wherever one comes from ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def generated(shared: Path) -> list[Archive]:
    return [archive_of(path) for path in sorted((shared / "logs" / "generated").iterdir()) if path.is_dir()]


def assert_seeks_as_straight(archive: Archive, places_s: list[float], patch: pytest.MonkeyPatch) -> int:
    """Seek to the places in their order, then read to each from the first byte on; gives the runs under way."""
    sought = [archive.board(place_s).runs for place_s in places_s]
    with patch.context() as without_checkpoints:
        without_checkpoints.setattr(LogIndex, "nearest", lambda self, _: self._checkpoints[0])
        for place_s, shown in zip(places_s, sought, strict=True):
            for run in archive.runs:
                run._cursor = None
            assert repr(archive.board(place_s).runs) == repr(shown), (shown[0].name, place_s)
    return sum(run.state is RunStatus.RUNNING for shown in sought for run in shown)


def test_seeking_anywhere_equals_reading_straight_to_that_moment(
    generated: list[Archive], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, under_way = random.Random(5), 0
    for archive in generated:
        places = [chance.random() * archive.axis.span_s for _ in range(3)]
        under_way += assert_seeks_as_straight(archive, places, monkeypatch)
    assert under_way > 100


@pytest.mark.parametrize(
    "text", [pytest.param(stamped(70_000), id="lines"), pytest.param(bars(60_000), id="bars")], ids=None
)
def test_a_long_log_is_read_in_blocks_and_yet_the_same_from_everywhere(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.log").write_text(text, newline="")
    archive = archive_of(tmp_path)
    chance, span_s = random.Random(7), archive.axis.span_s
    places = [chance.random() * span_s for _ in range(6)]

    assert assert_seeks_as_straight(archive, places, monkeypatch) == 6
    for place_s in places:
        (run,) = archive.board(place_s).runs
        assert run.progress == pytest.approx(place_s / span_s, abs=0.01)
        assert run.elapsed_s == pytest.approx(place_s, abs=0.01 * span_s)


def test_going_back_and_forth_gives_the_same_boards() -> None:
    archive = archive_of(SAMPLES / "lora", SAMPLES / "proteins")
    places = [archive.axis.span_s * part / 20 for part in range(21)]
    forward = [repr(archive.board(place)) for place in places]
    backward = [repr(archive.board(place)) for place in reversed(places)]

    assert forward == backward[::-1]
    assert len(set(forward)) == len(forward)


TOLD_BY_ARRIVALS = {
    "step_time_s", "clock_history", "stages", "overhead_s", "started_at", "ended_at", "last_activity_at", "elapsed_s",
    "comparisons", "verdict", "problems", "pauses", "training_s", "unexplained_s",
}  # fmt: skip
"""What a record of the file's growth knows better than the log."""


def test_at_the_end_every_run_is_as_reading_it_whole_shows_it(generated: list[Archive]) -> None:
    for archive in generated:
        shown = {run.name: run for run in archive.board(archive.axis.span_s).runs}
        whole = {run.name: run for run in read_whole(*map(Path, archive.board(0).logs)).runs}
        assert shown.keys() == whole.keys()
        for run in archive.runs:
            recorded = run.index is not None and run.index.clock is ClockSource.ARRIVALS
            name = run.files.name
            for field in fields(whole[name]):
                if not (recorded and field.name in TOLD_BY_ARRIVALS):
                    assert repr(getattr(shown[name], field.name)) == repr(getattr(whole[name], field.name)), name


def test_without_a_record_of_arrivals_the_end_is_the_same_to_the_last_field(tmp_path: Path) -> None:
    for log in SAMPLES.glob("*/*.log"):
        if log.stat().st_size < 512 << 10:
            (tmp_path / log.name).write_bytes(log.read_bytes())
    archive = archive_of(tmp_path)

    assert repr(archive.board(archive.axis.span_s).runs) == repr(read_whole(tmp_path).runs)


def test_looking_often_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(bars(300), newline="")
    often, once = archive_of(tmp_path), archive_of(tmp_path)
    for place_s in range(0, 590, 7):
        seen = often.board(place_s)

    assert repr(seen.runs) == repr(once.board(place_s).runs)


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: gzip.compress(text.encode()), id="gzip"),
        pytest.param(lambda text: text.encode("utf-16"), id="utf-16"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(lambda text: text.encode().replace(b"\n", b"\0\0\n"), id="holes"),
    ],
)
def test_any_encoding_can_be_sought_in(encode: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(encode)
    (tmp_path / "train.log").write_bytes(encode(stamped(2000)))
    archive = archive_of(tmp_path)

    assert [archive.board(at).runs[0].step for at in (499.0, 1500.0, 9.0)] == [500, 1501, 10]
    assert assert_seeks_as_straight(archive, [1200.0, 40.0], monkeypatch) == 2
    assert repr(archive.board(1999).runs) == repr(read_whole(tmp_path).runs)
    log = archive.log("train", lambda: 9.0)
    assert log is not None
    assert log.read(0, log.look().size).splitlines()[-1].decode().endswith(" 10/2000 loss 0.4737")
    archive.close()


def test_a_run_lasts_as_long_as_its_log_grew_whatever_its_bars_tell() -> None:
    archive = archive_of(SAMPLES / "proteins" / "retrain_cached.log")

    (run,) = archive.board(archive.axis.span_s).runs

    assert run.elapsed_s == pytest.approx(1253.7, abs=1.0)  # 153 s before the first bar are told by no line
    archive.close()


# -- driving it ----------------------------------------------------------------------------------------------------


class Steady:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def source_over(folder: Path, speed: float = 60) -> tuple[ReplaySource, Steady]:
    steady = Steady()
    source = ReplaySource([str(folder)], Settings(), speed=speed, steady=steady)
    while not source.reel.span_s:
        source.refresh()
    return source, steady


def test_a_source_plays_seeks_and_steps(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(stamped(600))
    source, steady = source_over(tmp_path)
    steady.now += 2
    assert source.refresh().runs[0].step == 121
    assert source.describe() == "60x  00:02:00 of 00:09:59"

    source.step(+1)
    assert source.refresh().runs[0].step == 122
    source.step(-1)
    source.step(-1)
    assert source.refresh().runs[0].step == 120
    assert not source.playing
    source.seek(1.0)
    assert source.refresh().runs[0].state is RunStatus.FINISHED
    source.skip(-0.5)
    assert source.describe() == "60x  00:04:59 of 00:09:59  paused"
    source.toggle_pause()
    source.change_speed(2)
    steady.now += 1
    assert source.refresh().runs[0].step == 420
    log = source.log(source.refresh().runs[0])
    assert log is not None
    assert log.read(0, log.look().size).decode() == "".join(stamped(600).splitlines(keepends=True)[:420])


def test_nothing_new_is_no_new_board(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(stamped(600))
    source, _ = source_over(tmp_path)
    source.toggle_pause()

    assert source.refresh() is source.refresh()


def test_problems_can_be_jumped_to() -> None:
    source, _ = source_over(SAMPLES / "chatbot")
    source.seek_problem(+1)
    failed = next(run for run in source.refresh().runs if run.name == "fast_test")
    at_s = source.position_s
    source.skip(-0.0005)
    before = next(run for run in source.refresh().runs if run.name == "fast_test")

    assert at_s > 0
    assert failed.problems
    assert not [problem for problem in before.problems if problem.line]


def test_reading_an_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(stamped(600))
    source = ReplaySource([str(tmp_path)], Settings())

    first = source._reading.board()

    assert first.catching_up
    assert first.notes[0].startswith("reading 0 of 0 MB")
    assert source.describe() == ""


def test_without_a_terminal_every_tenth_is_printed() -> None:
    written: list[str] = []

    assert (
        print_replay([str(SAMPLES / "lora" / "contamination_10.log")], Settings(), written.append, ascii_only=False)
        == 0
    )

    heads = [text for text in written if text.startswith("==")]
    assert [head.split("  ")[0] for head in heads] == [f"== {part} %" for part in range(0, 101, 10)]
    assert sum("said then" in text for text in written) == 9
    assert " finished " in written[-1]


def test_nothing_to_replay_is_said(tmp_path: Path) -> None:
    with pytest.raises(NothingReadableError):
        print_replay([str(tmp_path)], Settings(), lambda _: None, ascii_only=False)
