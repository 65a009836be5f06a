"""From the state of a run to its snapshot: how long it takes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from trainmon.parsers import log_formats
from trainmon.reading.reader import LogReader
from trainmon.runs.present import present
from trainmon.runs.state import RunState
from trainmon.runs.status import Liveness
from trainmon.snapshot import RunSnapshot, RunStatus

NOW = 1_800_000_000.0
STAMPED = "".join(f"2026-11-20 10:00:{n:02d} INFO step {n}/1000 loss 0.5\n" for n in range(1, 41))
BAR = "".join(f"\rtrain:  {n}%|   | {n}/100 [00:{n:02d}<01:00,  1.00it/s]" for n in range(41)) + "\n"


def shown(parts: Sequence[tuple[str, float | None]], live: Liveness, now: float = NOW) -> RunSnapshot:
    """`parts` are texts and when they arrived."""
    reader, state = LogReader(log_formats(), default_year=2026), RunState()
    for text, arrived_s in parts:
        if arrived_s is not None:
            state.arrived(arrived_s)
        state.apply_all(reader.feed(text.encode(), arrived_s=arrived_s))
    return present(state, name="run", files=(), live=live, now=now)


@pytest.mark.parametrize(("text", "told_s"), [(STAMPED, 39.0), (BAR, 40.0)], ids=["timestamps", "a bar"])
def test_a_run_that_has_fallen_silent_goes_on_lasting(text: str, told_s: float) -> None:
    live = Liveness(writer_alive=True, grew_at=NOW - 1000)

    run = shown([(text, None)], live)

    assert (run.state, run.elapsed_s) == (RunStatus.STALLED, told_s + 1000)


def test_a_run_that_is_over_lasts_no_longer() -> None:
    run = shown([(STAMPED, None)], Liveness(writer_alive=False, grew_at=NOW - 1000))

    assert (run.state, run.elapsed_s) == (RunStatus.INTERRUPTED, 39.0)


def test_what_was_watched_before_the_first_bar_counts_although_no_line_tells_it() -> None:
    parts = [("embeddings_cache.pkl found\nsampling\n", NOW), (BAR, NOW + 153 + 40)]

    run = shown(parts, Liveness(archive=True, seen_growing=True))

    assert run.elapsed_s == pytest.approx(193.0)
