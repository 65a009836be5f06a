"""Rounds of XGBoost, LightGBM and CatBoost: where they count from, what they score, how they end."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.read_events import counters, read
from trainmon.events import CounterScope, Ending, EndingKind, Event, Facts, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat
from trainmon.parsers.catboost import CatBoost
from trainmon.parsers.lightgbm import LightGBM
from trainmon.parsers.xgboost import XGBoost


def endings(events: Iterable[Event]) -> list[EndingKind]:
    return [event.kind for event in events if isinstance(event, Ending)]


@pytest.mark.parametrize(
    ("reader", "text", "done"),
    [
        pytest.param(XGBoost(), "[191]\ttrain-logloss:0.11552\teval-auc:0.89314", 192, id="xgboost counts from zero"),
        pytest.param(LightGBM(), "[250]\ttraining's binary_logloss: 0.0169453", 250, id="lightgbm counts from one"),
        pytest.param(
            CatBoost(), "199:\ttest: 0.97\tbest: 0.97 (199)\ttotal: 16.1s\tremaining: 0us", 200, id="catboost from zero"
        ),
    ],
)
def test_a_round_is_turned_into_rounds_done(reader: LogFormat, text: str, done: float) -> None:
    (counter,) = counters(read(reader, text))

    assert counter.current == done
    assert (counter.scope, counter.kind) == (CounterScope.RUN, StageKind.TRAIN)


@pytest.mark.parametrize(
    ("reader", "text", "values"),
    [
        pytest.param(
            XGBoost(),
            "[11]\ttrain-logloss:0.11484+0.00563\ttrain-ndcg@5-:0.87975+0.00000\ttest-auc:0.86431+0.04777",
            {"train-logloss": 0.11484, "train-ndcg@5-": 0.87975, "test-auc": 0.86431},
            id="xgboost cv with deviations",
        ),
        pytest.param(
            LightGBM(),
            "[12]\tvalid's binary_logloss: 0.545248 + 0.0357788\tvalid's auc: 0.80353 + 0.041981",
            {"valid's binary_logloss": 0.545248, "valid's auc": 0.80353},
            id="lightgbm cv with deviations",
        ),
        pytest.param(
            LightGBM(),
            "[1]\ttraining's auc: nan\tvalid_1's auc: 1e-05",
            {"training's auc": pytest.approx(float("nan"), nan_ok=True), "valid_1's auc": 1e-05},
            id="lightgbm nan",
        ),
        pytest.param(
            CatBoost(),
            "3:\tlearn: 0.6315107\ttest: 0.6593\ttest1: 0.7\tbest: 0.6593 (3)\ttotal: 59.8ms\tremaining: 7.42s",
            {"learn": 0.6315107, "test": 0.6593, "test1": 0.7},
            id="catboost without the best so far",
        ),
        pytest.param(
            CatBoost(),
            '{"learn":[0.6753904215],"iteration":0,"passed_time":0.05582443475,"remaining_time":27.85639294,'
            '"test":[0.6801873782]},',
            {"learn": 0.6753904215, "test": 0.6801873782},
            id="catboost_training.json",
        ),
    ],
)
def test_every_score_is_a_metric_of_its_round(reader: LogFormat, text: str, values: dict[str, float]) -> None:
    (metrics,) = (event for event in read(reader, text) if isinstance(event, Metrics))

    assert metrics.values == values
    assert metrics.step is not None


@pytest.mark.parametrize(
    ("reader", "announced", "repeated", "kind"),
    [
        pytest.param(
            LightGBM(),
            "Early stopping, best iteration is:",
            "[27]\ttraining's binary_logloss: 0.0732229",
            EndingKind.EARLY_STOPPED,
            id="lightgbm stopped early",
        ),
        pytest.param(
            LightGBM(),
            "Did not meet early stopping. Best iteration is:",
            "[198]\ttraining's binary_logloss: 0.0332886",
            EndingKind.FINISHED,
            id="lightgbm went on to the end",
        ),
        pytest.param(
            XGBoost(),
            "Stopping. Best iteration:",
            "[42]\tvalidation_0-logloss:0.49",
            EndingKind.EARLY_STOPPED,
            id="old xgboost",
        ),
    ],
)
def test_the_best_round_printed_once_more_moves_nothing(
    reader: LogFormat, announced: str, repeated: str, kind: EndingKind
) -> None:
    events = read(reader, announced, repeated)

    assert endings(events) == [kind]
    assert not counters(events)


def test_catboost_tells_its_number_of_rounds_by_the_remaining_time() -> None:
    reader = CatBoost()
    lines = [
        "0:\tlearn: 0.6753904\ttotal: 55.8ms\tremaining: 27.9s",
        "1:\tlearn: 0.6612583\ttotal: 57.2ms\tremaining: 14.2s",
        "2:\tlearn: 0.6458124\ttotal: 58.5ms\tremaining: 9.7s",
        "200:\tlearn: 0.08\ttotal: 723ms\tremaining: 1.08s",
        "273:\tlearn: 0.05\ttotal: 983ms\tremaining: 811ms",
    ]

    totals = [counter.total for counter in counters(read(reader, *lines))]

    assert set(totals) <= {None, 500}
    assert totals[-1] == 500


def test_catboost_states_its_clock() -> None:
    (counter,) = counters(read(CatBoost(), "799:\tlearn: 0.2\ttotal: 1m 37s\tremaining: 1m 6s"))

    assert (counter.elapsed_s, counter.elapsed_resolution_s) == (97, 1)


def test_catboost_that_overfits_stops_early() -> None:
    events = read(CatBoost(), "Stopped by overfitting detector  (10 iterations wait)", "bestTest = 0.3019565675")

    assert endings(events) == [EndingKind.EARLY_STOPPED]


def test_the_head_of_catboost_training_json_states_the_rounds() -> None:
    assert read(CatBoost(), '"meta":{"launch_mode":"Train","iteration_count":500,"name":"experiment"},') == [
        Facts(values={"total_steps": 500.0})
    ]


def test_lightgbm_says_how_many_examples_it_trains_on() -> None:
    text = "[LightGBM] [Info] Number of data points in the train set: 2400, number of used features: 20"

    assert read(LightGBM(), text) == [Facts(values={"examples": 2400.0})]


def test_the_command_line_program_of_lightgbm_has_a_clock() -> None:
    events = read(
        LightGBM(),
        "[LightGBM] [Info] Iteration:100, valid_1 auc : 0.677057",
        "[LightGBM] [Info] 0.123456 seconds elapsed, finished iteration 100",
    )

    assert [(counter.current, counter.elapsed_s) for counter in counters(events)] == [(100, None), (100, 0.123456)]


@pytest.mark.parametrize("reader", [pytest.param(XGBoost(), id="xgboost"), pytest.param(LightGBM(), id="lightgbm")])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[1]\tloss 0.5", id="another list"),
        pytest.param("[12:00:01] WARNING: src/learner.cc:767: Parameters are not used.", id="a clock"),
        pytest.param("[1/4] it 7/70 | loss: 2.24544", id="a hand-written counter"),
    ],
)
def test_other_lines_in_brackets_are_left_alone(reader: LogFormat, text: str) -> None:
    assert reader.parse(Line(text=text)) is None
