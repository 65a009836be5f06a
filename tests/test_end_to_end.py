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
    """Appends what a real run once wrote, piece by piece, holding the file open as a training does.

    In the middle it waits until somebody has seen the run: the program may take longer to start than the run to end.
    """

    def __init__(self, source: Path, log: Path, pause_s: float) -> None:
        self._parts = growth(source)
        self._log = log
        self._pause_s = pause_s
        self.seen, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._grow, daemon=True)

    def __enter__(self) -> Grower:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.seen.set()
        self._thread.join()

    def _grow(self) -> None:
        with self._log.open("ab", buffering=0) as file:
            for number, part in enumerate(self._parts):
                if number == len(self._parts) // 2:
                    self.seen.wait()
                file.write(part)
                if self._stop.wait(self._pause_s):
                    return


@pytest.mark.parametrize("pane", [(80, 24), (200, 50)], indirect=True, ids=["80x24", "200x50"])
def test_a_growing_run_is_followed_to_its_end(pane: Pane, shared: Path, tmp_path: Path) -> None:
    source = shared / "logs" / "generated" / "hf5_plain_redirect" / "hf5_plain_redirect.log"
    with Grower(source, tmp_path / "logs" / "plain.log", 0.02) as grower:
        pane.run(str(tmp_path / "logs"))
        pane.until(lambda text: all(word in text for word in ("● running", "plain", "no estimate")))
        grower.seen.set()
        pane.until(lambda text: "finished" in text and "100%" in text.replace(" ", ""))
    pane.keys("Enter")
    pane.until(lambda text: all(word in text for word in ("5 Log", "240/240", "training")))
    pane.keys("5")
    pane.until("train_runtime")
    pane.keys("Escape")
    pane.until("/ Filter")
    pane.keys("q")

    assert pane.ended() == 0


def test_a_failure_comes_to_the_top_with_its_cause(pane: Pane, shared: Path, tmp_path: Path) -> None:
    generated = shared / "logs" / "generated"
    logs = tmp_path / "logs"
    for kind in ("hf5_plain_redirect", "hf5_oom_redirect", "tq_ascii_redirect"):
        (logs / kind).mkdir(parents=True)
        (logs / kind / "train.log").write_bytes((generated / kind / f"{kind}.log").read_bytes())

    def comes_first(shown: str) -> bool:
        rows = [line for line in shown.splitlines() if "redirect" in line]
        return "finished" in shown and bool(rows) and "oom" in rows[0] and "failed" in rows[0]

    pane.run(str(logs))
    pane.until(comes_first)
    pane.keys("Enter")
    pane.keys("4")
    pane.until(lambda text: all(word in text for word in ("5 Log", "CUDA out of memory", "97")))
    pane.keys("q")
    pane.until("/ Filter")
    pane.keys("q")

    assert pane.ended() == 0


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
    pane.until(lambda text: "plain_redirect" in text and "/ Filter" in text)
    pane.keys("?")
    pane.until(lambda text: "command palette" in text and "/ Filter" not in text)
    pane.keys("Escape")
    pane.until("/ Filter")
    pane.keys("q")

    assert pane.ended() == 0


def test_the_sample_runs_show_who_is_late_by_how_much_and_against_which_line(pane: Pane) -> None:
    samples = Path(__file__).resolve().parents[1] / "sample_logs"
    pane.run(str(samples))
    pane.until("slower")
    pane.keys("/")
    pane.until("words of a name")
    pane.keys("h", "a", "r", "d", "Enter")
    pane.until(lambda text: "hardness" in text and "encoders" not in text)
    pane.keys("Enter", "3")
    pane.until(lambda text: all(word in text for word in ("estimates.md", "35-70", "1.2")))
    pane.keys("q")
    pane.until("/ Filter")
    pane.keys("q")

    assert pane.ended() == 0
