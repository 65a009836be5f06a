"""The real program with all its processes: however it ends, nothing of it stays, and no output channel hurts it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fake_driver import TWO_GPUS, Driver
from tests.pseudo_terminal import LONG_S, PseudoTerminal
from tests.terminal import Pane, needs_tmux
from trainmon.tui.guard import EXIT_INTERRUPTED

STEPS = "".join(f"step {n}/100 loss {1 / n:.3f}\n" for n in range(1, 41))
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    """In the environment of everything that is started, so that what is left of it can be found."""
    name = f"TRAINMON_TEST_{uuid.uuid4().hex}"
    monkeypatch.setenv(name, "1")
    return name


def marked(mark: str) -> dict[int, str]:
    """Living processes that carry the mark, but for this one."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def gone(mark: str) -> None:
    deadline = time.monotonic() + LONG_S
    while left := marked(mark):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "train.log").write_text(STEPS)
    return folder


@pytest.fixture
def screen(mark: str, driver: Driver, logs: Path) -> Iterator[PseudoTerminal]:
    """Started, with the run on it, reading in its own process, and a GPU driver that is asked by another one."""
    shown = PseudoTerminal(sys.executable, "-m", "trainmon", str(logs))
    try:
        shown.until(lambda: b"A100" in shown.output or b"30.0" in shown.output or b"29.3" in shown.output)
        shown.until(lambda: any("gpu.sampler" in command for command in marked(mark).values()))
        yield shown
    finally:
        shown.close()


WAYS: dict[str, Callable[[PseudoTerminal], object]] = {
    "q": lambda screen: screen.type(b"q"),
    "ctrl+c": lambda screen: screen.type(b"\x03"),
    "SIGTERM": lambda screen: screen.process.send_signal(signal.SIGTERM),
    "SIGHUP": lambda screen: screen.process.send_signal(signal.SIGHUP),
    "SIGHUP to the whole group": lambda screen: os.killpg(screen.process.pid, signal.SIGHUP),
    "SIGKILL": lambda screen: screen.process.kill(),
    "SIGSEGV": lambda screen: screen.process.send_signal(signal.SIGSEGV),
    "terminal closed": PseudoTerminal.hang_up,
}


@linux
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hanging", [pytest.param(False, id="driver answers"), pytest.param(True, id="driver hangs")])
def test_f76_f77_f78_f98_however_it_ends_no_process_of_it_stays(
    screen: PseudoTerminal, driver: Driver, mark: str, way: str, hanging: bool
) -> None:
    assert len(marked(mark)) >= 2
    if hanging:
        driver.says(TWO_GPUS + "hang nvmlDeviceGetPowerUsage\n")

    WAYS[way](screen)

    screen.process.wait(LONG_S) if way == "terminal closed" else screen.ended()
    gone(mark)


@linux
@needs_tmux
@pytest.mark.tmux
@pytest.mark.parametrize("command", ["kill-pane", "kill-server"])
def test_f77_a_closed_tmux_pane_leaves_no_process(
    mark: str, driver: Driver, logs: Path, tmp_path: Path, command: str
) -> None:
    pane = Pane(tmp_path, 80, 24)
    pane.run(str(logs))
    pane.until("train")

    pane.close(command)

    pane.close()
    gone(mark)


def test_f71_any_row_of_sizes_is_survived(screen: PseudoTerminal) -> None:
    chance = random.Random(5)
    sizes = [(1, 1), (0, 0), (1000, 1000), (1, 200), (50, 1), (2, 2), (10, 20)]
    sizes += [(chance.randrange(0, 60), chance.randrange(0, 200)) for _ in range(200)]
    for key in (b"\r", b"\x1b", b"?", b"\x1b"):
        screen.type(key)
        for rows, columns in sizes:
            screen.resize(rows, columns)
            os.kill(screen.process.pid, signal.SIGWINCH)
            screen.read(0.001)
    assert screen.process.poll() is None, screen.output[-3000:]

    screen.resize(24, 80)
    os.kill(screen.process.pid, signal.SIGWINCH)
    seen = len(screen.output)
    screen.until(lambda: b"train" in screen.output[seen:])
    screen.type(b"\x03")  # from whichever screen: an Escape and a key that are read at once are another key

    assert screen.ended() == EXIT_INTERRUPTED, screen.output[-3000:]


@linux
def test_f79_a_suspended_program_goes_on_with_what_happened_meanwhile(screen: PseudoTerminal, logs: Path) -> None:
    screen.process.send_signal(signal.SIGTSTP)
    deadline = time.monotonic() + LONG_S
    while os.waitid(os.P_PID, screen.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
        assert time.monotonic() < deadline
        screen.read(0.05)
    with (logs / "train.log").open("a") as log:
        log.write("step 77/100 loss 0.2\n")
    seen = len(screen.output)

    screen.process.send_signal(signal.SIGCONT)

    screen.until(lambda: b"77" in screen.output[seen:])
    screen.type(b"q")
    assert screen.ended() == 0


# -- without a screen ----------------------------------------------------------------------------------------------


def status(logs: Path, *arguments: str, shell: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m trainmon status {logs} {' '.join(arguments)} {shell}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=LONG_S, check=False)


@pytest.mark.parametrize("arguments", [(), ("--json",), ("-v",)], ids=["text", "json", "verbose"])
def test_f81_a_reader_that_has_enough_is_no_trouble(logs: Path, arguments: tuple[str, ...]) -> None:
    for number in range(200):
        (logs / f"{number}.log").write_text(STEPS)

    done = status(logs, *arguments, shell="| head -1; echo ${PIPESTATUS[0]}")

    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("0", "1", "141")


@pytest.mark.parametrize(
    "shell",
    [
        pytest.param(">&-", id="closed"),
        pytest.param("> /dev/full", id="full", marks=linux),
    ],
)
def test_f82_an_output_that_takes_nothing_is_told_in_one_line(logs: Path, shell: str) -> None:
    done = status(logs, shell=shell)

    assert done.returncode not in (0, -signal.SIGABRT)
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 1


def test_f73_f74_without_a_terminal_the_status_is_printed_and_nothing_stays(mark: str, logs: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trainmon", str(logs)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONG_S, check=False,
    )  # fmt: skip

    assert "train" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    if sys.platform == "linux":
        gone(mark)
