"""Files that are no plain logs, or that cannot be read: links, pipes, holes, huge lines, wrong bytes, wrong times."""

from __future__ import annotations

import contextlib
import errno
import gzip
import os
import random
import resource
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live import NOW, read_whole, store_over
from tests.pseudo_terminal import REPOSITORY
from trainmon.snapshot import Board, RunSnapshot, RunStatus
from trainmon.store import Store

STEPS = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(1, 41))
MORE = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(41, 61))


def looked(store: Store, now: float = NOW) -> Board:
    store.refresh(now, 600.0, rescan=True)
    return store.board(now)


def steps_of(board: Board) -> dict[str, float | None]:
    return {run.name: run.step for run in board.runs}


def one(board: Board) -> RunSnapshot:
    (run,) = board.runs
    return run


def reasons(board: Board) -> dict[str, str]:
    return {Path(skip.path).name: skip.reason for skip in board.skipped}


# -- what is no regular file ---------------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are opened."""
    paths: list[str] = []
    real_open, real_io = os.open, Path.open

    def os_open(path: str, *arguments: object, **options: object) -> int:
        paths.append(os.fspath(path))
        return real_open(path, *arguments, **options)  # type: ignore[arg-type]

    def path_open(path: Path, *arguments: object, **options: object) -> object:
        paths.append(str(path))
        return real_io(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "open", os_open)
    monkeypatch.setattr(Path, "open", path_open)
    return paths


