"""Progress bars and log lines quoted in a document: samples of what a run prints, never an estimate of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trainmon.parsers.documents.durations import Span, find_durations
from trainmon.patterns import pattern

_CLOCK = r"(?:\d+\s+days?,\s*)?\d{1,4}:\d\d(?::\d\d)?"
_TQDM = pattern(
    rf"(?P<label>[^|\[\]]{{0,80}}?)(?:\d{{1,3}}%\s*)?(?:\|[^|]{{0,200}}\|)?\s*(?P<done>\d[\d.,]*[kMG]?)/(?P<total>\d[\d.,]*[kMG]?)\s*"
    rf"(?:\w+\s+)?\[(?P<elapsed>{_CLOCK})<(?P<left>{_CLOCK}|\?)(?:,\s*(?P<rate>[\d.]+|\?)\s*(?P<unit>[A-Za-z]+/s|"
    rf"s/[A-Za-z]+))?[^\]]{{0,200}}\]"
)
_KERAS = pattern(r"(?P<done>\d+)/(?P<total>\d+)\s*(?:\[[=>.]+\]|[━█▒░╸ ]{3,})\s*-?\s*(?P<rest>(?:ETA:\s*)?\S.{0,200})")
_LOG_LINE = pattern(
    r"^\W{0,2}(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d|\d\d:\d\d:\d\d\b)|\b(?:loss|lr|grad_norm|acc|"
    r"accuracy)\s*[:=]\s*-?\d|\beta:\s*\d|(?<![-\w])(?:loss|lr|grad_norm|acc\w*|top-?[15]|ppl)\s+-?\d\.?\d*(?:e-?\d+)?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One quoted bar: what it counts, how far it is, and what it says about time."""

    start: int
    end: int
    label: str
    done: float
    total: float
    spans: tuple[Span, ...]
    elapsed_s: float | None


def find_bars(text: str) -> list[Bar]:
    """Find tqdm and Keras bars in one line of a document."""
    if "/" not in text or ("[" not in text and "━" not in text):
        return []
    bars = [_tqdm(match) for match in _TQDM.finditer(text)]
    return bars or [_keras(match) for match in _KERAS.finditer(text)]


def is_log_line(text: str) -> bool:
    """Tell whether a line is one that a run printed: a timestamp first, or a metric with its figure."""
    return bool(_LOG_LINE.search(text))


def _tqdm(match: re.Match[str]) -> Bar:
    elapsed = _clock_seconds(match["elapsed"])
    start = match.start("elapsed")
    spans = [Span(start=start, end=match.end("elapsed"), text=match["elapsed"], likely_s=elapsed, clock=True)]
    unit, rate = match["unit"] or "", match["rate"] or "?"
    if unit.startswith("s/") and rate != "?" and float(rate) > 0:
        text = match.string[match.start("rate") : match.end("unit")]
        spans.append(Span(start=match.start("rate"), end=match.end("unit"), text=text, likely_s=float(rate)))
    label = match["label"].strip(" `:>-*")
    return Bar(
        match.start(),
        match.end(),
        label,
        _count(match["done"]),
        _count(match["total"]),
        tuple(spans),
        elapsed,
    )


def _keras(match: re.Match[str]) -> Bar:
    offset = match.start("rest")
    spans = tuple(
        Span(start=offset + s.start, end=offset + s.end, text=s.text, likely_s=s.likely_s)
        for s in find_durations(match["rest"])
    )
    elapsed = spans[0].likely_s if spans and not match["rest"].startswith("ETA") else None
    return Bar(match.start(), match.end(), "", _count(match["done"]), _count(match["total"]), spans, elapsed)


def _clock_seconds(text: str) -> float:
    days, _, clock = text.rpartition(",")
    seconds = 0.0
    for part in clock.strip().split(":"):
        seconds = seconds * 60 + float(part)
    return seconds + (float(days.split()[0]) * 86400 if days else 0.0)


def _count(text: str) -> float:
    factor = {"k": 1e3, "M": 1e6, "G": 1e9}.get(text[-1], 1.0)
    try:
        return float(text.rstrip("kMG").replace(",", "")) * factor
    except ValueError:
        return 0.0
