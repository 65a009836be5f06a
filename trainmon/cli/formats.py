"""`trainmon formats`: what is read, and what was read as what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from trainmon.cli.common import ConfigOption, app, settings_of
from trainmon.cli.output import emit, is_terminal
from trainmon.errors import NothingReadableError, TrainmonError

formats_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(formats_app, name="formats")


@formats_app.callback()
def formats_command(
    context: typer.Context,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the JSON contract.")] = False,
    config: ConfigOption = None,
) -> None:
    """List the log formats that are read; `formats explain FILE` shows which line was read as what."""
    if context.invoked_subcommand is not None:
        return
    if schema:
        from trainmon.exports.contract import json_text
        from trainmon.exports.schema import schema as json_schema

        emit(json_text(json_schema()))
        return
    from trainmon.exports.formats_text import formats_text
    from trainmon.session import known_formats

    emit(formats_text(known_formats(settings_of((), None, None, None, config))))


@formats_app.command()
def explain(
    log: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, show_default=False)],
    config: ConfigOption = None,
) -> None:
    """Show piece by piece what was read as what, by which format, and why the run got its total."""
    from trainmon.exports.formats_text import explain_text, explained
    from trainmon.reading.file_kinds import is_binary
    from trainmon.session import look_once, reader_of

    settings = settings_of((str(log),), None, None, None, config)
    try:
        runs = look_once((str(log),), settings, archive=True).runs
    except TrainmonError:
        runs = ()
    colour = is_terminal() and not os.environ.get("NO_COLOR")
    data, reader = reader_of(log, settings)
    if is_binary(data):
        raise NothingReadableError(f"{log}: binary, no log")
    for line in explain_text(explained(data, reader), runs[0] if runs else None, colour=colour):
        emit(line)