def test_f13_pipes_sockets_and_devices_are_never_opened(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.log").write_text(STEPS)
    os.mkfifo(tmp_path / "pipe.log")
    listening = socket.socket(socket.AF_UNIX)
    monkeypatch.chdir(tmp_path)  # the name of a socket may have 107 bytes
    listening.bind("socket.log")
    (tmp_path / "zero.log").symlink_to("/dev/zero")
    (tmp_path / "folder.log").mkdir()
    store = store_over(tmp_path)

    board = looked(store)
    looked(store, NOW + 100)
    listening.close()

    assert steps_of(board) == {"train": 40}
    assert reasons(board) == dict.fromkeys(("pipe.log", "socket.log", "zero.log"), "not a regular file")
    assert not {Path(path).name for path in opened} & {"pipe.log", "socket.log", "zero.log", "zero"}


def test_f13_a_log_replaced_by_a_pipe_does_not_block(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text(STEPS)
    store = store_over(tmp_path)
    looked(store)
    log.unlink()
    os.mkfifo(log)

    assert steps_of(looked(store, NOW + 10)).get("train") in (40, None)


def test_f12_links_in_a_circle_and_links_to_nothing_end_no_look(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "train.log").write_text(STEPS)
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "here").symlink_to(".")
    (tmp_path / "loop.log").symlink_to("loop.log")
    (tmp_path / "x.log").symlink_to("y.log")
    (tmp_path / "y.log").symlink_to("x.log")
    (tmp_path / "nothing.log").symlink_to("was here.log")

    board = looked(store_over(tmp_path))

    assert list(steps_of(board).values()) == [40]
    assert reasons(board)["nothing.log"] == "unreadable: No such file or directory"
    assert {reasons(board)[name] for name in ("loop.log", "x.log", "y.log")} == {
        "unreadable: Too many levels of symbolic links"
    }


def test_a_link_to_nothing_is_read_once_its_target_is_there(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "latest.log").symlink_to("../run.log")
    store = store_over(tmp_path / "logs")
    assert looked(store).runs == ()

    (tmp_path / "run.log").write_text(STEPS)

    assert steps_of(looked(store, NOW + 10)) == {"latest": 40}


def test_f11_a_link_that_leads_to_another_log_is_read_from_its_start(tmp_path: Path) -> None:
    (tmp_path / "old").write_text(STEPS)
    (tmp_path / "new").write_text(STEPS + MORE)
    (tmp_path / "logs").mkdir()
    link = tmp_path / "logs" / "latest.log"
    link.symlink_to("../old")
    store = store_over(tmp_path / "logs")
    looked(store)
    link.unlink()
    link.symlink_to("../new")

    run = one(looked(store, NOW + 10))

    assert run.step == 60
    assert run.files[0].notes == ("replaced 1x",)


def test_f32_a_log_under_two_names_is_one_run(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(STEPS)
    os.link(tmp_path / "a.log", tmp_path / "b.log")

    board = looked(store_over(tmp_path, tmp_path / "a.log"))

    assert list(steps_of(board).values()) == [40]
    assert reasons(board) == {"b.log": "another name of a file already read"}


def test_f31_names_of_any_bytes_are_listed_and_harmless(tmp_path: Path) -> None:
    for name in (b"new\nline.log", b"esc\x1b[31m.log", b"[red].log", b"bad\xff.log", b"-rf.log"):
        (tmp_path / os.fsdecode(name)).write_text(STEPS)

    board = looked(store_over(tmp_path))

    assert len(board.runs) == 5
    assert {run.step for run in board.runs} == {40}


# -- what may not be read, or not now ------------------------------------------------------------------------------

AS_NOBODY = """
import os, sys
from pathlib import Path
from tests.test_faults_files import looked, reasons, steps_of, store_over, NOW
looked(store_over(Path(sys.argv[2])))  # everything is imported: nobody may not read where Python lies
os.setgid(65534), os.setuid(65534)
store = store_over(Path(sys.argv[1]))
for line in sys.stdin:
    board = looked(store, NOW + float(line))
    print(steps_of(board), sorted(reasons(board).items()), flush=True)
"""


@contextlib.contextmanager
def watched_by_nobody(folder: Path, example: Path) -> Iterator[Callable[[float], str]]:
    """Looks at a folder as a user who owns nothing; gives what it sees."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    (example / "train.log").write_text(STEPS)
    (example / "notes.md").write_text("Training takes 3-4 hours.\n")
    command = [sys.executable, "-c", AS_NOBODY, str(folder), str(example)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert child.stdin is not None
    assert child.stdout is not None
    said, heard = child.stdin, child.stdout

    def look(at_s: float) -> str:
        print(at_s, file=said, flush=True)
        return heard.readline().strip()

    yield look
    child.communicate()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach."""
    umask = os.umask(0o022)
    outer = Path(tempfile.mkdtemp(prefix="trainmon-test-"))
    outer.chmod(0o755)
    folder = outer / "mine" / "logs"
    folder.mkdir(parents=True)
    try:
        if not all(above.stat().st_mode & stat.S_IXOTH for above in outer.parents):
            pytest.skip("temporary files lie where nobody else may look")
        yield folder
    finally:
        os.umask(umask)
        shutil.rmtree(outer)


def test_f14_a_log_that_may_not_be_read_is_read_once_it_may(open_folder: Path, tmp_path: Path) -> None:
    log = open_folder / "train.log"
    log.write_text(STEPS)
    log.chmod(0)
    with watched_by_nobody(open_folder, tmp_path) as look:
        closed = look(0)
        log.chmod(0o644)
        granted = look(100)

    assert closed == "{} [('train.log', 'unreadable: Permission denied')]"
    assert granted == "{'train': 40.0} []"


def test_f14_a_log_that_may_no_longer_be_read_keeps_what_was_read(open_folder: Path, tmp_path: Path) -> None:
    log = open_folder / "train.log"
    log.write_text(STEPS)
    with watched_by_nobody(open_folder, tmp_path) as look:
        first = look(0)
        log.chmod(0)
        with log.open("a") as file:
            file.write(MORE)
        closed = look(100)
        log.chmod(0o644)
        granted = look(200)

    assert first == "{'train': 40.0} []"
    assert closed.startswith("{'train': 40.0}")
    assert granted == "{'train': 60.0} []"


def test_f14_a_folder_that_may_not_be_entered_is_entered_once_it_may(open_folder: Path, tmp_path: Path) -> None:
    inner = open_folder / "run"
    inner.mkdir(mode=0o700)
    (inner / "train.log").write_text(STEPS)
    (open_folder / "other.log").write_text(STEPS)
    with watched_by_nobody(open_folder, tmp_path) as look:
        closed = look(0)
        inner.chmod(0o755)
        granted = look(100)

    assert closed == "{'other': 40.0} [('run', 'unreadable folder: Permission denied')]"
    assert granted == "{'run': 40.0, 'other': 40.0} []" or granted == "{'other': 40.0, 'run': 40.0} []"


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOMEM], ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("call", ["pread", "open"])
def test_f21_a_read_that_fails_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    log = tmp_path / "train.log"
    log.write_text(STEPS)
    store = store_over(tmp_path)
    looked(store)
    with log.open("a") as file:
        file.write(MORE)

    def failing(*_: object, **__: object) -> bytes:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(os, call, failing)
        store.refresh(NOW + 10, 600.0, rescan=True)
        shown = one(store.board(NOW + 10))
    assert shown.step == 40
    assert f"unreadable: {os.strerror(number)}" in shown.files[0].notes

    run = one(looked(store, NOW + 20))
    assert (run.step, run.metrics["loss"].count) == (60, 60)
    assert run.files[0].notes == ()


def test_f21_a_size_that_shrinks_and_comes_back_doubles_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stale NFS cache may tell an older size for a moment."""
    log = tmp_path / "train.log"
    log.write_text(STEPS)
    store = store_over(tmp_path)
    looked(store)
    real, older = Path.stat, log.stat()
    log.write_text(STEPS + MORE)
    looked(store, NOW + 5)
    monkeypatch.setattr(Path, "stat", lambda path, **options: older if path == log else real(path, **options))
    store.refresh(NOW + 10, 600.0)
    monkeypatch.undo()

    run = one(looked(store, NOW + 20))

    assert run.step == 60
    assert run.metrics["loss"].count == 60


# -- content -------------------------------------------------------------------------------------------------------


def test_an_empty_log_is_no_trouble_and_is_read_once_it_grows(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.touch()
    store = store_over(tmp_path)
    assert [run.state for run in looked(store).runs] in ([], [RunStatus.WAITING])
    log.write_text(STEPS)

    assert one(looked(store, NOW + 10)).step == 40


def test_f29_a_log_of_nothing_but_holes_is_skipped_and_read_once_there_is_text(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(b"\0" * 200_000)
    store = store_over(tmp_path)
    board = looked(store)
    assert board.runs == ()
    assert reasons(board) == {"train.log": "nothing but NUL bytes"}
    with log.open("ab") as file:
        file.write(b"\n" + STEPS.encode())

    run = one(looked(store, NOW + 10))
    assert run.step == 40
    assert any("NUL bytes skipped" in note for note in run.files[0].notes)


def test_f29_a_tail_of_holes_as_a_power_cut_leaves_it_is_skipped_and_told(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(STEPS.encode() + b"\0" * 70_000)
    store = store_over(tmp_path)
    assert one(looked(store)).step == 40
    with log.open("ab") as file:
        file.write(MORE.encode())

    run = one(looked(store, NOW + 10))
    assert (run.step, run.metrics["loss"].count) == (60, 60)
    assert "70,000 NUL bytes skipped" in run.files[0].notes


LIMITED = """
import re, resource, sys
from pathlib import Path
from tests.live import read_whole
(run,) = read_whole(Path(sys.argv[1])).runs
status = Path("/proc/self/status")  # what getrusage gives on Linux holds the peak of the process that forked this one
if status.exists():
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(run.step, peak // 1024, *run.files[0].notes, sep="|")
"""


def in_little_memory(folder: Path) -> tuple[str, int, str]:
    """Step, peak memory in MB and notes of a folder read by another process."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder)],
        capture_output=True, text=True, check=True, timeout=600, cwd=REPOSITORY,
    )  # fmt: skip
    step, peak, *notes = done.stdout.strip().split("|")
    return step, int(peak), "|".join(notes)


def test_f35_a_line_of_100_mb_costs_little_memory_and_what_follows_is_read(tmp_path: Path) -> None:
    plain, huge = tmp_path / "plain", tmp_path / "huge"
    plain.mkdir()
    huge.mkdir()
    (plain / "train.log").write_text(STEPS + MORE)
    with (huge / "train.log").open("wb") as file:
        file.write(STEPS.encode())
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + MORE.encode())

    step, peak, notes = in_little_memory(huge)
    _, usual, _ = in_little_memory(plain)

    assert step == "60.0"
    assert "bytes of over-long lines left out" in notes
    assert peak - usual < 40


