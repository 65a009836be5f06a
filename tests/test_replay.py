"""Going anywhere in archived logs: the same boards whatever the way, and the end as everybody else reads it."""

from __future__ import annotations

import gzip
import random
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.live import read_whole
from trainmon.errors import NothingReadableError
from trainmon.replay import ReplaySource, print_replay
from trainmon.replay_archive import Archive, said_then
from trainmon.replay_index import LogIndex
from trainmon.replay_reading import ArchiveReading
from trainmon.replay_timeline import ClockSource
from trainmon.settings import Settings
from trainmon.snapshot import RunStatus

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
BEGAN_AT = 1_740_988_800.0


def archive_of(*logs: Path) -> Archive:
    read = ArchiveReading([str(log) for log in logs], Settings()).step()
    assert read is not None
    return read


def stamped(steps: int, step_s: float = 1.0, began_at: float = BEGAN_AT) -> str:
    """A log of one line a step, as `logging` writes it."""

    def line(step: int) -> str:
        at = datetime.fromtimestamp(began_at + step * step_s, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}Z INFO step {step}/{steps} loss {9 / (step + 9):.4f}\n"

    return "".join(map(line, range(1, steps + 1)))


def bars(total: int, step_s: int = 2) -> str:
    """A tqdm bar redirected into a file."""

    def redraw(step: int) -> str:
        at, rest = step * step_s, (total - step) * step_s
        rate = f"{step_s:.2f}s/it" if step else "?it/s"
        return (
            f"\r{100 * step // total:3d}%|{'█' * (10 * step // total):<10}| {step}/{total}"
            f" [{tqdm_time(at)}<{tqdm_time(rest)}, {rate}]"
        )

    return "".join(map(redraw, range(total + 1))) + "\n"


def tqdm_time(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes:02d}:{seconds % 60:02d}"


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
    "step_time_s", "stages", "overhead_s", "started_at", "ended_at", "last_activity_at", "elapsed_s", "comparisons",
    "verdict", "problems",
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


# -- what tells the time -------------------------------------------------------------------------------------------


