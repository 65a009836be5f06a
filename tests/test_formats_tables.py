"""Tables that training prints: a record each (Stable-Baselines3), or a row per epoch or evaluation."""

from __future__ import annotations

import pytest

from tests.read_events import counters, read, values
from trainmon.events import CounterScope, Ending, EndingKind, Line, StageKind, StageMark
from trainmon.parsers.skorch import Skorch
from trainmon.parsers.spacy import SpaCy
from trainmon.parsers.stable_baselines import StableBaselines

ROLLOUT = """\
| rollout/                |             |
|    ep_rew_mean          | 23.9        |
| time/                   |             |
|    fps                  | 169         |
|    iterations           | 2           |
|    time_elapsed         | 6           |
|    total_timesteps      | 1024        |
| train/                  |             |
|    loss                 | 32.6        |
|    n_updates            | 10          |
-----------------------------------------""".splitlines()
EVALUATION = """\
Eval num_timesteps=6000, episode_reward=491.67 +/- 11.79
Episode length: 491.67 +/- 11.79
-----------------------------------------
| eval/                   |             |
|    mean_reward          | 492         |
| time/                   |             |
|    total_timesteps      | 6000        |
| train/                  |             |
|    loss                 | 46.2        |
-----------------------------------------""".splitlines()
SPACY_HEAD = "E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE "
SKORCH_HEAD = "  epoch    train_loss    valid_acc    valid_loss    cp     dur"


def test_a_table_is_one_record() -> None:
    events = read(StableBaselines(), *ROLLOUT)

    (counter,) = counters(events)
    assert (counter.current, counter.unit, counter.scope) == (1024, "timestep", CounterScope.RUN)
    assert counter.elapsed_s == 6
    assert values(events) == {"rollout/ep_rew_mean": 23.9, "time/fps": 169, "train/loss": 32.6}


def test_an_evaluation_is_marked_once_and_its_values_stand_apart() -> None:
    events = read(StableBaselines(), *EVALUATION, foreign=True)

    assert [event.step for event in events if isinstance(event, StageMark)] == [6000]
    assert values(events, StageKind.EVAL) == {"eval/mean_reward": 492}
    assert values(events) == {"train/loss": 46.2}


def test_a_line_printed_inside_a_table_does_not_end_it() -> None:
    lines = [*ROLLOUT[:4], "/lib/gymnasium/core.py:12: UserWarning: env is old", *ROLLOUT[4:]]

    assert counters(read(StableBaselines(), *lines, foreign=True))[0].current == 1024


def test_a_table_without_sections_is_read_too() -> None:
    events = read(
        StableBaselines(),
        "| approxkl           | 0.00011        |",
        "| nupdates           | 5              |",
        "| total_timesteps    | 640            |",
        "--------------------------------------",
    )

    assert counters(events)[0].current == 640
    assert values(events) == {"approxkl": 0.00011}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("| GPU  Name        | Bus-Id |", id="a device"),
        pytest.param("-----------------------------------------", id="dashes"),
        pytest.param("| model | accuracy |", id="a table of words"),
        pytest.param("Logging to file.log", id="another log"),
    ],
)
def test_other_tables_are_left_alone(text: str) -> None:
    assert StableBaselines().parse(Line(text=text)) is None


def test_a_row_of_spacy_is_an_evaluation_at_its_step() -> None:
    reader = SpaCy()
    read(reader, SPACY_HEAD, "---  ------  ------------  --------  ------  ------  ------  ------")

    events = read(reader, "  0     200         33.58    847.68   10.88   44.44    6.20    0.11")

    (counter,) = counters(events)
    assert (counter.current, counter.epoch, counter.scope) == (200, 1, CounterScope.RUN)
    assert values(events) == {"LOSS TOK2VEC": 33.58, "LOSS NER": 847.68}
    assert values(events, StageKind.EVAL) == {"ENTS_F": 10.88, "ENTS_P": 44.44, "ENTS_R": 6.2, "SCORE": 0.11}


def test_numbers_without_the_header_are_no_row() -> None:
    assert SpaCy().parse(Line(text="  0     200         33.58    847.68   10.88   44.44    6.20    0.11")) is None


def test_a_sentence_between_rows_is_none_either() -> None:
    reader = SpaCy()
    read(reader, SPACY_HEAD)

    assert reader.parse(Line(text="a warning of just as many words as columns")) is None


def test_a_saved_pipeline_ends_it() -> None:
    events = read(SpaCy(), "✔ Saved pipeline to output directory")

    assert [event.kind for event in events if isinstance(event, Ending)] == [EndingKind.FINISHED]


def test_a_row_of_skorch_is_an_epoch_with_its_seconds() -> None:
    reader = Skorch()
    read(reader, SKORCH_HEAD, "-------  ------------  -----------  ------------  ----  ------")

    events = read(
        reader,
        "      1        0.6995       0.4453        0.6981     +  0.7493",
        "      2        0.6983       0.4375        0.6990        0.4655",
    )

    assert [(c.current, c.elapsed_s) for c in counters(events)] == [(1, 0.7493), (2, pytest.approx(1.2148))]
    assert values(events) == {"train_loss": 0.6983}
    assert values(events, StageKind.EVAL) == {"valid_acc": 0.4375, "valid_loss": 0.6990}


def test_skorch_says_that_it_stopped_early() -> None:
    events = read(Skorch(), "Stopping since valid_loss has not improved in the last 5 epochs.")

    assert [event.kind for event in events if isinstance(event, Ending)] == [EndingKind.EARLY_STOPPED]