def test_f29_ten_gigabytes_of_hole_are_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    try:
        with log.open("wb") as file:
            file.write(STEPS.encode())
            file.truncate(64 << 20)
            file.seek(0, os.SEEK_END)
            file.write(b"\n" + MORE.encode())
    except OSError as error:
        pytest.skip(f"no sparse files here: {error}")

    step, peak, notes = in_little_memory(tmp_path)

    assert step == "60.0"
    assert "NUL bytes skipped" in notes
    assert peak < 200


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"caf\xe9 \xff\xfe \x80\x81 broken", id="latin-1 and stray bytes"),
        pytest.param("メトリクス".encode("shift-jis"), id="shift-jis"),
        pytest.param(b"\xf0\x9f\x98", id="a cut emoji"),
        pytest.param(b"\xc0\x80\xed\xa0\x80", id="overlong and surrogate"),
    ],
)
def test_f40_lines_of_wrong_bytes_take_no_number_away(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "train.log").write_bytes(STEPS.encode() + raw + b"\n" + MORE.encode())

    run = one(read_whole(tmp_path))

    assert (run.step, run.metrics["loss"].count) == (60, 60)


def test_f36_a_number_that_is_written_in_two_goes_is_read_whole(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text(STEPS + "step 41/100 loss 0.")
    store = store_over(tmp_path)
    before = one(looked(store)).metrics["loss"]
    with log.open("a") as file:
        file.write("5\n")

    after = one(looked(store, NOW + 10)).metrics["loss"]

    assert before.count == 40
    assert (after.count, after.last) == (41, 0.5)


def test_f57_binary_files_named_log_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "core.log").write_bytes(random.Random(57).randbytes(3 << 20))
    (tmp_path / "train.log").write_text(STEPS)

    board = looked(store_over(tmp_path))

    assert steps_of(board) == {"train": 40}
    assert reasons(board) == {"core.log": "binary"}