def test_timestamps_put_a_run_on_the_calendar(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(stamped(600))
    archive = archive_of(tmp_path)
    (run,) = archive.board(299.0).runs

    assert archive.notes == ("time by timestamps",)
    assert archive.axis.begins_at == BEGAN_AT + 1
    assert (run.state, run.step, run.total_steps) == (RunStatus.RUNNING, 300, 600)
    assert run.eta is not None
    assert run.eta.finish_at is not None
    assert run.eta.finish_at.likely == pytest.approx(BEGAN_AT + 600, abs=20)


def test_bars_without_a_date_begin_at_0_and_name_no_hour(tmp_path: Path) -> None:
    for name, total in (("short", 100), ("long", 400)):
        (tmp_path / f"{name}.log").write_text(bars(total), newline="")
    archive = archive_of(tmp_path)
    runs = {run.name: run for run in archive.board(400.0).runs}

    assert archive.axis.span_s == 800
    assert "time by bars' elapsed" in archive.notes
    assert "2 without a date begin together at 0" in archive.notes
    assert runs["short"].state is RunStatus.FINISHED
    assert (runs["long"].state, runs["long"].step) == (RunStatus.RUNNING, 200)
    assert runs["long"].eta is not None
    assert runs["long"].eta.finish_at is None
    assert runs["long"].came_true_s == pytest.approx(400, abs=1e-3)


def test_a_record_of_the_files_growth_comes_before_the_logs_own_clock(tmp_path: Path) -> None:
    text = bars(10)
    (tmp_path / "train.log").write_text(text, newline="")
    lines = [f'{{"offset": {len(text.encode()) * part // 4}, "t": {BEGAN_AT + part * 1000}}}' for part in range(5)]
    (tmp_path / "train.timing.jsonl").write_text("\n".join(lines))
    archive = archive_of(tmp_path)

    assert archive.notes == ("time by timing.jsonl",)
    assert (archive.axis.begins_at, archive.axis.span_s) == (BEGAN_AT, 4000)
    assert [archive.board(at).runs[0].step for at in (0, 1000, 2000, 4000)] == [None, 2, 5, 10]


def test_a_log_without_any_time_is_given_a_second_a_line(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text("".join(f"step {i}/50 loss {9 / (i + 9):.4f}\n" for i in range(1, 51)))
    archive = archive_of(tmp_path)
    modified_at = (tmp_path / "train.log").stat().st_mtime

    assert archive.notes[0] == "time by file's times"
    assert archive.axis.span_s == pytest.approx(50, abs=1)
    assert archive.axis.moment(archive.axis.span_s) == pytest.approx(modified_at, abs=0.01)
    assert archive.board(25.0).runs[0].step == pytest.approx(25, abs=1)


def test_runs_months_apart_follow_each_other_at_once(tmp_path: Path) -> None:
    (tmp_path / "may.log").write_text(stamped(100))
    (tmp_path / "july.log").write_text(stamped(200, began_at=BEGAN_AT + 60 * 86400))
    archive = archive_of(tmp_path)
    early = {run.name: run for run in archive.board(50).runs}
    late = {run.name: run for run in archive.board(150).runs}

    assert archive.axis.span_s == 99 + 199
    assert (early["may"].state, early["july"].state) == (RunStatus.RUNNING, RunStatus.WAITING)
    assert early["july"].state_reason == "begins in 60d 00h"
    assert (late["may"].state, late["july"].state) == (RunStatus.FINISHED, RunStatus.RUNNING)


# -- what was known then -------------------------------------------------------------------------------------------


def test_a_run_is_not_interrupted_before_its_log_ends(tmp_path: Path) -> None:
    lines = stamped(600).splitlines(keepends=True)
    (tmp_path / "killed.log").write_text("".join(lines[:400]))
    archive = archive_of(tmp_path)
    states = [archive.board(at).runs[0].state for at in (0, 100, 398, 399)]

    assert states == [RunStatus.RUNNING] * 3 + [RunStatus.INTERRUPTED]
    assert archive.board(100).runs[0].came_true_s is None
    assert "came true: never, it did not finish" in said_then(archive.board(100).runs[0])


def test_a_silence_is_a_stall_while_it_lasts(tmp_path: Path) -> None:
    before, after = (stamped(200, began_at=at).splitlines(keepends=True) for at in (BEGAN_AT, BEGAN_AT + 900))
    (tmp_path / "train.log").write_text("".join([*before[:100], *after[100:]]))
    archive = archive_of(tmp_path)

    states = [archive.board(at).runs[0].state for at in (90, 500, 1020)]

    assert states == [RunStatus.RUNNING, RunStatus.STALLED, RunStatus.RUNNING]


def test_what_was_said_stands_beside_what_came_true() -> None:
    archive = archive_of(SAMPLES / "lora" / "contamination_10.log")
    run = archive.board(archive.axis.span_s / 2).runs[0]
    said = said_then(run)

    assert run.eta is not None
    assert run.came_true_s is not None
    assert run.eta.remaining_s.low <= run.came_true_s <= run.eta.remaining_s.high
    assert said.startswith("contamination_10: said then ")
    assert " left, came true: 35m" in said


def test_the_document_beside_a_log_tells_nothing_before_the_end(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(bars(100), newline="")
    state = (
        '{"global_step": 100, "max_steps": 100, "log_history": [{"loss": 1.5, "step": 10}, {"loss": 0.5, "step": 90}]}'
    )
    (tmp_path / "trainer_state.json").write_text(state)
    archive = archive_of(tmp_path)

    assert "loss" not in archive.board(100).runs[0].metrics
    assert archive.board(200).runs[0].metrics["loss"].last == 0.5


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
    assert archive.tail("train", 9.0, 1000).splitlines()[-1].decode().endswith(" 10/2000 loss 0.4737")
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
    assert list(source.tail("train", 1)) == [stamped(600).splitlines()[419]]


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
