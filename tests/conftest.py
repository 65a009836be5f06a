"""Shared fixtures: the optional folder of reference logs and documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fake_driver import driver, library, monitor  # noqa: F401 - fixtures of several tests
from tests.pressed import at_rest

settings.register_profile(
    "any machine", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference logs and documents beside the repository; tests that need it skip without it."""
    named = os.environ.get("TRAINMON_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "logs").is_dir():
        pytest.skip("no folder of reference logs beside the repository")
    return folder


_OF_THE_SURROUNDINGS = (
    "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "PY_COLORS",
    "TERMINAL_WIDTH", "TMUX", "TMUX_PANE", "STY", "VTE_VERSION", "SLURM_JOB_ID",
)  # fmt: skip
"""Variables of the terminal and the job that a test is started from, which programs act on."""

_OF_THE_TESTS = ("TRAINMON_SHARED", "TEXTUAL_SNAPSHOT_TEMPDIR")


@pytest.fixture(scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _surroundings(_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the tests run, the programs that they start find the same: no settings, nothing remembered."""
    for name in list(os.environ):
        own = name.startswith(("TRAINMON_", "TEXTUAL")) and name not in _OF_THE_TESTS
        if own or name in _OF_THE_SURROUNDINGS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(_home / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(_home / "state"))


@pytest.fixture(autouse=True)
def _pilots_wait_until_the_app_is_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too: Textual's pilot takes an app that is given no time for one that has done all."""
    monkeypatch.setattr("textual.app.wait_for_idle", at_rest)
    monkeypatch.setattr("textual.pilot.wait_for_idle", at_rest)
