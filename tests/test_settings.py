"""Which setting counts, and which file may say what."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from trainmon.errors import UsageError
from trainmon.settings import load_settings


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(folder / "config"), **more}


def users(folder: Path, text: str) -> None:
    (folder / "config" / "trainmon").mkdir(parents=True)
    (folder / "config" / "trainmon" / "trainmon.toml").write_text(text)


def test_alerts_ring_and_stay_in_the_terminal_by_default(logs: Path, tmp_path: Path) -> None:
    settings = load_settings([str(logs)], environment=environment(tmp_path))

    assert (settings.bell, settings.desktop, settings.on_event, settings.notes) == (True, False, None, ())


def test_the_user_s_file_counts_less_than_the_log_folder_s_and_that_less_than_the_environment(
    logs: Path, tmp_path: Path
) -> None:
    users(tmp_path, 'on_event = "notify-send {text}"\nbell = false\ndesktop = true\n')
    (logs / "trainmon.toml").write_text("bell = true\n")

    plain = load_settings([str(logs)], environment=environment(tmp_path))
    set_ = load_settings([str(logs)], environment=environment(tmp_path, TRAINMON_BELL="no", TRAINMON_ON_EVENT="true"))
    typed = load_settings([str(logs)], desktop=False, on_event="false", environment=environment(tmp_path))

    assert (plain.bell, plain.desktop, plain.on_event) == (True, True, "notify-send {text}")
    assert (set_.bell, set_.desktop, set_.on_event) == (False, True, "true")
    assert (typed.bell, typed.desktop, typed.on_event) == (True, False, "false")


def test_a_log_folder_names_no_commands(logs: Path, tmp_path: Path) -> None:
    (logs / "trainmon.toml").write_text('on_event = "rm -rf ."\ndesktop = true\n')

    found = load_settings([str(logs)], environment=environment(tmp_path))
    named = load_settings([str(logs)], config=logs / "trainmon.toml", environment=environment(tmp_path))

    assert found.on_event is None
    assert found.desktop
    assert "left aside" in found.notes[0]
    assert (named.on_event, named.notes) == ("rm -rf .", ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("bell = 1", "bell must be true or false", id="a number"),
        pytest.param('desktop = "yes"', "desktop must be true or false", id="a text"),
        pytest.param('on_event = ["notify-send"]', "on_event must be a text", id="a list"),
        pytest.param('on_events = "x"', "unknown key 'on_events'", id="a misspelt key"),
    ],
)
def test_a_setting_of_another_type_is_a_usage_error(text: str, message: str, logs: Path, tmp_path: Path) -> None:
    (logs / "trainmon.toml").write_text(text)

    with pytest.raises(UsageError, match=message):
        load_settings([str(logs)], environment=environment(tmp_path))


def test_a_switch_in_the_environment_is_yes_or_no(logs: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="TRAINMON_BELL must be 1 or 0"):
        load_settings([str(logs)], environment=environment(tmp_path, TRAINMON_BELL="loud"))


def test_a_log_folder_that_must_not_be_entered_has_no_settings(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def guarded(path: str | Path, *arguments: Any, **named: Any) -> os.stat_result:
        if str(path).endswith("logs/trainmon.toml"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "stat", guarded)

    assert load_settings([str(logs)], environment=environment(tmp_path)).origin is None


def test_settings_that_must_not_be_read_are_named(logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (logs / "trainmon.toml").write_text("bell = true")

    def refuse(path: Path, *_arguments: Any, **_named: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(UsageError, match=r"trainmon\.toml: Permission denied"):
        load_settings([str(logs)], environment=environment(tmp_path))


def test_formats_know_the_file_that_they_are_written_in(logs: Path, tmp_path: Path) -> None:
    table = "[[formats]]\nname = '{}'\npattern = '(?P<step>1)'\n"
    users(tmp_path, table.format("users"))
    (logs / "trainmon.toml").write_text(table.format("here"))

    formats = load_settings([str(logs)], environment=environment(tmp_path)).formats

    assert [(path.parent.name, [one["name"] for one in tables]) for path, tables in formats.items()] == [
        ("logs", ["here"]),
        ("trainmon", ["users"]),
    ]


def test_formats_are_tables(logs: Path, tmp_path: Path) -> None:
    (logs / "trainmon.toml").write_text('formats = "mine"\n')

    with pytest.raises(UsageError, match=r"trainmon.toml: formats must be written as \[\[formats\]\]"):
        load_settings([str(logs)], environment=environment(tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param('estimates = ["docs/plan.md"]\n', "no such estimate document: .*docs/plan.md", id="no document"),
        pytest.param('deadline = "half past"\n', "cannot read the deadline 'half past'", id="no time"),
        pytest.param('deadline = "25:00"\n', "cannot read the deadline '25:00'", id="no time of day"),
    ],
)
def test_a_mistake_in_a_file_names_the_file(logs: Path, tmp_path: Path, text: str, said: str) -> None:
    (logs / "trainmon.toml").write_text(text)

    with pytest.raises(UsageError, match=f"^{logs}/trainmon.toml: {said}"):
        load_settings([str(logs)], environment=environment(tmp_path))
