"""The command line: what is typed becomes a call; data to stdout, talk to stderr, exit codes as documented."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainmon.errors import TrainmonError

if TYPE_CHECKING:
    from trainmon.settings import Settings

_COMMANDS = ("watch", "serve", "replay", "summary", "status", "estimates", "backtest", "formats")

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


class SummaryFormat(StrEnum):
    """What a summary is written as."""

    MD = "md"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    first = next((word for word in typed if not word.startswith("-")), None)
    own = ("-h", "--help", "--version", "--install-completion", "--show-completion")
    if typed and typed[0] not in own and (typed[0] != first or first not in _COMMANDS):
        typed.insert(0, "watch")
    try:
        _check_command(first)
        app(typed, standalone_mode=True)
    except TrainmonError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our output has enough of it; nothing to say, and nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)


def _check_command(word: str | None) -> None:
    """A word that names neither a command nor LOGS, but nearly a command. Raises UsageError."""
    if word is None or word in _COMMANDS or os.path.lexists(word) or not word.isalpha():
        return
    from difflib import get_close_matches

    meant = get_close_matches(word.lower(), _COMMANDS, n=1, cutoff=0.7)
    if meant:
        from trainmon.errors import UsageError

        raise UsageError(f"no command, file or folder is called {word}: did you mean `trainmon {meant[0]}`?")


def _say(message: str) -> None:
    from trainmon.sanitise import clean

    print(f"trainmon: {clean(message)}", file=sys.stderr)  # noqa: T201 the one place that talks


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def _settings(
    logs: Sequence[str],
    estimates: list[Path] | None,
    scenario: str | None,
    hardware: str | None,
    config: Path | None,
    *,
    deadline: str | None = None,
    on_event: str | None = None,
    desktop: bool | None = None,
    bell: bool | None = None,
) -> Settings:
    from trainmon.settings import load_settings

    return load_settings(
        logs,
        config=config,
        estimates=estimates or (),
        scenario=scenario,
        hardware=hardware,
        deadline=deadline,
        on_event=on_event,
        desktop=desktop,
        bell=bell,
    )


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        _print(f"trainmon {version('trainmon')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before any command."""


@app.command()
def watch(
    logs: Logs,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    deadline: DeadlineOption = None,
    config: ConfigOption = None,
    hz: Annotated[float, typer.Option("--hz", min=0.1, max=10.0, help="Looks per second.")] = 1.0,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters only.")] = False,
    on_event: Annotated[
        str | None,
        typer.Option(
            "--on-event",
            metavar="COMMAND",
            help="Run it for every alert, without a shell; {event}, {run}, {text} are replaced, JSON comes on stdin.",
        ),
    ] = None,
    desktop: Annotated[
        bool | None, typer.Option("--desktop/--no-desktop", help="Show alerts on the desktop, where the terminal can.")
    ] = None,
    bell: Annotated[bool | None, typer.Option("--bell/--no-bell", help="Ring the bell for alerts (default).")] = None,
) -> None:
    """Show the runs under LOGS and keep up with them; plain lines where there is no terminal."""
    from trainmon.tui.guard import can_show_screen
    from trainmon.watching import print_changes

    settings = _settings(
        logs,
        estimates,
        scenario,
        hardware,
        config,
        deadline=deadline,
        on_event=on_event,
        desktop=desktop,
        bell=bell,
    )
    reason = can_show_screen(sys.stdin, sys.stdout, sys.stderr, os.environ)
    if reason is not None:
        raise typer.Exit(print_changes(logs, settings, _print, ascii_only=ascii_only))
    from trainmon.live_screen import watch_live

    raise typer.Exit(watch_live(logs, settings, ascii=ascii_only, hz=hz))


@app.command()
def serve(
    logs: Logs,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free port.")] = 8000,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    config: ConfigOption = None,
) -> None:
    """Show the same screens in a browser on this machine. Needs the extra: pip install 'trainmon[web]'."""
    from importlib.util import find_spec

    from trainmon.errors import UsageError
    from trainmon.session import new_scanner

    if find_spec("textual_serve") is None:
        raise UsageError("serve needs the extra web: pip install 'trainmon[web]'")
    _settings(logs, estimates, scenario, hardware, config)
    new_scanner(logs).check()
    from trainmon.tui.serve import ScreenServer, bind

    options = [("--scenario", scenario), ("--hardware", hardware), ("--config", config)]
    options += [("--estimates", document) for document in estimates or ()]
    watch_arguments = [f"{name}={value}" for name, value in options if value is not None]
    server = ScreenServer([*watch_arguments, "--", *logs], bind(port))
    _say(f"{server.public_url} on this machine only; from elsewhere: ssh -L {server.port}:127.0.0.1:{server.port} HOST")
    server.serve()


