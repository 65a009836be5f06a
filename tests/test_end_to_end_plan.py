"""The plan in a real terminal: another line is chosen for a run, its verdict follows, and it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Pane, needs_tmux

pytestmark = [pytest.mark.tmux, needs_tmux]
SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
OVERVIEW, PLAN, CHOOSING = "/ Filter", "⏎ Choose plan", "⏎ This run"


@pytest.fixture
def pane(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pane]:
    made = Pane(tmp_path, *getattr(request, "param", (80, 24)))
    yield made
    made.close()


def line_of(shown: str, words: str) -> str:
    return next((line for line in shown.splitlines() if words in line), "")


def run_line(shown: str) -> str:
    """The line of the late run, on the list of runs and on the plan."""
    return line_of(shown, "hardness_aware ")


@pytest.mark.parametrize("pane", [(80, 24), (200, 50)], indirect=True, ids=["80x24", "200x50"])
@pytest.mark.parametrize("command", [(), ("replay", "--speed", "10000")], ids=["live", "replay"])
def test_another_line_is_chosen_on_the_plan_and_the_verdict_follows(pane: Pane, command: tuple[str, ...]) -> None:
    pane.run(*command, str(SAMPLES / "retrieval"))
    pane.until(OVERVIEW)
    if command:
        pane.keys("End")
    pane.until(lambda text: "1.22x slower" in run_line(text))
    pane.keys("d")
    pane.until(lambda text: PLAN in text and "line 26" in run_line(text) and "35-70 min" in run_line(text))
    pane.keys("Enter")
    pane.until(lambda text: CHOOSING in text and "○" in text and "● automatic" in text)
    pane.keys("/")
    pane.until("words of a line")
    for key in "baseline":
        pane.keys(key)
    pane.keys("Space")
    for key in "total":
        pane.keys(key)
    pane.until(lambda text: "30-60 min" in text and "35-70 minutes**" not in text)
    pane.keys("Enter")
    pane.until(CHOOSING)
    pane.keys("Enter")
    pane.until(lambda text: PLAN in text and "1.42x slower" in run_line(text) and "line 20" in run_line(text))
    pane.until(lambda text: '[runs."hardness_aware"]' in text and 'estimate = "estimates.md:20"' in text)
    pane.keys("Escape")
    pane.until(lambda text: OVERVIEW in text and PLAN not in text and "1.42x slower" in run_line(text))
    pane.until(lambda text: ("30-60" in run_line(text)) == ("DOCUMENTED" in text))
    pane.keys("d")
    pane.until(lambda text: PLAN in text and "line 20" in run_line(text))
    pane.keys("Enter")
    pane.until(lambda text: CHOOSING in text and "automatic" in text)
    pane.keys("k", "k", "k", "k", "k", "k", "k", "k", "Enter")
    pane.until(lambda text: PLAN in text and "1.22x slower" in run_line(text))
    pane.keys("Escape")
    pane.until(lambda text: OVERVIEW in text and PLAN not in text and "1.22x slower" in run_line(text))
    pane.keys("q")

    assert not (SAMPLES / "retrieval" / "trainmon.toml").exists()
    assert pane.ended() == 0


def test_the_choice_is_offered_on_the_screen_of_a_run(pane: Pane) -> None:
    pane.run(str(SAMPLES / "retrieval"))
    pane.until(lambda text: "1.22x slower" in run_line(text))
    pane.keys("Enter")
    pane.until("5 Log")
    pane.keys("3")
    pane.until(lambda text: "35-70" in text and "Documented against measured" in text)
    pane.keys("c")
    pane.until(CHOOSING)
    pane.keys("k", "k", "k", "k", "k", "k", "k", "k", "k", "k")
    pane.until(lambda text: "held against no plan" in text)
    pane.keys("j", "Enter")
    pane.until(lambda text: "held against no plan: chosen on the screen" in text and "· no estimate" in text)
    pane.keys("q")
    pane.until(OVERVIEW)
    pane.keys("q")

    assert pane.ended() == 0
