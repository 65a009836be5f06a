"""Folders of which the kernel tells nothing: limits that are reached, file systems of other machines, new roots."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live import NOW, store_over
from tests.pseudo_terminal import LONG_S, REPOSITORY
from trainmon.reading import watch
from trainmon.reading.watch import FolderWatch, armed_watches
from trainmon.settings import Settings
from trainmon.snapshot import Board, RunSnapshot
from trainmon.store import Store
from trainmon.watching import LiveSource

STEPS = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(1, 41))
linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

WATCH = """
import sys, time
from pathlib import Path
from trainmon.reading import watch
watch._SETTLED_S = 0.0
folders = watch.FolderWatch([Path(sys.argv[1])])
until = time.monotonic() + 120
while not folders.note and time.monotonic() < until:
    folders._count_at = 0.0
    folders.take()
print(folders.note, flush=True)
folders.close()
"""


def in_namespace(setting: str, limit: int, folder: Path) -> str:
    """What a watch says in a user namespace that may hold so many inotify things; skips where there are none."""
    limited = f"echo {limit} > /proc/sys/user/{setting} && exec {sys.executable} - {folder}"
    command = ["unshare", "-Ur", "sh", "-c", limited]
    if shutil.which("unshare") is None:
        pytest.skip("no unshare")
    done = subprocess.run(
        command, input=WATCH, capture_output=True, text=True, timeout=LONG_S, check=False, cwd=REPOSITORY
    )
    if "Permission denied" in done.stderr or "unshare" in done.stderr or "nonexistent" in done.stderr:
        pytest.skip("no user namespaces here")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@linux
def test_f22_f23_folders_beyond_the_watch_limit_are_told_with_their_number(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"run{number}").mkdir()

    assert in_namespace("max_inotify_watches", 8, tmp_path) == (
        "polling 13 of 21 folders: inotify watch limit (sysctl fs.inotify.max_user_watches)"
    )


@linux
def test_f24_without_an_inotify_instance_it_is_polled_and_told(tmp_path: Path) -> None:
    assert in_namespace("max_inotify_instances", 0, tmp_path) == "polling: inotify instance limit reached"


@linux
def test_the_kernel_counts_the_watches_of_this_process(tmp_path: Path) -> None:
    before = armed_watches()
    assert before is not None
    (tmp_path / "a" / "b").mkdir(parents=True)

    watched = FolderWatch([tmp_path])
    until = time.monotonic() + LONG_S
    while armed_watches() != before + 3:
        assert time.monotonic() < until, armed_watches()
        time.sleep(0.01)
    watched._count_at = 0.0
    watched.take()

    assert watched.note == ""
    watched.close()


def test_f20_a_folder_of_another_machine_is_said_to_be_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "mounts", lambda: ((str(tmp_path.resolve()), "nfs4"), ("/", "ext4")))

    watched = FolderWatch([tmp_path])

    assert watched.note == "polling (nfs4)"
    watched.close()


MOUNTED = """
import subprocess, sys
from pathlib import Path
from tests.test_faults_watching import NOW, STEPS, looked, store_over

