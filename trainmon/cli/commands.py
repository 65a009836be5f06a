"""All commands put together in the Typer app."""

from __future__ import annotations

from typing import Annotated

import typer

from trainmon.cli import formats, reports, screens
from trainmon.cli.common import app
from trainmon.cli.output import emit

__all__ = ["app", "formats", "reports", "screens"]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        emit(f"trainmon {version('trainmon')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before any command."""
