"""How good the ETA was: logs replayed, and what was said on the way held against what came true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from trainmon.errors import NothingReadableError
from trainmon.reading.guard import guarded
from trainmon.session import known_formats, look_once, reader_of, this_year
from trainmon.settings import Settings
from trainmon.snapshot import ETA_CHECKED, Board, EtaCheck, RunSnapshot, RunStatus
from trainmon.timing.arrivals import arrivals_beside, cut
from trainmon.timing.backtest import CHECK_BYTES, RunBacktest, backtest, checks, in_lines, in_stretches
from trainmon.units import bytes_text


def backtests(logs: Sequence[str], settings: Settings) -> list[RunBacktest]:
    """Replay every log under LOGS. Raises NothingReadableError where there is none."""
    board_runs = look_once(logs, settings, archive=True).runs
    found = []
    for run in board_runs:
        path = Path(run.files[0].path)
        earlier = run.files[0].earlier
        arrivals = () if earlier else arrivals_beside(path)
        data, _ = reader_of(path, settings, earlier)
        pieces = cut(data, arrivals) if arrivals else in_lines(data)
        found.append(backtest(run.name, pieces, known_formats(settings), default_year=this_year()))
    return found


def with_eta_accuracy(board: Board, settings: Settings) -> Board:
    """Add to every finished run what its ETA would have said on the way; a note says where that was not replayed."""
    runs, notes = [], []
    for run in board.runs:
        found, reason = _eta_accuracy(run, settings)
        runs.append(replace(run, eta_accuracy=found))
        if reason:
            notes.append(f"ETA accuracy of {run.name} not replayed: {reason}")
    return replace(board, runs=tuple(runs), notes=(*board.notes, *notes))


def _eta_accuracy(run: RunSnapshot, settings: Settings) -> tuple[tuple[EtaCheck, ...], str]:
    """The checks, and what kept from replaying the log."""
    if run.state is not RunStatus.FINISHED or not run.files:
        return (), ""
    if run.files[0].earlier:
        return (), "its log was rotated"
    if run.files[0].bytes > CHECK_BYTES:
        return (), f"{bytes_text(run.files[0].bytes)} of log, more than {bytes_text(CHECK_BYTES)}"
    try:
        data, _ = reader_of(Path(run.files[0].path), settings)
    except NothingReadableError as error:
        return (), str(error)
    replayed, fault = guarded(
        lambda: backtest(
            run.name,
            in_stretches(data),
            known_formats(settings),
            shares=ETA_CHECKED,
            default_year=this_year(),
            quick=True,
        )
    )
    return (checks(replayed) if replayed is not None else ()), fault