folder = Path(sys.argv[1])
mount = ["mount", "-t", "tmpfs", "none", str(folder)]
subprocess.run(mount, check=True)
(folder / "a.log").write_text(STEPS)
store = store_over(folder)
print([(run.name, run.step) for run in looked(store, NOW)])
subprocess.run(["umount", "-l", str(folder)], check=True)
print([(run.name, run.step, run.files[0].notes) for run in looked(store, NOW + 10)])
subprocess.run(mount, check=True)
(folder / "a.log").write_text(STEPS + "step 41/100 loss 0.2\\n")
print([(run.name, run.step) for run in looked(store, NOW + 20)])
"""


@linux
def test_f17_a_file_system_that_is_unmounted_and_mounted_again_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("no unshare")
    command = ["unshare", "-Urm", sys.executable, "-c", MOUNTED, str(tmp_path / "logs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONG_S, check=False, cwd=REPOSITORY)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no mounting here")

    assert done.stdout.splitlines() == [
        "[('a', 40.0)]",
        "[('a', 40.0, ('the log was deleted',))]",
        "[('a', 41.0)]",
    ], done.stderr


class Silent:
    """A watch that never hears anything, as on NFS."""

    note = "polling (nfs4)"

    def __init__(self, folders: object) -> None:
        del folders

    def take(self) -> bool:
        return False

    def close(self) -> None:
        return


@pytest.fixture
def deaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveSource]:
    """A source of boards that no kernel wakes."""
    monkeypatch.setattr("trainmon.reading.watch.FolderWatch", Silent)
    source = LiveSource([str(tmp_path)], Settings())
    yield source
    source.close()


def until_seen(source: LiveSource, wanted: Callable[[Board], bool]) -> Board:
    deadline = time.monotonic() + LONG_S
    while not wanted(board := source.refresh()):
        assert time.monotonic() < deadline, board.runs
        time.sleep(0.02)
    return board


def names(board: Board) -> set[str]:
    return {run.name for run in board.runs}


def test_f10_f20_without_any_event_all_is_seen_by_the_sweep(deaf: LiveSource, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text(STEPS)
    until_seen(deaf, lambda board: names(board) == {"a"})
    with log.open("a") as file:
        file.write("step 41/100 loss 0.2\n")
    until_seen(deaf, lambda board: board.runs[0].step == 41)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "b.log").write_text(STEPS)

    board = until_seen(deaf, lambda board: len(board.runs) == 2)

    assert board.notes.count("polling (nfs4)") == 1


def looked(store: Store, now: float) -> tuple[RunSnapshot, ...]:
    store.refresh(now, 600.0, rescan=True)
    return store.board(now).runs


def test_f15_f16_a_folder_that_is_removed_and_comes_back_is_read_again(tmp_path: Path) -> None:
    root = tmp_path / "logs"
    root.mkdir()
    (root / "a.log").write_text(STEPS)
    store = store_over(root)
    assert [run.step for run in looked(store, NOW)] == [40]

    shutil.rmtree(root)
    (gone,) = looked(store, NOW + 10)
    assert gone.files[0].notes == ("the log was deleted",)

    root.mkdir()
    (root / "a.log").write_text(STEPS + "step 41/100 loss 0.2\n")
    (root / "b.log").write_text(STEPS)
    assert {run.name: run.step for run in looked(store, NOW + 20)} == {"a": 41, "b": 40}


def test_f15_f16_the_live_source_survives_it_too(deaf: LiveSource, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(STEPS)
    until_seen(deaf, lambda board: names(board) == {"a"})
    moved = tmp_path.with_name(tmp_path.name + "-old")
    tmp_path.rename(moved)
    until_seen(deaf, lambda board: any("deleted" in note for run in board.runs for note in run.files[0].notes))
    tmp_path.mkdir()
    (tmp_path / "c.log").write_text(STEPS)

    board = until_seen(deaf, lambda board: "c" in names(board))

    assert "c" in names(board)
    shutil.rmtree(moved)


def test_f18_a_folder_renamed_while_its_log_grows_is_one_run(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.log").write_text(STEPS)
    log = tmp_path / "one" / "train.log"
    log.write_text(STEPS)
    store = store_over(tmp_path)
    looked(store, NOW)
    (tmp_path / "one").rename(tmp_path / "two")
    with (tmp_path / "two" / "train.log").open("a") as file:
        file.write("step 41/100 loss 0.2\n")

    assert {run.name: run.step for run in looked(store, NOW + 10)} == {"two": 41, "other": 40}


def test_f19_a_folder_moved_away_is_told(tmp_path: Path) -> None:
    root, run = tmp_path / "logs", tmp_path / "logs" / "one"
    run.mkdir(parents=True)
    (run / "train.log").write_text(STEPS)
    store = store_over(root)
    looked(store, NOW)
    run.rename(tmp_path / "elsewhere")
    with (tmp_path / "elsewhere" / "train.log").open("a") as file:
        file.write("step 41/100 loss 0.2\n")

    (left,) = looked(store, NOW + 10)

    assert left.step == 40
    assert "deleted" in left.files[0].notes[0]


def test_f33_files_that_appear_and_vanish_between_looks_break_nothing(tmp_path: Path) -> None:
    store = store_over(tmp_path)
    (tmp_path / "stays.log").write_text(STEPS)
    for number in range(200):
        path = tmp_path / f"tmp{number}.log"
        path.write_text(STEPS)
        if number % 20 == 0:
            looked(store, NOW + number)
        path.unlink()

    runs = looked(store, NOW + 1000)

    assert "stays" in {run.name for run in runs}
    assert os.listdir(tmp_path) == ["stays.log"]  # noqa: PTH208
