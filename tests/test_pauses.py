"""Single evaluations, checkpoints and stalls at their true time: kept in bounded memory, drawn where they were."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live import read_whole
from tests.planned_runs import a_run
from trainmon.events import StageKind
from trainmon.replay.reel import Reel, ReelPause, ReelRun, ReelStage
from trainmon.snapshot import PauseInfo, RunSnapshot, RunStatus, StageInfo
from trainmon.timing.spans import MOST, Spans
from trainmon.timing.steptime import StepClock
from trainmon.tui.scrubber import scrubber_row
from trainmon.tui.timeline import timeline


def test_of_very_many_pauses_the_longest_of_each_few_stay() -> None:
    spans = Spans()
    for number in range(10_000):
        spans.add(number * 10.0, 100.0 if number % 1000 == 7 else 1.0)
        assert len(spans.all()) <= MOST

    kept = spans.all()
    assert [began_s for began_s, duration_s in kept if duration_s == 100.0] == [
        number * 10.0 for number in range(7, 10_000, 1000)
    ]
    assert list(kept) == sorted(kept)
    assert len(kept) >= MOST / 2


def test_a_copy_goes_its_own_way() -> None:
    spans = Spans()
    spans.add(1.0, 2.0)
    other = spans.copy()
    other.add(5.0, 2.0)

    assert spans.all() == ((1.0, 2.0),)
    assert other.all() == ((1.0, 2.0), (5.0, 2.0))


def trained(evaluations: int, every: int = 10) -> StepClock:
    """A step a second, and after every ten of them an evaluation of 7 s that a line announces."""
    clock, now_s = StepClock(), 100.0
    for step in range(1, evaluations * every + 2):
        now_s += 1.0
        clock.observe(float(step), now_s, resolution_s=0.001)
        if step % every == 0:
            now_s += 7.0
            clock.pause(StageKind.EVAL)
    return clock


def test_announced_pauses_are_where_the_counter_stood_still() -> None:
    (spans,) = trained(20).pauses().values()

    assert [round(began_s) for began_s, _ in spans] == [110 + 17 * number for number in range(20)]
    assert all(duration_s == pytest.approx(7.0, abs=0.5) for _, duration_s in spans)


def test_a_pause_under_way_is_there_already() -> None:
    clock = trained(3)
    clock.pause(StageKind.CHECKPOINT, 4.0)

    ((began_s, duration_s),) = clock.pauses()[StageKind.CHECKPOINT]

    assert began_s == pytest.approx(152.0, abs=1.0)
    assert duration_s == 4.0


def test_a_stall_is_told_from_what_recurs_and_survives_a_restart_of_the_program() -> None:
    clock, now_s = StepClock(), 0.0
    for step in range(1, 400):
        now_s += 61.0 if step == 137 else 6.0 if step % 50 == 0 else 1.0
        clock.observe(float(step), now_s, resolution_s=0.001)

    (stall,) = clock.pauses()["stall"]
    assert list(stall) == [pytest.approx(146, abs=3), pytest.approx(60, abs=1)]
    assert len(clock.pauses()[StageKind.OTHER]) == 7
    clock.restart(0.0)
    assert stall in clock.pauses()["stall"]


def of_kind(run: RunSnapshot, kind: str) -> list[PauseInfo]:
    return [pause for pause in run.pauses if pause.kind == kind]


@pytest.mark.parametrize("name", ["hf5_plain_redirect", "hf5_plain_pty", "hf4_plain_redirect"])
def test_evaluations_of_a_real_trainer_are_where_they_were(shared: Path, name: str) -> None:
    folder = shared / "logs" / "generated" / name
    truth = json.loads(next(folder.glob("*.truth.json")).read_text())
    (run,) = [run for run in read_whole(folder).runs if run.stages]
    began_at = truth["stages"][0]["start"]
    begins = [mark["t"] - began_at for mark in truth["marks"] if mark["mark"] == "eval_begin"]
    ends = [mark["t"] - began_at for mark in truth["marks"] if mark["mark"] == "eval_end"]

    found = of_kind(run, "eval")

    assert len(begins) - 1 <= len(found) <= len(begins)  # what comes after the last step is no pause between steps
    for pause, begin_s, end_s in zip(found, begins, ends, strict=False):
        assert pause.started_s == pytest.approx(begin_s, abs=2.0)
        assert pause.duration_s == pytest.approx(end_s - begin_s, abs=1.0)


def test_the_stall_of_a_run_of_a_day_is_where_it_was(shared: Path) -> None:
    folder = shared / "logs" / "generated" / "tq_sim35h_redirect"
    truth = json.loads(next(folder.glob("*.truth.json")).read_text())
    (run,) = read_whole(folder).runs
    times = {mark["step"]: mark["t"] - truth["stages"][0]["start"] for mark in truth["marks"]}

    (stall,) = of_kind(run, "stall")
    others = [pause for pause in of_kind(run, "other") if pause.duration_s > 300]

    assert stall.started_s + stall.duration_s == pytest.approx(times.pop(2200), abs=60)
    assert [pause.started_s + pause.duration_s for pause in others] == [
        pytest.approx(end_s, abs=60) for end_s in times.values()
    ]


@pytest.mark.parametrize("fields", [pytest.param(("eval", "checkpoint", "stall", "other"), id="all causes")])
def test_pauses_lie_within_the_run_and_add_up_to_no_more_than_its_overheads(
    shared: Path, fields: Sequence[str]
) -> None:
    for folder in sorted((shared / "logs" / "generated").glob("hf*")):
        for run in read_whole(folder).runs:
            assert [pause.started_s for pause in run.pauses] == sorted(pause.started_s for pause in run.pauses)
            for kind in fields:
                spent_s = sum(pause.duration_s for pause in of_kind(run, kind))
                assert spent_s <= run.overhead_s.get(kind, 0.0) + 1.0, (folder.name, kind)
            for pause in run.pauses:
                assert 0 <= pause.started_s <= (run.elapsed_s or 0.0) + 1.0


def drawn(run: RunSnapshot, label: str, width: int = 100) -> str:
    rows = ["".join(text for text, _ in row) for row in timeline(run, width)]
    return next(row for row in rows if label in row)


def evaluated(occurrences: int, pauses: Sequence[PauseInfo]) -> RunSnapshot:
    stages = (
        StageInfo(name="training", kind=StageKind.TRAIN, started_s=0.0, elapsed_s=1000.0),
        StageInfo(name="evaluation", kind=StageKind.EVAL, started_s=100.0, elapsed_s=50.0, occurrences=occurrences),
    )
    run = a_run(state=RunStatus.FINISHED, steps=100, total_steps=100, step_s=10.0)
    return replace(run, elapsed_s=1000.0, stages=stages, pauses=tuple(pauses))


def places(row: str) -> list[float]:
    """Where the marks begin, as shares of the axis."""
    axis = row[18:74]
    return [at / 56 for at in range(56) if axis[at] == "▮" and axis[at - 1] != "▮"]


def test_evaluations_are_drawn_where_they_were() -> None:
    at = (100.0, 150.0, 900.0)
    run = evaluated(3, [PauseInfo(kind="eval", started_s=at_s, duration_s=5.0) for at_s in at])

    assert places(drawn(run, "evaluation x3")) == [pytest.approx(at_s / 1000, abs=0.02) for at_s in at]


def test_where_the_log_does_not_tell_they_are_spread_evenly() -> None:
    few = evaluated(8, [PauseInfo(kind="eval", started_s=900.0, duration_s=5.0)])

    assert len(places(drawn(few, "evaluation x8"))) == 8


def test_a_stall_has_a_row_of_its_own() -> None:
    run = evaluated(3, [PauseInfo(kind="stall", started_s=500.0, duration_s=200.0)])

    row = drawn(run, "stall")
    assert places(row) == [pytest.approx(0.5, abs=0.02)]
    assert row.count("▮") == pytest.approx(11, abs=1)
    assert "3m 20s" in row


def on_line(pauses: Sequence[ReelPause], width: int = 119) -> list[str]:
    """The colours of the hundred cells of a replay of a hundred seconds."""
    training = ReelStage(kind=StageKind.TRAIN, begin_s=0, end_s=100)
    run = ReelRun(name="a", begin_s=0, end_s=100, stages=(training,), pauses=tuple(pauses))
    row = scrubber_row(Reel(span_s=100, runs=(run,)), 99.9, width, run_name="a", playing=True)
    return [role for text, role in row[1:] for _ in text][:100]


def test_the_line_of_a_replay_shows_pauses_where_they_were() -> None:
    roles = on_line(
        [
            ReelPause(kind="eval", begin_s=20.2, end_s=21.9),
            ReelPause(kind="checkpoint", begin_s=40.0, end_s=40.1),
            ReelPause(kind="stall", begin_s=60.0, end_s=64.9),
            ReelPause(kind="other", begin_s=80.0, end_s=84.9),
        ]
    )

    at = {role: [cell for cell, found in enumerate(roles) if found == role] for role in set(roles)}
    assert at["series-1"] == [20, 21]
    assert at["muted"] == [40]
    assert at["warn"] == [60, 61, 62, 63, 64]
    assert set(at) == {"series-1", "muted", "warn", "accent", "key"}


def test_pauses_everywhere_do_not_hide_the_training() -> None:
    short = [ReelPause(kind="eval", begin_s=second + 0.1, end_s=second + 0.2) for second in range(100)]
    long = ReelPause(kind="eval", begin_s=50.0, end_s=51.0)

    roles = on_line([*short, long])

    assert roles[50] == "series-1"
    assert roles.count("accent") == 98
