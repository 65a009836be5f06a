"""The real program in a real terminal over logs that grow: real keys, the screen read back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import growth
from tests.terminal import Pane, needs_tmux

pytestmark = [pytest.mark.tmux, needs_tmux]
SIZES = [pytest.param(80, 24, id="80x24"), pytest.param(200, 50, id="200x50")]


@pytest.fixture
def pane(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pane]:
    width, height = getattr(request, "param", (80, 24))
    made = Pane(tmp_path, width, height)
    yield made
    made.close()


class Grower:
    """Appends what a real run once wrote, piece by piece, holding the file open as a training does."""

    def __init__(self, source: Path, log: Path, pause_s: float) -> None:
        self._parts = growth(source)
        self._log = log
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._grow, daemon=True)

    def __enter__(self) -> Grower:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _grow(self) -> None:
        with self._log.open("ab", buffering=0) as file:
            for part in self._parts:
                file.write(part)
                if self._stop.wait(self._pause_s):
                    return


@pytest.mark.parametrize("pane", [(80, 24), (200, 50)], indirect=True, ids=["80x24", "200x50"])
def test_a_growing_run_is_followed_to_its_end(pane: Pane, shared: Path, tmp_path: Path) -> None:
    source = shared / "logs" / "generated" / "hf5_plain_redirect" / "hf5_plain_redirect.log"
    with Grower(source, tmp_path / "logs" / "plain.log", 0.02):
        pane.run(str(tmp_path / "logs"))
        running = pane.until(lambda text: "● running" in text and "plain" in text)
        finished = pane.until("finished", 60)
    pane.keys("Enter")
    opened = pane.until("240/240")
    pane.keys("5")
    log = pane.until("train_runtime")
    pane.keys("Escape")
    pane.until("/ Filter")
    pane.keys("q")

    assert pane.ended() == 0
    assert "no estimate" in running
    assert "100%" in finished.replace(" ", "")
    assert "training" in opened
    assert "'train_steps_per_second'" in log or "train_runtime" in log


def test_a_failure_comes_to_the_top_with_its_cause(pane: Pane, shared: Path, tmp_path: Path) -> None:
    generated = shared / "logs" / "generated"
    logs = tmp_path / "logs"
    for kind in ("hf5_plain_redirect", "hf5_oom_redirect", "tq_ascii_redirect"):
        (logs / kind).mkdir(parents=True)
        (logs / kind / "train.log").write_bytes((generated / kind / f"{kind}.log").read_bytes())
    pane.run(str(logs))
    shown = pane.until(lambda text: "failed" in text and "finished" in text)
    pane.keys("Enter")
    pane.keys("4")
    problems = pane.until("CUDA out of memory")
    pane.keys("q")
    pane.until("/ Filter")
    pane.keys("q")

    assert pane.ended() == 0
    rows = [line for line in shown.splitlines() if "redirect" in line]
    assert "oom" in rows[0]
    assert "97" in problems


def test_filter_help_and_leave(pane: Pane, shared: Path, tmp_path: Path) -> None:
    generated = shared / "logs" / "generated"
    logs = tmp_path / "logs"
    logs.mkdir()
    for kind in ("hf5_plain_redirect", "tq_ascii_redirect"):
        (logs / f"{kind}.log").write_bytes((generated / kind / f"{kind}.log").read_bytes())
    pane.run(str(logs))
    pane.until(lambda text: "plain_redirect" in text and "ascii_redirect" in text)
    pane.keys("/")
    pane.until("words of a name")
    pane.keys("a", "s", "c", "i", "i")
    pane.until(lambda text: "plain_redirect" not in text and "ascii_redirect" in text)
    pane.keys("Escape")
    pane.until("plain_redirect")
    pane.keys("?")
    pane.until(lambda text: "/ Filter" not in text)
    pane.keys("Escape")
    pane.until("/ Filter")
    pane.keys("q")

    assert pane.ended() == 0


def test_the_sample_runs_show_who_is_late_by_how_much_and_against_which_line(pane: Pane) -> None:
    samples = Path(__file__).resolve().parents[1] / "sample_logs"
    pane.run(str(samples))
    shown = pane.until("slower", 60)
    pane.keys("/")
    pane.until("words of a name")
    pane.keys("h", "a", "r", "d", "Enter")
    pane.until(lambda text: "hardness" in text and "encoders" not in text)
    pane.keys("Enter", "3")
    documented = pane.until(lambda text: "estimates.md" in text and "35-70" in text)
    pane.keys("q")
    pane.until("/ Filter")
    pane.keys("q")

    assert "slower" in shown
    assert "1.2" in documented
    assert pane.ended() == 0
