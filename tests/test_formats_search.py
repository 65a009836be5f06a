"""scikit-learn and Optuna: iterations, fits and trials, and which of them the run is made of."""

from __future__ import annotations

import pytest

from tests.read_events import counters, read, values
from trainmon.events import Counter, CounterScope, Ending, EndingKind, Facts, Metrics, Problem, StageKind
from trainmon.parsers.optuna import Optuna
from trainmon.parsers.scikit_learn import ScikitLearn


def test_a_search_counts_its_fits() -> None:
    events = read(
        ScikitLearn(),
        "Fitting 5 folds for each of 4 candidates, totalling 20 fits",
        "[CV 1/5; 1/4] START alpha=0.0001, learning_rate_init=0.01.......................",
        "[CV 1/5; 1/4] END alpha=0.0001, learning_rate_init=0.01;, score=0.662 total time=   0.3s",
        "[CV 2/5; 1/4] END alpha=0.0001, learning_rate_init=0.01;, score=0.588 total time= 1.5min",
    )

    assert [(c.current, c.total, c.step_time_s) for c in counters(events)] == [(0, 20, None), (1, 20, 0.3), (2, 20, 90)]
    assert {counter.scope for counter in counters(events)} == {CounterScope.RUN}
    assert values(events) == {"score": 0.588}


def test_a_second_search_begins_anew() -> None:
    reader = ScikitLearn()
    header = "Fitting 3 folds for each of 3 candidates, totalling 9 fits"
    read(reader, header, "[CV] END ...............................................C=10; total time=   0.2s")

    assert [counter.current for counter in counters(read(reader, header))] == [0]


def test_iterations_inside_a_fit_are_not_sure_to_be_the_run() -> None:
    (counter, metrics) = read(ScikitLearn(), "Iteration 29, loss = 0.66841661")

    assert isinstance(counter, Counter)
    assert (counter.current, counter.scope) == (29, CounterScope.UNKNOWN)
    assert isinstance(metrics, Metrics)
    assert (metrics.values, metrics.step) == ({"loss": 0.66841661}, 29)


def test_an_epoch_of_sgd_stands_on_three_lines() -> None:
    events = read(
        ScikitLearn(),
        "-- Epoch 2",
        "Norm: 62.16, NNZs: 10, Bias: -105.981759, T: 800, Avg. loss: 2.209371, Objective: 2.427992",
        "Total training time: 0.12 seconds.",
    )

    assert [(counter.current, counter.elapsed_s) for counter in counters(events)] == [(2, None), (2, 0.12)]
    assert values(events) == {"Avg. loss": 2.209371, "Objective": 2.427992}


def test_a_table_of_boosting_names_its_columns() -> None:
    events = read(
        ScikitLearn(),
        "      Iter       Train Loss      OOB Improve   Remaining Time ",
        "        40           0.3840          -0.0232            0.00s",
    )

    assert [counter.current for counter in counters(events)] == [40]
    assert values(events) == {"Train Loss": 0.3840, "OOB Improve": -0.0232}


def test_tasks_of_joblib_have_a_clock() -> None:
    (counter,) = counters(
        read(ScikitLearn(), "[Parallel(n_jobs=4)]: Done  40 out of 100 | elapsed:  1.5min remaining:  2.2min")
    )

    assert (counter.current, counter.total, counter.elapsed_s, counter.kind) == (40, 100, 90, None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(
            "Training loss did not improve more than tol=0.000100 for 10 consecutive epochs. Stopping.",
            EndingKind.EARLY_STOPPED,
            id="mlp",
        ),
        pytest.param("Convergence after 46 epochs took 0.01 seconds", EndingKind.EARLY_STOPPED, id="sgd"),
        pytest.param(
            "ConvergenceWarning: Stochastic Optimizer: Maximum iterations (30) reached and the optimization hasn't "
            "converged yet.",
            EndingKind.FINISHED,
            id="all iterations",
        ),
    ],
)
def test_an_estimator_says_how_it_ended(text: str, kind: EndingKind) -> None:
    events = read(ScikitLearn(), "Iteration 30, loss = 0.49", text)

    assert [event.kind for event in events if isinstance(event, Ending)] == [kind]


def test_the_warning_tells_the_number_of_iterations() -> None:
    most = "Maximum iterations (30) reached and the optimization hasn't converged yet."

    assert Facts(values={"total_steps": 30.0}) in read(ScikitLearn(), "Iteration 30, loss = 0.49", most)
    assert not read(ScikitLearn(), most), "a silent fit inside a search"


def test_a_trial_counts_without_claiming_to_be_training() -> None:
    events = read(
        Optuna(),
        "Trial 3 finished with value: 32.88337989490719 and parameters: {'x': -4.734403185590214}. "
        "Best is trial 1 with value: 0.07052944637453798.",
    )

    (counter,) = counters(events)
    assert (counter.current, counter.kind, counter.scope) == (4, None, CounterScope.UNKNOWN)
    assert values(events, StageKind.OTHER) == {"value": 32.88337989490719, "best_value": 0.07052944637453798}


def test_a_trial_with_several_objectives_has_several_values() -> None:
    events = read(Optuna(), "Trial 0 finished with values: [0.5, 12.0] and parameters: {'x': 1.0}.")

    assert values(events, StageKind.OTHER) == {"value_0": 0.5, "value_1": 12.0}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("Trial 9 pruned. ", 0, id="pruned"),
        pytest.param(
            "Trial 3 failed with parameters: {'x': 3.1} because of the following error: ValueError('x').",
            1,
            id="failed",
        ),
    ],
)
def test_trials_without_a_value_count_too(text: str, problems: int) -> None:
    events = read(Optuna(), text)

    assert len(counters(events)) == 1
    assert sum(isinstance(event, Problem) for event in events) == problems
    assert not any(event.fatal for event in events if isinstance(event, Problem))
