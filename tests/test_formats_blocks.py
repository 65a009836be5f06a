"""Records of several lines: rsl_rl's iterations, Composer's values, Ray Tune's status tables."""

from __future__ import annotations

import pytest

from tests.read_events import counters, read, values
from trainmon.events import Counter, CounterScope, Ending, EndingKind, Line, StageKind
from trainmon.parsers.composer import Composer
from trainmon.parsers.ray_tune import RayTune
from trainmon.parsers.rsl_rl import RslRl

BLOCK = """\
                            Learning iteration 1/10
                            Total steps: 512
                       Steps per second: 1581
                        Collection time: 0.102s
                          Learning time: 0.060s
                        Mean value loss: 19.6685
                    Mean surrogate loss: -0.0076
                            Mean reward: -4.08
--------------------------------------------------------------------------------
                         Iteration time: 0.16s
                           Time elapsed: 00:00:01
                                    ETA: 00:00:09""".splitlines()
OLDER = """\
                       Learning iteration 10/1500
                       Computation: 52000 steps/s (collection: 1.200s, learning 0.300s)
               Value function loss: 0.0123
             Mean action noise std: 0.98
                   Total timesteps: 98304
                    Iteration time: 1.55s
                        Total time: 35.20s
                               ETA: 1234.5s""".splitlines()


@pytest.mark.parametrize(
    ("block", "done", "total", "elapsed_s", "step_time_s"),
    [
        pytest.param(BLOCK, 2, 10, 1.0, 0.16, id="recent"),
        pytest.param(OLDER, 11, 1500, 35.2, 1.55, id="older"),
    ],
)
def test_a_block_is_one_iteration_done(
    block: list[str], done: float, total: float, elapsed_s: float, step_time_s: float
) -> None:
    counter = counters(read(RslRl(), *block))[-1]

    assert (counter.current, counter.total, counter.scope) == (done, total, CounterScope.RUN)
    assert (counter.elapsed_s, counter.step_time_s) == (elapsed_s, step_time_s)


def test_the_names_of_a_block_are_its_metrics() -> None:
    found = values(read(RslRl(), *BLOCK))

    assert found["Mean value loss"] == 19.6685
    assert found["Mean reward"] == -4.08
    assert not {"ETA", "Iteration time", "Total steps"} & found.keys()


def test_a_block_that_was_cut_short_counts_too() -> None:
    events = read(RslRl(), *BLOCK[:7], *BLOCK)

    assert [counter.current for counter in counters(events)] == [2, 2, 2, 2]


def test_a_batch_of_the_whole_run_is_followed_by_its_values() -> None:
    events = read(
        Composer(),
        "[batch=2/10]:",
        "\t Train trainer/global_step: 1",
        "\t Train loss/train/total: 12.0570",
        "\t Train wall_clock/total: 19.8653",
        "\t Eval metrics/eval/LanguageCrossEntropy: 11.9",
    )

    assert [(c.current, c.total, c.scope, c.elapsed_s) for c in counters(events)] == [
        (2, 10, CounterScope.RUN, None),
        (2, 10, CounterScope.RUN, 19.8653),
    ]
    assert values(events) == {"loss/train/total": 12.057}
    assert values(events, StageKind.EVAL) == {"metrics/eval/LanguageCrossEntropy": 11.9}


def test_a_batch_of_an_epoch_belongs_to_that_epoch() -> None:
    events = read(Composer(), "[epoch=0][batch=1/100]:", "[epoch=1][batch=1/100]:")

    assert [(counter.epoch, counter.scope) for counter in counters(events)] == [
        (1, CounterScope.EPOCH),
        (2, CounterScope.EPOCH),
    ]


def test_an_evaluation_of_composer_is_no_training() -> None:
    (counter,) = counters(read(Composer(), "[Eval batch=33/320] Eval on eval data"))

    assert (counter.kind, counter.current, counter.total) == (StageKind.EVAL, 33, 320)


def test_values_without_a_head_are_left_alone() -> None:
    assert Composer().parse(Line(text="\t Train loss/train/total: 12.0570")) is None


@pytest.mark.parametrize(
    ("text", "done", "total"),
    [
        pytest.param("Number of trials: 4/4 (1 RUNNING, 3 TERMINATED)", 3, 4, id="older"),
        pytest.param("Trial status: 2 TERMINATED | 1 RUNNING | 12 PENDING", 2, 15, id="recent"),
        pytest.param("Number of trials: 20/infinite (20 RUNNING)", 0, None, id="without an end"),
    ],
)
def test_several_trials_are_counted(text: str, done: float, total: float | None) -> None:
    events = read(RayTune(), "Current time: 2022-08-15 16:26:02 (running for 00:15:17.93)", text)

    assert [(c.current, c.total, c.elapsed_s) for c in counters(events)] == [(done, total, 917.93)]


def test_the_only_trial_is_the_run() -> None:
    events = read(
        RayTune(),
        "Number of trials: 1/1 (1 RUNNING)",
        "| Trial name               | ID       | status   | loc       |   iter |   total time (s) |   reward |",
        "|--------------------------+----------+----------+-----------+--------+------------------+----------|",
        "| SAC_Pendulum-v0_79dcd0fe | 79dcd0fe | RUNNING  | pid=11031 |     66 |          163.499 | -1105.85 |",
    )

    assert [(counter.current, counter.unit, counter.elapsed_s) for counter in counters(events)] == [
        (66, "iteration", 163.499)
    ]
    assert values(events) == {"reward": -1105.85}


def test_a_table_in_a_box_is_read_by_its_header() -> None:
    events = read(
        RayTune(),
        "Trial status: 1 RUNNING",
        "│ Trial name            status       iter     total time (s)       ts       reward │",
        "├──────────────────────────────────────────────────────────────────────────────────┤",
        "│ MyTrainer_abc_00000   RUNNING        25            131.866   204800     0.736581 │",
    )

    assert [counter.current for counter in counters(events)] == [25]
    assert values(events) == {"reward": 0.736581}


def test_the_only_trial_ends_the_run_when_it_terminates() -> None:
    events = read(
        RayTune(),
        "Trial status: 1 TERMINATED",
        "│ Trial name      status               x     iter     total time (s)       loss        acc │",
        "│ f_224be_00000   TERMINATED   0.0808195        6            3.00499   0.166667   0.404098 │",
    )

    assert isinstance(events[0], Counter)
    assert isinstance(events[-1], Ending)
    assert events[-1].kind is EndingKind.FINISHED
