"""tqdm bars of every shape: the meter's right part is the anchor, because a description may hold anything.

Format strings: `tqdm/std.py`, `format_meter`; `tqdm_loggable` for bars that are written through `logging`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from trainmon.events import Counter, Event, Line, Metrics, Remainder, StageKind
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.epochs import EpochNames, FoldNames
from trainmon.parsers.numbers import clock_s, scaled
from trainmon.parsers.pairs import gpu_memory, is_eval_name, leftover, read_pairs, without_values
from trainmon.patterns import pattern

_CLOCK = r"-?(?:\d{1,5}\ days?,\ )?(?:\d{1,7}:)?\d{1,3}:\d\d"
_RATE = r"(?:\?|\d[\d.]{0,20}|inf|nan)"
_METER = pattern(
    rf"""(?<![\d./])(?P<n>\d[\d.]{{0,20}}[kMGTPEZY]?)
    (?:
      \ ?/\ ?(?P<total>\d[\d.]{{0,20}}[kMGTPEZY]?|\?)(?:\ ?\(\ {{0,2}}\d{{1,3}}(?:\.\d{{1,4}})?%\))?
      ,?\ ?\s?\[\ ?(?P<elapsed>{_CLOCK})\ ?<\ ?(?:\?|{_CLOCK})
      (?:\ ?,\ {{0,8}}(?P<rate>{_RATE}[^\],\[]{{0,40}}))?
    | (?P<bare_unit>\ ?[^\W\d][^\[\]|,=/]{{0,24}}?)?
      \ \[(?P<bare_elapsed>{_CLOCK}),\ {{0,8}}(?P<bare_rate>{_RATE}[^\],\[]{{0,40}}/[^\],\[]{{1,24}})
    )""",
    re.ASCII | re.VERBOSE,
)
_LEFT = pattern(r"(\d{1,3})(?:\.\d{1,4})?%[|\s━╸╺]*$|\|$", re.ASCII)
_DRAWN = pattern(r"\|[█▉▊▋▌▍▎▏ #=>.-]*\|\s*$")
_CUT = pattern(
    r"(\d{1,3})%\|[^|]*(?:\|\s?(?:(\d[\d.]{0,20}[kMGT]?)/(?:(\d[\d.]{0,20}[kMGT]?) (?:\[.{0,60})?)?)?[^\]]{0,60})?$",
    re.ASCII,
)
_HEAD_ONLY = pattern(r"([^|{}\[\]=]{1,60}): {1,3}\d{1,3}%", re.ASCII)
_PACE = pattern(r"(\d{1,9}(?:\.\d{1,6})?)(?=s/)|(\d{1,9}(?:\.\d{1,6})?)", re.ASCII)
_HEAD_WORD = pattern(r"(?i)epoch|step|iter|train|batch|map|load|generat|process|valid|eval|test|fetch|comput|token")
_QUANTITY = pattern(r"(?i)acc|loss|f1|score|util|mem|[cg]pu|rate|ratio|precision|recall|auc|error|usage")
_LOGGED = pattern(
    rf"Progress on:(?P<desc>.*?)\s*(?P<n>-"
    rf"|\d[\d.]{{0,20}}[kMGT]?)(?P<unit>[a-zA-Z]{{0,12}})/(?P<total>\d[\d.]{{0,20}}[kMGT]?|\?)[a-zA-Z]*"
    rf" rate:\S+ remaining:\S+ elapsed:(?P<elapsed>{_CLOCK}) postfix:(?P<postfix>.*)$",
    re.ASCII,
)
_HIDDEN = pattern(r"\s*\.\.\. \(more hidden\) \.\.\.\s*")


class Tqdm(LogFormat):
    """Reads bars redrawn with carriage returns, and what is glued to them."""

    name: ClassVar[str] = "tqdm"
    title: ClassVar[str] = "tqdm progress bars"
    priority: ClassVar[int] = 10
    needles: ClassVar[tuple[str, ...]] = ("[", "%", " rate:", "(more hidden)")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Training: 100%|██████████| 15310/15310 [7:20:04<00:00,  1.72s/it]", "a public log"),
        Sample(
            "Epoch 30: 100%|██████████| 525/525 [00:23<00:00, 21.96it/s, loss=0.0100, acc=100.0%, avg_score=0.2272]",
            "a public log",
        ),
        Sample("Running tokenizer on dataset:   0%|          | 0/3452 [00:00<?, ? examples/s]", "a public log"),
        Sample("clean: 0it [00:00, ?it/s]", "a public log"),
        Sample(" 73%|███████▎  | 32.5M/44.7M [00:04<00:01, 11.7MB/s]", "a public log"),
        Sample("train:   7%|#1              | 7/100 [00:30<06:38,  4.29s/it]", "tqdm 4.67, ascii=True"),
        Sample(" 50% 5/10 [00:50<00:50, 10.00s/it]", "tqdm 4.67, ncols=0"),
        Sample("Train 5/300 (2%) [00:05<04:55,  1.00it/s, loss=2.1]", "tqdm 4.67, a bar_format of one's own"),
        Sample("a very long description here:  50%|▌| 5/", "tqdm 4.67, ncols=40"),
        Sample("Validation: |          | 0/? [00:00<?, ?it/s]", "Lightning 2"),
        Sample("Epoch 1: 100%", "a notebook, first line of a bar"),
        Sample("1/1 [11:38<00:00, 698.64s/it]", "a notebook, second line of a bar"),
        Sample(
            "Progress on: 7.00it/200kit rate:6.5s/it remaining:363:03:01 elapsed:02:02 postfix:- "
            "(2490449:tqdm_logging.py:145)",
            "openpi",
        ),
    )

    def __init__(self) -> None:
        self._epochs = EpochNames()
        self._folds = FoldNames()
        self._head = ""  # the description on the line before, in notebook captures

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give a Counter for each bar of the line, its metrics, and what else stood on the line."""
        text = line.text
        meter = _METER.search(text)
        if meter is not None:
            return list(self._bars(text, meter))
        if " rate:" in text and (logged := _LOGGED.search(text)) is not None:
            return list(self._logged(logged))
        if "%" in text:
            return self._incomplete(text)
        return () if _HIDDEN.fullmatch(text) else None

    def _bars(self, text: str, meter: re.Match[str] | None) -> Iterator[Event]:
        start = 0
        while meter is not None:
            before, name = _description(text[start : meter.start()], first=start == 0)
            if before:
                yield Remainder(text=before)
            elif not name and start == 0 and meter.start() == 0:
                name = self._head
            self._head = ""
            end, postfix = _postfix(text, meter.end())
            yield from self._folds.named(name)
            yield self._counter(meter, name)
            yield from _values(name, postfix)
            start, meter = end, _METER.search(text, end)
        rest = text[start:].strip()
        if rest.startswith(",") and (values := read_pairs(rest)) and not any(map(str.isalpha, leftover(rest))):
            yield _metrics(name, values)
        elif rest and not _is_stale(rest):
            yield Remainder(text=rest)

    def _counter(self, meter: re.Match[str], name: str) -> Counter:
        n, total, elapsed, rate, bare_unit, bare_elapsed, bare_rate = meter.group(
            "n", "total", "elapsed", "rate", "bare_unit", "bare_elapsed", "bare_rate"
        )
        scaled_down = n[-1] in "kMGTPEZY" or (total is not None and total[-1] in "kMGTPEZY")
        epoch, total_epochs = self._epochs.read(name)
        return Counter(
            current=scaled(n) or 0.0,
            total=None if total is None or total == "?" else scaled(total),
            unit=_unit(rate or bare_rate or "", scaled_down) or (bare_unit or "").strip() or "it",
            name=without_values(name),
            epoch=epoch,
            total_epochs=total_epochs,
            elapsed_s=clock_s(elapsed or bare_elapsed),
            pace_s=_pace_s(rate or bare_rate or ""),
            approximate=scaled_down,
            is_bar=True,
        )

    def _logged(self, match: re.Match[str]) -> Iterator[Event]:
        n, total, name = match["n"], match["total"], match["desc"].strip().removesuffix(":")
        epoch, total_epochs = self._epochs.read(name)
        yield Counter(
            current=0.0 if n == "-" else scaled(n) or 0.0,
            total=None if total == "?" else scaled(total),
            unit=match["unit"] or "it",
            name=without_values(name),
            epoch=epoch,
            total_epochs=total_epochs,
            elapsed_s=clock_s(match["elapsed"]),
            approximate=n[-1] in "kMGT" or total[-1] in "kMGT",
            is_bar=True,
        )
        yield from _values(name, match["postfix"].rpartition(" (")[0] or match["postfix"])

    def _incomplete(self, text: str) -> Sequence[Event] | None:
        """A meter that a narrow terminal cut, or the first of the two lines of a notebook's bar."""
        cut = _CUT.search(text)
        if cut is not None:
            name = text[: cut.start()].strip().removesuffix(":").rstrip()
            if cut[2] is None:
                return ()
            epoch, total_epochs = self._epochs.read(name)
            current, total = scaled(cut[2]) or 0.0, scaled(cut[3]) if cut[3] else None
            return (
                Counter(
                    current=current,
                    total=total,
                    unit="it",
                    name=without_values(name),
                    epoch=epoch,
                    total_epochs=total_epochs,
                    is_bar=True,
                ),
            )
        head = _HEAD_ONLY.fullmatch(text.strip())
        if head is None or _HEAD_WORD.search(head[1]) is None or _QUANTITY.search(head[1]) is not None:
            return None
        self._head = head[1].strip()
        return ()


def _description(left: str, *, first: bool) -> tuple[str, str]:
    """Split what stands left of a counter into foreign text before the bar and the bar's description."""
    bar = left.rfind("%|")
    left = left[: bar + 2] if bar >= 0 else left.rstrip()
    edge = _LEFT.search(left)
    if edge is not None:
        left = left[: edge.start()]
        # `Validation: |     | 0/?`; or the percentage stands behind the bar
        opening = left.rfind("|") if edge[1] is None else -1
        left = left[:opening] if opening >= 0 else _DRAWN.sub("", left)
    left = left.strip()
    # A dict or another meter in front is no description: redraws whose carriage returns were lost.
    glue = max(left.rfind("}"), -1 if first else left.rfind("]"))
    before, name = (
        (left[: glue + 1], left[glue + 1 :]) if glue >= 0 and (not first or left.startswith("{")) else ("", left)
    )
    return before.strip(), name.strip().removesuffix(":").rstrip()


def _postfix(text: str, start: int) -> tuple[int, str]:
    """Find the bracket that closes the meter: the end of the bar, and what stands between rate and bracket."""
    closing = text.find("]", start)
    if closing < 0:  # a narrow terminal cut the meter, so the last value may be half of one
        return len(text), text[start:].rpartition(",")[0]
    depth, at = 0, start
    while True:
        opening = text.find("[", at, closing)
        if opening >= 0:
            depth, at = depth + 1, opening + 1
        elif depth == 0:
            return closing + 1, text[start:closing]
        else:
            depth, at = depth - 1, closing + 1
            closing = text.find("]", at)
            if closing < 0:
                return at, text[start : at - 1]


def _pace_s(rate: str) -> float | None:
    """Read `1.53s/it` and `2.35it/s` as seconds per step."""
    pace = _PACE.match(rate)
    if pace is None or not float(pace[0]):
        return None
    return float(pace[1]) if pace[1] else 1.0 / float(pace[2])


def _unit(rate: str, scaled_down: bool) -> str:
    """`1.26s/batch` and `? examples/s` name the unit; with SI counters the rate's letter is not part of it."""
    unit = rate.strip(" ?.0123456789")
    unit = unit[3:] if unit.startswith(("nan", "inf")) else unit
    if unit.startswith("s/"):
        return unit[unit.index("/") + 1 :].strip()
    unit = unit.removesuffix("/s").strip()
    if scaled_down and len(unit) > 1 and unit[0] in "kMGTPEZY" and "?" not in rate:
        unit = unit[1:]
    return unit


def _values(name: str, postfix: str) -> Iterator[Event]:
    """Metrics of the postfix, and of descriptions such as `epoch 1 loss 0.53`."""
    text = postfix.lstrip(", ")
    values = read_pairs(text) if text and text != "-" else {}
    if name and any(letter in name for letter in "=:.|"):
        values |= {key: value for key, value in read_pairs(name).items() if key not in values}
    if values:
        yield _metrics(name, values)
    if "mem" in text.lower() and (memory := gpu_memory(text)) is not None:
        yield memory


def _metrics(name: str, values: dict[str, float]) -> Metrics:
    """What a bar of evaluation calls `loss` is not the loss of training."""
    if not is_eval_name(name) or any("train" in key.lower() for key in values):
        return Metrics(values=values, in_bar=True)
    evaluated = {key if is_eval_name(key) else f"eval_{key}": value for key, value in values.items()}
    return Metrics(values=evaluated, kind=StageKind.EVAL, in_bar=True)


def _is_stale(rest: str) -> bool:
    """The tail of an older, longer redraw that a capture kept: `s/it]`, `0.51]`."""
    return not any(map(str.isalnum, rest)) or (rest[-1] == "]" and "[" not in rest and "{" not in rest)
