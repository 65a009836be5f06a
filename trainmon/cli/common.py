"""What all commands share: the Typer app, their options, and settings from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trainmon.settings import Settings

app = typer.Typer(
    name="trainmon",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watch training runs from their plain log files: progress of the whole run, step time, ETA, and how that"
    " compares with the documented estimate. `trainmon LOGS...` is short for `trainmon watch LOGS...`.",
)

Logs = Annotated[
    list[str], typer.Argument(metavar="LOGS...", help="Folders, files or quoted patterns.", show_default=False)
]
EstimatesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--estimates", metavar="DOC", help="An estimate document; without it those in and beside LOGS are used."
    ),
]
DeadlineOption = Annotated[
    str | None,
    typer.Option("--deadline", metavar="TIME", help="When runs are ended from outside: 18:30, 6h, Slurm's 1-12:00:00."),
]
ScenarioOption = Annotated[
    str | None, typer.Option("--scenario", metavar="TEXT", help="Which documented scenario applies.")
]
HardwareOption = Annotated[
    str | None, typer.Option("--hardware", metavar="TEXT", help="Which documented hardware applies.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings instead of trainmon.toml.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the JSON contract.")]


def settings_of(
    logs: Sequence[str],
    estimates: list[Path] | None,
    scenario: str | None,
    hardware: str | None,
    config: Path | None,
    *,
    deadline: str | None = None,
) -> Settings:
    """Settings for these LOGS and options. Raises UsageError."""
    from trainmon.settings import load_settings

    return load_settings(
        logs,
        config=config,
        estimates=estimates or (),
        scenario=scenario,
        hardware=hardware,
        deadline=deadline,
    )
