"""What a command may load: one that shows no screen starts without Textual, numpy and NVML."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOG = "".join(f"step {i}/100 loss {1 / i:.4f}\n" for i in range(1, 101))
HEAVY = ("textual", "rich", "numpy", "pynvml", "torch")


@pytest.mark.parametrize("command", ["status", "summary"])
def test_a_command_without_a_screen_loads_nothing_heavy(command: str, tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(LOG)
    program = (
        "import sys\n"
        "from trainmon.cli import main\n"
        "try:\n"
        f"    main([{command!r}, {str(tmp_path)!r}])\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=True)

    assert done.stderr.strip() == "[]"
    assert "100" in done.stdout


def test_version_and_help_answer(tmp_path: Path) -> None:
    for option in ("--version", "--help"):
        done = subprocess.run(
            [sys.executable, "-m", "trainmon", option], capture_output=True, text=True, timeout=300, check=True
        )
        assert "trainmon" in done.stdout
