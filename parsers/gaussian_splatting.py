"""3D Gaussian splatting (`train.py`, beside its bar) and nerfstudio's table of steps.

Format strings: `[ITER {}] Evaluating {}: L1 {} PSNR {}`; `nerfstudio/utils/writer.py`: `{step} ({step/max:.2%})`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from trainmon.events import Counter, CounterScope, Event, Line, StageKind, StageMark
from trainmon.parsers.base import LogFormat, Sample
from trainmon.parsers.counted import BLANK, CountedLine, CountedLines
from trainmon.patterns import pattern

_HEADER = pattern(r"Step \(% Done\)\s+(?:Vis|Train) .*")
_ROW = pattern(
    r"(?P<step>\d{1,9}) \((?P<percent>\d{1,3}\.\d\d)%\)(?:\s+(?P<ms>\d{1,9}\.\d{1,3}) ms)?(?:\s{2,}.*)?", re.ASCII
)


class GaussianSplatting(CountedLines):
    """Reads the evaluations and checkpoints that it tells beside its bar."""

    name: ClassVar[str] = "gaussian-splatting"
    title: ClassVar[str] = "3D Gaussian splatting"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("[ITER ",)
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("[ITER 20000] Evaluating test: L1 0.0066057734 PSNR 34.84388010 [26/11 18:12:44]", "a public issue"),
        Sample("[ITER 20000] Saving Gaussians [26/11 18:12:47]", "a public issue"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"\[ITER (?P<step>\d{1,9})\] Evaluating (?:test|train): ", re.ASCII),
            pair=BLANK,
            kind=StageKind.EVAL,
        ),
    )
    marks: ClassVar[tuple[tuple[re.Pattern[str], StageMark], ...]] = (
        (
            pattern(r"\[ITER (?P<step>\d{1,9})\] Saving (?:Gaussians|Checkpoint)(?: \[.{1,20}\])?", re.ASCII),
            StageMark(kind=StageKind.CHECKPOINT, name="checkpoint"),
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {}


class Nerfstudio(LogFormat):
    """Reads rows below their header; step and share together tell the total, once they leave one round number."""

    name: ClassVar[str] = "nerfstudio"
    title: ClassVar[str] = "nerfstudio"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = ("(% Done)", "%)")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("Step (% Done)       Train Iter (time)    ETA (time)           Train Rays / Sec     ", "a public issue"),
        Sample("4090 (81.78%)       43.140 ms            39 s, 300.687 ms     14.86 M ", "a public issue"),
    )

    def __init__(self) -> None:
        self._headed = False
        self._bounds = (0.0, float("inf"))

    def parse(self, line: Line) -> Sequence[Event] | None:
        """Give the counter of a row."""
        text = line.text.strip()
        if _HEADER.fullmatch(text) is not None:
            self._headed = True
            return ()
        row = _ROW.fullmatch(text) if self._headed else None
        if row is None:
            return None
        step, share = float(row["step"]), float(row["percent"]) / 100
        low, high = step / (share + 5e-5), step / (share - 5e-5) if share > 5e-5 else float("inf")
        if step > 0:
            self._bounds = (max(low, self._bounds[0]), min(high, self._bounds[1]))
        return (
            Counter(
                current=step, total=_roundest(*self._bounds), unit="step", scope=CounterScope.RUN, name="step",
                kind=StageKind.TRAIN, step_time_s=float(row["ms"]) / 1000 if row["ms"] else None,
            ),
        )  # fmt: skip


def _roundest(low: float, high: float) -> float | None:
    """The roundest whole number between two bounds, None where they are too far apart to tell."""
    if not 0 < low <= high < 2 * low:
        return None
    for power in range(9, -1, -1):
        unit = 10.0**power
        first = -(-low // unit) * unit
        if first <= high:
            return first if first + unit > high else None
    return None
