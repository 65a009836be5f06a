"""What the user chose on the screen, kept for the next time: the theme."""

from __future__ import annotations

from pathlib import Path

from trainmon.alerts.state_folder import read_object, write_object


class Preferences:
    """Lives in a small file of its own; a file that cannot be read or written only means the default."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def theme(self) -> str | None:
        """The theme chosen last."""
        found = read_object(self._path).get("theme")
        return found if isinstance(found, str) else None

    @theme.setter
    def theme(self, name: str) -> None:
        if name != self.theme:
            write_object(self._path, {"theme": name})
