"""ParlAI: `[ time:{}s total_exs:{} epochs:{} time_left:{}s ] {dict}` and `valid:{dict}` (`scripts/train_model.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, Metrics, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.pairs import is_metric_name
from trainmon.parsers.pydict import numbers_of, read_dict
from trainmon.patterns import pattern

_PLACE = pattern(
    r"(?:\[rank: {1,3}\d{1,5}\] )?\[ time:(?P<elapsed>\d{1,9}(?:\.\d{1,3})?)s (?:parleys:\d{1,12} )?"
    r"total_exs:(?P<seen>\d{1,15}) (?:total_steps:\d{1,12} )?(?:epochs:(?P<epochs>\d{1,9}(?:\.\d{1,4})?) )?"
    r"(?:time_left:[^ ]{1,20} )?\] ?(?=\{)"
)
_EVALUATED = pattern(r"(?:\[rank: {1,3}\d{1,5}\] )?(?P<split>valid|test): ?(?=\{)")
_STEPS = ("total_train_updates", "num_updates", "total_num_updates")
_HIDDEN = frozenset({"exs", "updates", *_STEPS})


class ParlAi(LogFormat):
    """Reads reports of training, which tell updates where the model makes any, else examples; and evaluations."""

    name: ClassVar[str] = "parlai"
    title: ClassVar[str] = "ParlAI"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("[ time:", "valid:", "test:")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "[ time:2.0s total_exs:3616 epochs:0.4 time_left:24.0s ] {'exs': 3616, 'lr': 1, 'num_updates': 113, "
            "'loss': 122.7, 'token_acc': 0.5689, 'ppl': 3.031}",
            "a public pull request",
        ),
        Sample("valid:{'exs': 1000, 'accuracy': 0.452, 'num_updates': 282, 'loss': 28.08}", "a public pull request"),
    )

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter and the values of a report."""
        text = line.text.strip()
        place, evaluated = _PLACE.match(text), _EVALUATED.match(text)
        start = place or evaluated
        fields = read_dict(text[start.end() :])[0] if start is not None else None
        if fields is None:
            return None
        numbers = numbers_of(fields)
        values = {name: value for name, value in numbers.items() if name not in _HIDDEN and is_metric_name(name)}
        if evaluated is not None:
            named = {f"{evaluated['split']}_{name}": value for name, value in values.items()}
            return (Metrics(values=named, kind=StageKind.EVAL),) if named else ()
        assert place is not None
        return list(_trained(numbers, values, float(place["elapsed"]), float(place["seen"]), place["epochs"]))


def _trained(
    numbers: Mapping[str, float], values: Mapping[str, float], elapsed_s: float, seen: float, epochs: str | None
) -> Iterator[Event]:
    updates = next((numbers[name] for name in _STEPS if name in numbers), None)
    yield Counter(
        current=seen if updates is None else updates, unit="example" if updates is None else "step", name="training",
        scope=CounterScope.RUN, kind=StageKind.TRAIN, elapsed_s=elapsed_s,
    )  # fmt: skip
    if values:
        yield Metrics(values=values, epoch=float(epochs) if epochs else None)
