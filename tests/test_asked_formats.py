"""Of all formats a log makes those that it needs, each once, in their order."""

from __future__ import annotations

from typing import ClassVar

import pytest

from trainmon.events import Event, Line
from trainmon.parsers.base import LogFormat
from trainmon.reading.asked_formats import AskedFormats


class Counted(LogFormat):
    """Claims what holds its word, and counts its instances."""

    made: ClassVar[list[str]] = []

    def __init__(self) -> None:
        self.made.append(self.name)

    def parse(self, line: Line) -> tuple[Event, ...] | None:
        return () if any(word in line.text for word in self.needles) else None


class Loss(Counted):
    name = "loss"
    needles = ("loss",)


class Epoch(Counted):
    name = "epoch"
    needles = ("epoch", "loss")


@pytest.fixture
def formats(monkeypatch: pytest.MonkeyPatch) -> AskedFormats:
    monkeypatch.setattr(Counted, "made", [])
    return AskedFormats([Loss, Epoch])


def test_a_format_is_made_with_the_first_line_that_holds_one_of_its_words(formats: AskedFormats) -> None:
    assert formats.ask(Line(text="loading model"), but=None) == (None, None)
    assert Counted.made == []

    claimed = [formats.ask(Line(text=text), but=None)[0] for text in ("epoch 1", "epoch 1 loss 0.5", "epoch 2")]

    assert [one.name for one in claimed if one is not None] == ["epoch", "loss", "epoch"]
    assert claimed[0] is claimed[2]
    assert Counted.made == ["epoch", "loss"]


def test_a_format_that_was_asked_already_is_passed_over(formats: AskedFormats) -> None:
    loss, _ = formats.ask(Line(text="loss 0.5"), but=None)

    other, _ = formats.ask(Line(text="loss 0.4"), but=loss)

    assert (loss, other) == (formats.named("loss"), formats.named("epoch"))
    assert formats.named("accuracy") is None