@app.command()
def replay(
    logs: Logs,
    speed: Annotated[
        float, typer.Option("--speed", min=1, max=10_000, help="Seconds of the logs' time per second.")
    ] = 60.0,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    config: ConfigOption = None,
    hz: Annotated[float, typer.Option("--hz", min=0.1, max=10.0, help="Looks per second.")] = 2.0,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters only.")] = False,
) -> None:
    """Show the same screens over archived logs, on the logs' own clock; plain lines where there is no terminal."""
    from trainmon.replay.source import ReplaySource, print_replay
    from trainmon.tui.guard import can_show_screen

    settings = _settings(logs, estimates, scenario, hardware, config)
    if can_show_screen(sys.stdin, sys.stdout, sys.stderr, os.environ) is not None:
        raise typer.Exit(print_replay(logs, settings, _print, ascii_only=ascii_only))
    from trainmon.tui.replay_app import run_replay

    raise typer.Exit(run_replay(ReplaySource(logs, settings, speed=speed), ascii=ascii_only, hz=hz))


@app.command()
def status(
    logs: Logs,
    json: JsonOption = False,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    deadline: DeadlineOption = None,
    config: ConfigOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name the files that were skipped, too.")] = False,
) -> None:
    """Take one look and exit: 1 when a run needs attention, 3 when there is nothing to read."""
    from trainmon.attention import needs_attention
    from trainmon.exports.contract import board_object, json_text
    from trainmon.exports.status_text import status_text
    from trainmon.session import look_once

    board = look_once(logs, _settings(logs, estimates, scenario, hardware, config, deadline=deadline))
    _print(json_text(board_object(board)) if json else status_text(board, width=_width(), name_skipped=verbose))
    raise typer.Exit(1 if any(needs_attention(run) for run in board.runs) else 0)


@app.command()
def summary(
    logs: Logs,
    format: Annotated[SummaryFormat, typer.Option("--format", "-f", help="What to write.")] = SummaryFormat.MD,  # noqa: A002
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing FILE.")] = False,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    config: ConfigOption = None,
) -> None:
    """Report plan against actual for the runs under LOGS."""
    from trainmon.exports.export import write_report
    from trainmon.exports.summaries import summarise
    from trainmon.session import look_once

    board = look_once(logs, _settings(logs, estimates, scenario, hardware, config))
    text = summarise(board, format.value)
    if output is None:
        _print(text)
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

    read = []
    for path in documents:
        try:
            read.append(read_any(path))
        except OSError as error:
            raise NothingReadableError(f"{path}: {error.strerror or error}") from None
    _print(json_text(estimates_object(read)) if json else estimates_text(read, width=_width()))
    if write is not None:
        from trainmon.exports.export import write_report
        from trainmon.plan.plan_file import plan_toml

        write_report(write, plan_toml(read), force=force)
    raise typer.Exit(4 if strict and any(document.contradictions for document in read) else 0)


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

        _print(json_text(json_schema()))
        return
    from trainmon.exports.formats_text import formats_text
    from trainmon.session import known_formats

    _print(formats_text(known_formats(_settings((), None, None, None, config))))


@formats_app.command()
def explain(
    log: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, show_default=False)],
    config: ConfigOption = None,
) -> None:
    """Show piece by piece what was read as what, by which format, and why the run got its total."""
    from trainmon.exports.formats_text import explain_text, explained
    from trainmon.session import look_once, reader_of

    settings = _settings((str(log),), None, None, None, config)
    try:
        runs = look_once((str(log),), settings, archive=True).runs
    except TrainmonError:
        runs = ()
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    data, reader = reader_of(log, settings)
    for line in explain_text(explained(data, reader), runs[0] if runs else None, colour=colour):
        _print(line)


@app.command()
def backtest(logs: Logs, json: JsonOption = False, config: ConfigOption = None) -> None:
    """Replay finished runs and show how good the ETA would have been on the way."""
    from trainmon.exports.contract import json_text
    from trainmon.session import backtests
    from trainmon.timing.backtest_report import backtest_object, backtest_text

    runs = backtests(logs, _settings(logs, None, None, None, config))
    _print(json_text(backtest_object(runs)) if json else backtest_text(runs))


def _width() -> int | None:
    """Columns of the terminal; None when stdout is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        return None
