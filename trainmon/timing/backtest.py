"""How good the ETA would have been: a finished log is read again, and at set moments the forecast is held to the end.

Pure: bytes with their times go in, scores come out. Where nobody knows when the bytes arrived, the log's own clock
tells the time. The rivals of `trainmon.timing.rivals` answer from the same states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from trainmon.events import EndingKind, StageKind
from trainmon.parsers.base import LogFormat
from trainmon.reading.encodings import decoder_for
from trainmon.reading.reader import LogReader
from trainmon.runs.standstill import stood_still_s
from trainmon.runs.state import RunState
from trainmon.snapshot import Eta, EtaCheck
from trainmon.timing.eta import forecast
from trainmon.timing.rivals import NAMES, Rivals

SHARES = (0.01, 0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90)
"""Of the wall time of a run: when the ETA is asked for."""
OURS = "trainmon"
CHECK_BYTES = 64 << 20
"""A summary replays no longer log."""
_CHUNKS = 20_000
"""A log without arrival times is read in at most so many pieces."""
_STRETCHES = 400
"""So many pieces are enough to ask at quarters; each is read as history, which is quick."""

Piece = tuple[bytes, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One question put to a run in its past."""

    share: float
    at_s: float
    """Seconds from the first byte of the log."""
    true_s: float
    """What was left in truth."""
    eta: Eta | None
    rivals: Mapping[str, float | None]

    def guess(self, name: str) -> float | None:
        """Seconds left according to one of them."""
        if name == OURS:
            return self.eta.remaining_s.likely if self.eta is not None else None
        return self.rivals.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBacktest:
    """A replayed run; `reason` says why there are no moments."""

    name: str
    duration_s: float = 0.0
    moments: tuple[Moment, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Errors of one estimator at one share of the wall time, in percent of what was left."""

    count: int
    mean: float
    median: float
    bias: float
    """Median of the signed error; above 0: too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareScore:
    """All estimators at one share, where ours and the rival both had an answer."""

    share: float
    asked: int
    answered: int
    scores: Mapping[str, Score]
    coverage: float | None
    """Share of runs whose end lay in the 80 % interval."""
    width: float | None
    """Median width of the interval over the likely value."""


class _Replay:
    """A run read again piece by piece."""

    def __init__(
        self, formats: Sequence[type[LogFormat]], pieces: Sequence[Piece], default_year: int | None, *, quick: bool
    ) -> None:
        self.state = RunState()
        self._reader = LogReader(formats, default_year=default_year)
        self._decoder = decoder_for(pieces[0][0])
        self._ahead_bytes = sum(len(data) for data, _ in pieces) if quick else None

    def feed(self, piece: Piece) -> float:
        """Read on; gives the time: of the arrival, else of the run's own clock."""
        data, arrived_s = piece
        if self._ahead_bytes is not None:
            self._ahead_bytes -= len(data)
        text = self._decoder.feed(data)
        self.state.apply_all(self._reader.feed(text, arrived_s=arrived_s, ahead_bytes=self._ahead_bytes))
        return arrived_s if arrived_s is not None else self.state.clock.now_s

    def finish(self) -> None:
        self.state.apply_all(self._reader.flush())

    def ask(self, silence_s: float, elapsed_s: float) -> Eta | None:
        """The forecast as it would have been shown."""
        state = self.state
        whole, train = state.whole_run, state.roles.train
        if train is None:
            return None
        return forecast(
            train.clock.pace(),
            step=whole.step,
            total_steps=whole.total,
            now_s=stood_still_s(state, silence_s),
            last_observed_s=0.0,
            elapsed_s=elapsed_s,
        )


def backtest(
    name: str,
    pieces: Sequence[Piece],
    formats: Sequence[type[LogFormat]],
    *,
    shares: Sequence[float] = SHARES,
    default_year: int | None = None,
    quick: bool = False,
) -> RunBacktest:
    """Replay one log; `pieces` are its bytes with the time each arrived, or None where nobody knows.

    `quick`: pieces are stretches of many lines, of which only so many states of each counter are read.
    """
    if not pieces:
        return RunBacktest(name=name, reason="empty")
    first = _Replay(formats, pieces, default_year, quick=quick)
    times = [first.feed(piece) for piece in pieces]
    first.finish()
    began_s, duration_s = times[0], times[-1] - times[0]
    if pieces[0][1] is None:
        began_s, duration_s = 0.0, first.state.clock.now_s
    if not _finished(first.state):
        return RunBacktest(name=name, duration_s=duration_s, reason="the run did not finish")
    if duration_s <= 0:
        return RunBacktest(name=name, reason="nothing in it tells the time")
    replay = _Replay(formats, pieces, default_year, quick=quick)
    moments = tuple(_moments(replay, pieces, began_s, duration_s, shares))
    return RunBacktest(name=name, duration_s=duration_s, moments=moments)


def checks(run: RunBacktest) -> tuple[EtaCheck, ...]:
    """What the ETA said on the way against what came true, for a summary; moments at the very end say nothing."""
    return tuple(
        EtaCheck(
            share=moment.share,
            at_s=moment.at_s,
            remaining_s=moment.eta.remaining_s if moment.eta is not None else None,
            true_s=moment.true_s,
        )
        for moment in run.moments
        if moment.true_s > 0
    )


def in_stretches(data: bytes) -> list[Piece]:
    """The pieces of a log whose arrival nobody timed, for a quick replay."""
    return _cut(data, _STRETCHES)


def in_lines(data: bytes) -> list[Piece]:
    """The pieces of a log whose arrival nobody timed: redraw by redraw, coarser where it is long."""
    return _cut(data, _CHUNKS)


def _cut(data: bytes, most: int) -> list[Piece]:
    ends = [index + 1 for index, byte in enumerate(data) if byte in b"\r\n"] if len(data) <= 1 << 22 else []
    if not ends:
        ends = list(range(1 << 14, len(data), 1 << 14))
    ends = [*ends[:: len(ends) // most + 1], len(data)]
    starts = [0, *ends[:-1]]
    return [(data[start:end], None) for start, end in zip(starts, ends, strict=True) if end > start]


def _moments(
    replay: _Replay, pieces: Sequence[Piece], began_s: float, duration_s: float, shares: Sequence[float]
) -> Iterator[Moment]:
    rivals = Rivals(began_s)
    waiting = sorted(shares)
    last_s = began_s
    for data, arrived_s in pieces:
        if arrived_s is not None:
            while waiting and arrived_s > began_s + waiting[0] * duration_s:
                yield _moment(replay, rivals, waiting.pop(0), began_s, duration_s, last_s)
        at_s = replay.feed((data, arrived_s))
        while arrived_s is None and waiting and at_s > began_s + waiting[0] * duration_s:
            yield _moment(replay, rivals, waiting.pop(0), began_s, duration_s, at_s)
        last_s = max(last_s, at_s)
        whole = replay.state.whole_run
        if whole.step is not None and replay.state.roles.train is not None:
            rivals.observe(at_s, whole.step)


def _moment(replay: _Replay, rivals: Rivals, share: float, began_s: float, duration_s: float, last_s: float) -> Moment:
    now_s = max(began_s + share * duration_s, last_s)
    state = replay.state
    total, train = state.whole_run.total, state.roles.train
    told: Mapping[str, float | None] = dict.fromkeys(NAMES)
    if total is not None and train is not None:
        evaluations = train.clock.overheads().get(StageKind.EVAL)
        told = rivals.remaining(now_s, total, evaluations.total_s if evaluations is not None else 0.0)
    return Moment(
        share=share,
        at_s=now_s - began_s,
        true_s=max(began_s + duration_s - now_s, 0.0),
        eta=replay.ask(now_s - last_s, last_s - began_s),
        rivals=told,
    )


def _finished(state: RunState) -> bool:
    whole = state.whole_run
    if state.end is not None:
        return state.end.kind in (EndingKind.FINISHED, EndingKind.EARLY_STOPPED)
    return whole.step is not None and whole.total is not None and whole.step >= whole.total


def score(runs: Sequence[RunBacktest], shares: Sequence[float] = SHARES) -> list[ShareScore]:
    """Scores by share of the wall time, over all runs."""
    found: list[ShareScore] = []
    for share in shares:
        asked = [m for run in runs for m in run.moments if m.share == share and m.true_s > 0]
        answered = [m for m in asked if m.eta is not None]
        scores = {name: one for name in (OURS, *NAMES) if (one := _score(answered, name)) is not None}
        found.append(
            ShareScore(
                share=share,
                asked=len(asked),
                answered=len(answered),
                scores=scores,
                coverage=_coverage(answered),
                width=_width(answered),
            )
        )
    return found


def _score(moments: Sequence[Moment], name: str) -> Score | None:
    errors = [100 * (guess / m.true_s - 1) for m in moments if (guess := m.guess(name)) is not None]
    if not errors:
        return None
    sizes = [abs(error) for error in errors]
    return Score(count=len(errors), mean=fmean(sizes), median=median(sizes), bias=median(errors))


def _coverage(moments: Sequence[Moment]) -> float | None:
    hits = [m.eta.remaining_s.low <= m.true_s <= m.eta.remaining_s.high for m in moments if m.eta is not None]
    return fmean(hits) if hits else None


def _width(moments: Sequence[Moment]) -> float | None:
    rests = [m.eta.remaining_s for m in moments if m.eta is not None and m.eta.remaining_s.likely > 0]
    return median((rest.high - rest.low) / rest.likely for rest in rests) if rests else None
