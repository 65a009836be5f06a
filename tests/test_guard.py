"""A reader that goes wrong ends the reading of its own file, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live import NOW, store_over
from trainmon.events import Line, ProblemKind
from trainmon.parsers.base import LogFormat
from trainmon.replay.reading import ArchiveReading
from trainmon.settings import Settings
from trainmon.snapshot import RunStatus
from trainmon.store import Store


class Broken(LogFormat):
    """Somebody's plug-in, which promised never to raise."""

    name = "broken"
    title = "A plug-in with a mistake in it"
    priority = 1
    needles = ("tungsten",)

    def parse(self, line: Line) -> None:
        raise KeyError(line.text.split()[-1])


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two logs, of which one holds a line that the plug-in stumbles over, and then goes on."""
    from trainmon.parsers import log_formats

    made = (Broken, *log_formats())
    monkeypatch.setattr("tests.live.log_formats", lambda: made)
    monkeypatch.setattr("trainmon.session.log_formats", lambda: made)
    steps = [f"step {n}/10 loss {1 / n:.3f}\n" for n in range(1, 11)]
    (tmp_path / "good.log").write_text("".join(steps))
    (tmp_path / "bad.log").write_text("".join([*steps[:4], "made of tungsten\n", *steps[4:]]))
    return tmp_path


def read(folder: Path) -> Store:
    store = store_over(folder, archive=True)
    assert store.refresh(NOW, 600.0)
    store.finish()
    return store


def test_what_was_read_stays_and_the_other_runs_go_on(logs: Path) -> None:
    store = read(logs)
    bad, good = sorted(store.board(NOW).runs, key=lambda run: run.name)

    assert (good.step, good.state, good.problems) == (10, RunStatus.FINISHED, ())
    assert bad.step == 4
    assert [(problem.kind, problem.line) for problem in bad.problems] == [(ProblemKind.OTHER, 4)]
    assert bad.problems[0].message.startswith("reading stopped: KeyError: 'tungsten' (test_guard.py:")


def test_a_log_whose_reading_stopped_is_not_read_again(logs: Path) -> None:
    store = read(logs)
    with (logs / "bad.log").open("a") as file:
        file.write("step 10/10 loss 0.1\nmade of tungsten\n")

    assert store.refresh(NOW + 60, 600.0)
    assert {run.name: run.step for run in store.board(NOW + 60).runs} == {"bad": 4, "good": 10}


def test_a_replay_goes_on_without_the_log(logs: Path) -> None:
    archive = ArchiveReading([str(logs)], Settings()).step()

    assert archive is not None
    board = archive.board(0.0)
    assert [run.name for run in board.runs] == ["good"]
    assert [skip.reason.partition(" (")[0] for skip in board.skipped] == ["reading stopped: KeyError: 'tungsten'"]
    archive.close()


def test_what_went_wrong_is_explained_where_the_log_is(logs: Path) -> None:
    from trainmon.exports.formats_text import explain_text, explained
    from trainmon.session import reader_of

    data, reader = reader_of(logs / "bad.log", Settings())

    told = "\n".join(explain_text(explained(data, reader), None, colour=False))

    assert "step 4/10" in told
    assert "message=reading stopped: KeyError: 'tungsten' (test_guard.py:" in told
