"""Formats that users describe: what they read, and what is refused with a message that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainmon.errors import UsageError
from trainmon.events import Counter, CounterScope, Ending, EndingKind, Line, Metrics, StageKind
from trainmon.parsers.user_format import MOST_TIMEOUTS, UserFormat, user_formats

TABLE: dict[str, object] = {
    "name": "mine",
    "pattern": r"^>> (?P<step>\d+) of (?P<total_steps>\d+) e(?P<epoch>\d+) l=(?P<loss>\S+) (?P<val_acc>\S+) in (?"
    r"P<elapsed>\S+)",
    "sample": ">> 3 of 10 e2 l=0.5 88% in 1:05",
    "unit": "game",
    "finished": "^BYE$",
    "failed": "^OUCH",
}


def made(table: dict[str, object]) -> UserFormat:
    (known,) = user_formats([table], Path("trainmon.toml"))
    reader = known()
    assert isinstance(reader, UserFormat)
    return reader


def test_named_groups_become_events() -> None:
    counter, trained, evaluated = made(TABLE).parse(Line(text=">> 3 of 10 e2 l=0.5 88% in 1:05")) or ()

    assert counter == Counter(
        current=3, total=10, unit="game", name="game", kind=StageKind.TRAIN, epoch=2, elapsed_s=65
    )
    assert trained == Metrics(values={"loss": 0.5}, step=3)
    assert evaluated == Metrics(values={"val_acc": 88}, step=3, kind=StageKind.EVAL)


@pytest.mark.parametrize(("text", "kind"), [("BYE", EndingKind.FINISHED), ("OUCH it hurts", EndingKind.FAILED)])
def test_markers_end_the_run(text: str, kind: EndingKind) -> None:
    assert made(TABLE).parse(Line(text=text)) == (Ending(kind=kind, text=text),)


def test_an_epoch_alone_counts_epochs() -> None:
    counter = (made({"name": "e", "pattern": r"E(?P<epoch>\d+)/(?P<total_epochs>\d+)"}).parse(Line(text="E2/5")) or ())[
        0
    ]

    assert isinstance(counter, Counter)
    assert (counter.current, counter.total, counter.scope) == (2, 5, CounterScope.EPOCHS)


def test_zero_based_steps_count_what_is_done() -> None:
    events = made({"name": "z", "pattern": r"i=(?P<step>\d+)", "zero_based": True}).parse(Line(text="i=0")) or ()

    assert isinstance(events[0], Counter)
    assert events[0].current == 1


def test_a_foreign_line_is_left_alone() -> None:
    assert made(TABLE).parse(Line(text="something else")) is None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param(
            {"name": "a", "pattern": "(?P<step>x"}, r" \(a\): pattern '\(\?P<step>x'.*at position", id="syntax"
        ),
        pytest.param({"name": "a", "pattern": "x"}, "names no group", id="no group"),
        pytest.param(
            {"name": "a", "pattern": "(?P<step>x)", "sample": "y"}, "no pattern matches its sample 'y'", id="sample"
        ),
        pytest.param({"name": "a", "pattern": "(((a{100}){100}){100}){100}(?P<step>1)"}, "too complex", id="bomb"),
        pytest.param({"name": "a", "pattern": "(?P<step>a)" * 400}, "too complex", id="length"),
        pytest.param({"name": "A b", "pattern": "(?P<step>x)"}, "needs a name of lower case", id="name"),
        pytest.param({"pattern": "(?P<step>x)"}, "needs a name of lower case", id="no name"),
        pytest.param({"name": "a", "paterns": []}, "unknown key 'paterns'", id="unknown key"),
        pytest.param({"name": "a", "pattern": 3}, "pattern must be text", id="wrong type"),
        pytest.param({"name": "a", "patterns": [3]}, "must hold strings", id="wrong type inside"),
        pytest.param({"name": "a", "priority": True}, "priority must be a whole number", id="a truth is no number"),
        pytest.param({"name": "a"}, "needs a pattern", id="nothing to read"),
        pytest.param({"name": "a", "pattern": r"(?P<Step>\d+)"}, "'Step' must be written 'step'", id="case of a group"),
        pytest.param(
            {"name": "a", "pattern": r"(?P<step>\d+)/(?P<total>\d+)"},
            "'total' must be written 'total_steps'",
            id="another word for a group",
        ),
        pytest.param(
            {"name": "a", "pattern": r"(?P<stepp>\d+)"}, "'stepp' must be written 'step'", id="misspelt group"
        ),
        pytest.param("mine", "expected a table", id="no table"),
    ],
)
def test_a_mistake_is_named(table: object, message: str) -> None:
    with pytest.raises(UsageError, match=rf"^trainmon.toml: format 1.*{message}"):
        user_formats([table], Path("trainmon.toml"))


def test_without_tables_there_are_no_formats() -> None:
    assert user_formats([], Path("trainmon.toml")) == []


def test_a_pattern_that_takes_too_long_is_left_out_after_three_times() -> None:
    reader = made({"name": "slow", "patterns": [r"(?P<loss>.*a.*b.*c.*d.*e.*f.*z)", r"(?P<step>\d+)$"]})
    line = Line(text="abcdef" * 300 + "7")

    for _ in range(MOST_TIMEOUTS):
        assert not reader.trouble
        assert reader.parse(line) is not None

    assert "format slow: pattern '(?P<loss>.*a.*b.*c.*d.*e.*f.*z)' took more than 0.05 s 3 times" in reader.trouble


@pytest.mark.parametrize(
    ("text", "seconds"), [pytest.param("0.35", 0.35, id="a number"), pytest.param("350ms", 0.35, id="a unit")]
)
def test_a_step_time_may_have_a_unit(text: str, seconds: float) -> None:
    reader = made({"name": "a", "pattern": r"(?P<step>\d+) (?P<step_time>\S+)"})

    (counter,) = reader.parse(Line(text=f"3 {text}")) or ()

    assert isinstance(counter, Counter)
    assert counter.step_time_s == pytest.approx(seconds)
