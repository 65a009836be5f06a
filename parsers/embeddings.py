"""Knowledge graph embeddings (RotatE and what is built on it): one line a value, `Training average loss at step N`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from trainmon.events import StageKind
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import CountedLine, CountedLines
from trainmon.parsers.numbers import NUMBER
from trainmon.patterns import pattern


class Embeddings(CountedLines):
    """Reads the means of the last steps and the ranks of evaluations."""

    name: ClassVar[str] = "kge"
    title: ClassVar[str] = "knowledge graph embeddings (RotatE)"
    priority: ClassVar[int] = 30
    needles: ClassVar[tuple[str, ...]] = (" at step ", "max_steps = ")
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("max_steps = 100000", "RotatE"),
        Sample("Training average positive_sample_loss at step 99900: 0.051416", "a public log"),
        Sample("Training average loss at step 99900: 0.048862", "a public log"),
        Sample("Valid MRR at step 99999: 0.337412", "RotatE, from its format string"),
    )
    lines: ClassVar[tuple[CountedLine, ...]] = (
        CountedLine(
            head=pattern(r"(?=Training average \w{1,60} at step (?P<step>\d{1,12}): )", re.ASCII),
            pair=pattern(
                rf"Training average (?P<name>\w{{1,60}}) at step \d{{1,12}}: (?P<value>{NUMBER})(?P<unit>)", re.ASCII
            ),
        ),
        CountedLine(
            head=pattern(r"(?=(?:Valid|Test) [\w@]{1,40} at step (?P<step>\d{1,12}): )", re.ASCII),
            pair=pattern(
                rf"(?P<name>(?:Valid|Test) [\w@]{{1,40}}) at step \d{{1,12}}: (?P<value>{NUMBER})(?P<unit>)", re.ASCII
            ),
            kind=StageKind.EVAL,
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {"total_steps": pattern(r"max_steps = (\d{1,12})", re.ASCII)}