def test_f58_deep_and_huge_json_breaks_nothing(tmp_path: Path) -> None:
    lines = [f'{{"step": {n}, "loss": 0.5}}' for n in range(1, 41)]
    bombs = ["[" * 100_000 + "]" * 100_000, '{"a":' * 50_000, '{"step": 1' + "0" * 6000 + "}", '{"step": NaN}']
    (tmp_path / "log.jsonl").write_text("\n".join([*lines, *bombs, '{"step": 41, "loss": 0.5}', ""]))

    run = one(read_whole(tmp_path))

    assert run.step == 41
    assert run.state is not RunStatus.FAILED


def test_f61_a_cut_archive_gives_what_it_holds_and_says_so(tmp_path: Path) -> None:
    text = "".join(f"step {n}/100000 loss {1 / n:.9f}\n" for n in range(1, 20_001))
    whole = gzip.compress(text.encode())
    (tmp_path / "train.log.gz").write_bytes(whole[: len(whole) // 2])

    run = one(read_whole(tmp_path))

    assert run.step is not None
    assert 5_000 < run.step < 15_000


def test_f64_what_is_compressed_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "train.log.gz").write_text(STEPS)
    (tmp_path / "b" / "train.log").write_bytes(gzip.compress(STEPS.encode()))

    assert {run.step for run in read_whole(tmp_path).runs} == {40}


# -- time ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead_s", [86_400.0, -86_400.0 * 365], ids=["a day ahead", "a year behind"])
def test_f34_a_file_of_another_time_has_no_negative_age(tmp_path: Path, ahead_s: float) -> None:
    log = tmp_path / "train.log"
    log.write_text(STEPS)
    os.utime(log, (NOW + ahead_s, NOW + ahead_s))

    run = one(looked(store_over(tmp_path)))

    assert run.elapsed_s is None or run.elapsed_s >= 0
    assert run.eta is None or run.eta.remaining_s.low >= 0
    assert "-" not in run.state_reason.replace("non-", "")


def test_f53_stamps_that_jump_back_give_no_negative_time(tmp_path: Path) -> None:
    clock = [f"2026-10-25 02:{m:02}:00" for m in range(20, 60)] + [f"2026-10-25 02:{m:02}:00" for m in range(60)]
    (tmp_path / "train.log").write_text(
        "".join(f"{stamp} INFO step {n}/200 loss {1 / n:.3f}\n" for n, stamp in enumerate(clock, 1))
    )

    run = one(read_whole(tmp_path))

    assert run.step == 100
    assert run.step_time_s is not None
    assert 0 < run.step_time_s.median < 120
    assert (run.elapsed_s or 0) >= 0


def test_f90_our_own_clock_may_jump_back(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text(STEPS)
    store = store_over(tmp_path)
    looked(store, NOW)
    with log.open("a") as file:
        file.write(MORE)

    run = one(looked(store, NOW - 3600))

    assert run.step == 60
    assert run.elapsed_s is None or run.elapsed_s >= 0


def test_f28_few_open_files_are_enough_for_many_logs(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.log").write_text(STEPS)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 64  # noqa: PTH208
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 16, hard))
    try:
        board = looked(store_over(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert len(board.runs) == 300
