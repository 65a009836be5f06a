"""What is remembered between watches, in the user's state folder: small files, whole or untouched."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from trainmon.errors import TrainmonError
from trainmon.exports.export import write_report

_LIMIT_BYTES = 8 << 20


def state_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return `$XDG_STATE_HOME/trainmon`, by default `~/.local/state/trainmon`; a relative path counts as not set."""
    environment = os.environ if environment is None else environment
    named = Path(environment.get("XDG_STATE_HOME", ""))
    home = Path(environment.get("HOME") or "~").expanduser()
    return (named if named.is_absolute() else home / ".local" / "state") / "trainmon"


def read_object(path: Path) -> dict[str, object]:
    """Return the JSON object in a file; {} where there is none that can be read."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_LIMIT_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_object(path: Path, contents: Mapping[str, object]) -> str:
    """Write a JSON object, readable by the user alone; return why that failed, '' where it did not."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_report(path, json.dumps(contents, indent=1), force=True)
    except (OSError, TrainmonError) as error:
        return str(error)
    return ""
