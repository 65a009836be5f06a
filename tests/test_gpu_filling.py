"""GPU memory that grows until none is left, told from caches, noise and what evaluations give back."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.planned_runs import a_run
from trainmon.events import ProblemKind
from trainmon.gpu import per_run
from trainmon.gpu.filling import POINTS, SPACING_S, History, filling, remembered, with_history
from trainmon.gpu.peaks import run_gpu
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuProcess, GpuSample
from trainmon.plan.findings import findings
from trainmon.snapshot import ClockBasis, Eta, Interval, RunSnapshot, RunStatus
from trainmon.timing.pace import Pace, Recurring

MB, GB = 1024.0**2, 1024.0**3
SIZE = 24 * GB
STARTED_AT = 1_770_000_000.0


def watched(used: Callable[[float], float], minutes: float, every_s: float = 5.0) -> History:
    """Sample `used` (of seconds since the start) for so long."""
    history: History = ()
    for number in range(int(60 * minutes / every_s) + 1):
        history = remembered(history, STARTED_AT + number * every_s, used(number * every_s))
    return history


def leak(per_minute: float, start: float = 12 * GB) -> Callable[[float], float]:
    return lambda at_s: start + per_minute * at_s / 60


def saw(period_s: float, height: float) -> Callable[[float], float]:
    return lambda at_s: 18 * GB + height * (at_s % period_s) / period_s


def noise(height: float, seed: int = 7) -> Callable[[float], float]:
    dice = random.Random(seed)
    return lambda _: 20 * GB + height * dice.random()


def filled_in(minutes: float) -> Callable[[float], float]:
    """A cache that grows evenly and is full after so many minutes."""
    return lambda at_s: 4 * GB + 18 * GB * min(at_s / 60 / minutes, 1.0)


def saturating(tau_s: float) -> Callable[[float], float]:
    return lambda at_s: 4 * GB + 19 * GB * (1 - math.exp(-at_s / tau_s))


@pytest.mark.parametrize("minutes", [12, 31, 120])
@pytest.mark.parametrize("per_minute", [100 * MB, 310 * MB])
def test_a_leak_is_foreseen_to_the_minute(per_minute: float, minutes: float) -> None:
    start = SIZE - per_minute * (minutes + 12)
    found = filling(watched(leak(per_minute, start), minutes), SIZE)
    assert found is not None
    assert found.left_s == pytest.approx(720, rel=0.05)
    assert found.bytes_per_s * 60 == pytest.approx(per_minute, rel=0.02)


def test_a_leak_is_seen_through_the_noise_of_an_allocator() -> None:
    dice = random.Random(3)
    found = filling(watched(lambda at_s: leak(300 * MB)(at_s) + 600 * MB * dice.random(), 20), SIZE)
    assert found is not None
    assert found.bytes_per_s * 60 == pytest.approx(300 * MB, rel=0.2)


@pytest.mark.parametrize(
    "used",
    [
        pytest.param(lambda _: 23.8 * GB, id="flat and nearly full"),
        pytest.param(noise(2 * GB), id="noise"),
        pytest.param(saw(60, 5 * GB), id="a saw-tooth of a minute"),
        pytest.param(filled_in(1), id="a cache full after a minute"),
        pytest.param(filled_in(3), id="a cache full after three minutes"),
        pytest.param(saturating(60), id="a cache that fills ever slower"),
        pytest.param(saturating(240), id="a cache that fills ever slower for long"),
        pytest.param(lambda at_s: 8 * GB if at_s < 900 else 22 * GB, id="a longer batch once"),
        pytest.param(leak(-100 * MB, 20 * GB), id="shrinking"),
        pytest.param(leak(1 * MB, 23.9 * GB), id="a creep of a megabyte a minute"),
        pytest.param(leak(10 * MB, 4 * GB), id="a leak that leaves a day"),
    ],
)
def test_no_moment_of_a_sound_run_is_an_alarm(used: Callable[[float], float]) -> None:
    history: History = ()
    for at_s in range(0, 3600, 5):
        history = remembered(history, STARTED_AT + at_s, used(at_s))
        if at_s % 30 == 0:
            assert filling(history, SIZE) is None, at_s


def first_told(used: Callable[[float], float], until_s: float) -> float | None:
    """The first moment at which a watch every 2 s foresees the end of the memory."""
    history: History = ()
    for at_s in range(0, int(until_s), 2):
        history = remembered(history, STARTED_AT + at_s, used(at_s))
        if filling(history, SIZE) is not None:
            return float(at_s)
    return None


@pytest.mark.parametrize("full_after_s", [300, 360, 420, 480, 540, 600])
def test_a_leak_that_fills_the_gpu_in_ten_minutes_is_told_in_time(full_after_s: float) -> None:
    leaking = leak(16 * GB / full_after_s * 60, 8 * GB)
    told_at_s = first_told(leaking, full_after_s)
    assert told_at_s is not None
    assert told_at_s <= 215
    found = filling(watched(leaking, 220 / 60, every_s=2), SIZE)
    assert found is not None
    assert found.left_s == pytest.approx(full_after_s - 220, rel=0.15, abs=10)
    assert found.bytes_per_s == pytest.approx(16 * GB / full_after_s, rel=0.03)


def test_a_leak_that_begins_late_or_behind_a_model_that_is_loaded_is_told_too() -> None:
    late = lambda at_s: 9 * GB + max(at_s - 1800, 0) / 60 * 2 * GB  # noqa: E731
    assert first_told(late, 1800 + 7 * 60) == pytest.approx(1800 + 220, abs=30)
    loaded = lambda at_s: min(at_s / 20, 1) * 10 * GB + at_s / 60 * 2 * GB  # noqa: E731
    assert first_told(loaded, 7 * 60) == pytest.approx(230, abs=20)


@pytest.mark.parametrize("step", [256 * MB, 512 * MB])
def test_a_leak_in_the_steps_of_an_allocator_is_told(step: float) -> None:
    assert first_told(lambda at_s: 8 * GB + (at_s / 60 * 2 * GB) // step * step, 400) is not None


@pytest.mark.parametrize(
    "used",
    [
        pytest.param(saw(300, 5 * GB), id="a saw-tooth of five minutes"),
        pytest.param(saw(540, 5 * GB), id="a saw-tooth of nine minutes"),
    ],
)
def test_growth_that_was_given_back_once_is_no_leak_the_second_time(used: Callable[[float], float]) -> None:
    history: History = ()
    for at_s in range(0, 3600, 5):
        history = remembered(history, STARTED_AT + at_s, used(at_s))
        assert at_s < 560 or filling(history, SIZE) is None, at_s


def test_even_growth_that_leaves_an_hour_is_waited_for() -> None:
    assert filling(watched(leak(200 * MB), 9), SIZE) is None
    assert filling(watched(leak(200 * MB), 3), SIZE) is None


def test_the_history_stays_bounded_and_keeps_the_most_of_each_slot() -> None:
    history = watched(lambda at_s: 10 * GB + (GB if at_s % 15 == 5 else 0), 300)
    assert len(history) == POINTS
    assert {used for _, used in history[:-1]} == {11 * GB}
    assert history[1][0] - history[0][0] == SPACING_S
    assert remembered(history, STARTED_AT - 3600, GB) == ((STARTED_AT - 3600, GB),)


def on_gpu(history: History, **device: object) -> RunSnapshot:
    one = GpuDevice(index=0, memory_used_bytes=history[-1][1], memory_total_bytes=SIZE, history=history)
    run = a_run(state=RunStatus.RUNNING, steps=1000, total_steps=100_000, step_s=1.0)
    return replace(run, gpu=run_gpu([replace(one, **device)], basis="nvml"))  # type: ignore[arg-type]


def told(run: RunSnapshot, pace: Pace | None = None) -> list[str]:
    return [problem.message for problem in findings(run, (), None, pace) if problem.kind is ProblemKind.MEMORY]


TWELVE_LEFT = watched(leak(310 * MB, SIZE - 32 * 310 * MB), 20)


def test_the_problem_says_which_gpu_when_how_fast_and_what_is_free() -> None:
    assert told(on_gpu(TWELVE_LEFT)) == ["GPU 0 fills up in about 12 min (+310 MB/min, 3.6 GB free)"]


def test_only_a_run_under_way_fills_a_gpu() -> None:
    run = on_gpu(TWELVE_LEFT)
    assert told(replace(run, state=RunStatus.FINISHED)) == []
    assert told(on_gpu(TWELVE_LEFT, memory_used_bytes=None)) == []


def test_what_others_hold_on_the_gpu_is_no_room() -> None:
    (message,) = told(on_gpu(TWELVE_LEFT, others=(GpuProcess(pid=7, used_bytes=2 * GB),)))
    assert "1.6 GB free" in message


def evaluating(cadence: float, last: float) -> Pace:
    each = Recurring(
        kind="eval", count=3, cost_s=30.0, last_step=last, slack_steps=0.0, cadence_steps=cadence,
        announced=True,
    )  # fmt: skip
    return Pace(basis=ClockBasis.TIMESTAMPS, start_step=0, last_step=1000.0, recurring=(each,))


@pytest.mark.parametrize(
    ("pace", "warned"),
    [
        pytest.param(evaluating(2000, 0), True, id="the next evaluation is 17 min away"),
        pytest.param(evaluating(2000, -500), False, id="the next one comes in 8 min and may free memory"),
        pytest.param(evaluating(300, 900), True, id="three came meanwhile and freed none"),
    ],
)
def test_memory_has_to_last_until_the_next_evaluation(pace: Pace, warned: bool) -> None:
    assert bool(told(on_gpu(TWELVE_LEFT), pace)) is warned


def test_a_leak_that_outlasts_the_run_or_the_half_hour_is_none() -> None:
    soon_over = Eta(remaining_s=Interval(low=200, likely=300, high=400), finish_at=None, basis="measured")
    assert told(replace(on_gpu(TWELVE_LEFT), eta=soon_over)) == []
    assert told(on_gpu(watched(leak(100 * MB, SIZE - 60 * 100 * MB), 20))) == []


def test_watching_gathers_the_history_of_each_run_and_a_gap_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def owned(panel: GpuPanel, *_: object, **__: object) -> dict[str, object]:
        used = panel.samples[0].memory_used_bytes
        device = GpuDevice(index=0, uuid="GPU-1", memory_used_bytes=used, memory_total_bytes=SIZE)
        return {} if used is None else {"run": run_gpu([device], basis="nvml")}

    monkeypatch.setattr(per_run, "attribute", owned)
    monkeypatch.setattr(per_run, "process_table", lambda **_: {})
    log = per_run.WrittenLog(path=Path("run"), writers=[1], read_end=lambda _: b"")
    memory = per_run.LiveMemory()
    for at_s, used in ((0.0, 4 * GB), (1.0, 5 * GB), (20.0, 6 * GB), (40.0, None), (60.0, 7 * GB)):
        sample = GpuSample(index=0, uuid="GPU-1", memory_used_bytes=used)
        gpu = memory.take(GpuPanel(samples=(sample,), taken_at=at_s), {"run": log})["run"]
    assert gpu.devices[0].history == ((0.0, 5 * GB), (20.0, 6 * GB), (60.0, 7 * GB))
    assert with_history(gpu, 61.0).devices[0].history == gpu.devices[0].history
