"""Commands that show screens: watch, serve, replay."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from trainmon.cli.common import (
    ConfigOption,
    DeadlineOption,
    EstimatesOption,
    HardwareOption,
    Logs,
    ScenarioOption,
    app,
    settings_of,
)
from trainmon.cli.output import emit, say
from trainmon.cli.watch import HZ, watch


@app.command(name="watch")
def watch_command(
    logs: Logs,
    estimates: EstimatesOption = None,
    scenario: ScenarioOption = None,
    hardware: HardwareOption = None,
    deadline: DeadlineOption = None,
    config: ConfigOption = None,
    hz: Annotated[float, typer.Option("--hz", min=0.1, max=10.0, help="Looks per second.")] = HZ,
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
    options = {
        "estimates": estimates or (),
        "scenario": scenario,
        "hardware": hardware,
        "config": config,
        "deadline": deadline,
        "on_event": on_event,
        "desktop": desktop,
        "bell": bell,
    }
    raise typer.Exit(watch(logs, options, hz=hz, ascii_only=ascii_only))


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
    settings_of(logs, estimates, scenario, hardware, config)
    new_scanner(logs).check()
    from trainmon.tui.serve import ScreenServer, bind

    options = [("--scenario", scenario), ("--hardware", hardware), ("--config", config)]
    options += [("--estimates", document) for document in estimates or ()]
    watch_arguments = [f"{name}={value}" for name, value in options if value is not None]
    server = ScreenServer([*watch_arguments, "--", *logs], bind(port))
    say(f"{server.public_url} on this machine only; from elsewhere: ssh -L {server.port}:127.0.0.1:{server.port} HOST")
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

    settings = settings_of(logs, estimates, scenario, hardware, config)
    if can_show_screen(sys.stdin, sys.stdout, sys.stderr, os.environ) is not None:
        raise typer.Exit(print_replay(logs, settings, emit, ascii_only=ascii_only))
    from trainmon.tui.replay_app import run_replay

    raise typer.Exit(run_replay(ReplaySource(logs, settings, speed=speed), ascii=ascii_only, hz=hz))
