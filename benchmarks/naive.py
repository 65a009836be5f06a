"""The reader that one writes in an afternoon: what trainmon's reading speed is compared with.

Text mode with universal newlines (so a carriage return ends a piece, too), then patterns one after another on each
piece. It is meant to be competent: compiled patterns, cheap tests before dear ones, one pass, nothing kept twice.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BAR = re.compile(
    r"(?:(?P<name>[^|\r]*?):\s*)?\s*\d+%\|[^|]*\|\s*(?P<done>\d+)/(?P<total>\d+)\s*"
    r"\[(?P<elapsed>[\d:]+)<(?P<left>[\d:?]+),\s*(?P<rate>[\d.?]+)(?P<unit>it/s|s/it)(?:,\s*(?P<postfix>.*?))?\]"
)
_STEP = re.compile(r"\b(?P<word>step|iteration|iter)[ :=]+(?P<step>\d+)(?:\s*/\s*(?P<total>\d+))?", re.IGNORECASE)
_EPOCH = re.compile(r"\bepoch[ :=]+(?P<epoch>\d+)(?:\s*/\s*(?P<total>\d+))?", re.IGNORECASE)
_PAIR = re.compile(r"(?P<name>[A-Za-z_][\w/]*(?: [a-z]+)?)\s*[=: ]\s*(?P<value>[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")


@dataclass(slots=True)
class Found:
    """What was read."""

    step: float = 0
    total: float = 0
    epoch: float = 0
    elapsed: str = ""
    metrics: dict[str, list[float]] = field(default_factory=dict)

    def add(self, values: Iterable[tuple[str, Any]]) -> None:
        """Keep what is a number, or text of one."""
        for name, value in values:
            try:
                self.metrics.setdefault(name, []).append(float(value))
            except (TypeError, ValueError):
                continue


def read(path: Path) -> Found:
    """Read a whole log."""
    found = Found()
    with path.open(encoding="utf-8", errors="replace") as log:
        for line in log:
            piece = (_ANSI.sub("", line) if "\x1b" in line else line).strip()
            if piece:
                _read_piece(piece, found)
    return found


def _read_piece(piece: str, found: Found) -> None:
    if "%|" in piece and (bar := _BAR.search(piece)):
        _read_bar(bar, found)
        piece = piece[bar.end() :]
    start = piece.find("{")
    if start >= 0 and piece.endswith("}"):
        _read_object(piece[start:], found)
    elif piece and (step := _STEP.search(piece)):
        found.step = float(step["step"]) + (step["word"] == "iter")  # nanoGPT counts from 0
        found.total = float(step["total"] or found.total)
        found.add((pair["name"], pair["value"]) for pair in _PAIR.finditer(piece, step.end()))
    elif piece and (epoch := _EPOCH.search(piece)):
        found.epoch = float(epoch["epoch"])
        found.add((pair["name"], pair["value"]) for pair in _PAIR.finditer(piece, epoch.end()))


def _read_bar(bar: re.Match[str], found: Found) -> None:
    done, total = float(bar["done"]), float(bar["total"])
    if bar["name"] and (epoch := _EPOCH.search(bar["name"])):
        done += float(epoch["epoch"]) * total  # Lightning's epochs count from 0
    if total >= found.total:
        found.step, found.total, found.elapsed = done, total, bar["elapsed"]
    if bar["postfix"]:
        found.add(pair.split("=", 1) for pair in bar["postfix"].split(", ") if "=" in pair)  # type: ignore[misc]


def _read_object(text: str, found: Found) -> None:
    try:
        values = json.loads(text) if text.startswith('{"') else ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return
    if isinstance(values, dict):
        found.step = float(values.get("step", found.step))
        found.add(values.items())
