"""Commands that print or write and end: status, summary, estimates, backtest."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trainmon.cli.common import (
    ConfigOption,
    DeadlineOption,
    EstimatesOption,
    HardwareOption,
    JsonOption,
    Logs,
    ScenarioOption,
    app,
    settings_of,
)
from trainmon.cli.output import emit, width


class SummaryFormat(StrEnum):
    """What a summary is written as."""

    MD = "md"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def _format_of(output: Path | None) -> SummaryFormat:
    """What a file of this name holds."""
    suffix = output.suffix.lower().removeprefix(".") if output is not None else ""
    return SummaryFormat(suffix) if suffix in set(SummaryFormat) else SummaryFormat.MD


@app.command()
def status(
    logs: Logs,
    json: JsonOption = False,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    deadline: DeadlineOption = None,
    config: ConfigOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say where times come from, name skipped files.")
    ] = False,
) -> None:
    """Take one look and exit: 1 when a run needs attention, 3 when there is nothing to read."""
    from trainmon.attention import needs_attention
    from trainmon.exports.contract import board_object, json_text
    from trainmon.exports.status_text import status_text
    from trainmon.session import look_once

    board = look_once(logs, settings_of(logs, estimates, scenario, hardware, config, deadline=deadline))
    emit(json_text(board_object(board)) if json else status_text(board, width=width(), verbose=verbose))
    raise typer.Exit(1 if any(needs_attention(run) for run in board.runs) else 0)


@app.command()
def summary(
    logs: Logs,
    format: Annotated[  # noqa: A002
        SummaryFormat | None,
        typer.Option("--format", "-f", help="What to write; as FILE is called, else md.", show_default=False),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing FILE.")] = False,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    config: ConfigOption = None,
) -> None:
    """Report plan against actual for the runs under LOGS."""
    from trainmon.eta_accuracy import with_eta_accuracy
    from trainmon.exports.export import write_report
    from trainmon.exports.summaries import summarise
    from trainmon.session import look_once

    settings = settings_of(logs, estimates, scenario, hardware, config)
    kind = format or _format_of(output)
    text = summarise(with_eta_accuracy(look_once(logs, settings), settings), kind.value)
    if output is None:
        emit(text)
    else:
        write_report(output, text, force=force)


@app.command(name="estimates")
def estimates_command(
    documents: Annotated[list[Path], typer.Argument(metavar="DOC...", show_default=False)],
    json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 4 when a document contradicts itself.")] = False,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="PLAN.toml", help="Freeze what was read into a file to correct; it then wins."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
) -> None:
    """Show what estimate documents claim, line by line, and where they contradict themselves."""
    from trainmon.errors import NothingReadableError
    from trainmon.exports.contract import estimates_object, json_text
    from trainmon.plan.documents import read_any
    from trainmon.plan.estimates_text import estimates_text

    read, unread = [], []
    for path in documents:
        try:
            read.append(read_any(path))
        except NothingReadableError as error:
            unread.append(str(error))
        except OSError as error:
            unread.append(f"{path}: {'a folder; name its documents' if path.is_dir() else error.strerror or error}")
    if read or not unread:
        emit(json_text(estimates_object(read)) if json else estimates_text(read, width=width()))
    if unread:
        raise NothingReadableError("; ".join(unread))
    if write is not None:
        from trainmon.exports.export import write_report
        from trainmon.plan.plan_file import plan_toml

        write_report(write, plan_toml(read), force=force)
    raise typer.Exit(4 if strict and any(document.contradictions for document in read) else 0)


@app.command()
def backtest(logs: Logs, json: JsonOption = False, config: ConfigOption = None) -> None:
    """Replay finished runs and show how good the ETA would have been on the way."""
    from trainmon.eta_accuracy import backtests
    from trainmon.exports.contract import json_text
    from trainmon.timing.backtest_report import backtest_object, backtest_text

    runs = backtests(logs, settings_of(logs, None, None, None, config))
    emit(json_text(backtest_object(runs)) if json else backtest_text(runs))
