"""Shared fixtures: the optional folder of reference logs and documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fake_driver import driver, library, monitor  # noqa: F401 - fixtures of several tests
from tests.pressed import at_rest

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference logs and documents beside the repository; tests that need it skip without it."""
    named = os.environ.get("TRAINMON_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "logs").is_dir():
        pytest.skip("no folder of reference logs beside the repository")
    return folder


@pytest.fixture(autouse=True)
def _pilots_wait_until_the_app_is_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too: Textual's pilot takes an app that is given no time for one that has done all."""
    monkeypatch.setattr("textual.app.wait_for_idle", at_rest)
    monkeypatch.setattr("textual.pilot.wait_for_idle", at_rest)
