"""What is typed, what comes back, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

LOG = "".join(f"Epoch 1/1 Step {i}/100 loss {1 / i:.4f}\n" for i in range(1, 101))


def trainmon(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRAINMON_")} | environment
    return subprocess.run(
        [sys.executable, "-m", "trainmon", *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env=env,
        check=False,
    )


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "train.log").write_text(LOG)
    return folder


def test_logs_alone_are_watched_and_without_a_terminal_the_status_is_printed(logs: Path) -> None:
    done = trainmon(str(logs))

    assert done.returncode == 0
    assert "train" in done.stdout
    assert "100/100" in done.stdout


def test_status_json_is_the_contract(logs: Path) -> None:
    schema = json.loads(trainmon("formats", "--schema").stdout)
    done = trainmon("status", str(logs), "--json")

    board = json.loads(done.stdout)
    jsonschema.validate(board, schema)
    assert (board["schema"], board["runs"][0]["step"], board["runs"][0]["total_steps"]) == ("trainmon/1", 100, 100)
    assert done.returncode == 0


def test_a_failed_run_makes_status_exit_with_one(logs: Path) -> None:
    failure = "\nTraceback (most recent call last):\n  File 'a.py', line 1, in <module>\nValueError: no\n"
    (logs / "other.log").write_text(LOG[: len(LOG) // 2] + failure)

    assert trainmon("status", str(logs)).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["status", "no/such/folder"], 3, "no such file or folder", id="nothing there"),
        pytest.param(["statsu", "."], 2, "did you mean `trainmon status`?", id="a misspelt command"),
        pytest.param(["Summary", "."], 2, "did you mean `trainmon summary`?", id="a command in capitals"),
        pytest.param(["experiments"], 3, "no such file or folder: experiments", id="no command in sight"),
        pytest.param(["status"], 2, "LOGS", id="no LOGS"),
        pytest.param(["summary", ".", "--format", "pdf"], 2, "pdf", id="an unknown format"),
        pytest.param(["status", ".", "--estimates", "no.md"], 2, "no.md", id="an estimate document that is not there"),
        pytest.param(["estimates", "no.md"], 3, "no.md", id="a document that is not there"),
        pytest.param(["status", ""], 2, "an empty argument", id="a shell variable that is not set"),
        pytest.param([""], 2, "an empty argument", id="nothing but a shell variable that is not set"),
        pytest.param(["status", "*.nothing"], 3, "no file matches", id="a pattern without a match"),
    ],
)
def test_a_mistake_gets_one_clear_line_and_its_exit_code(
    arguments: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    done = trainmon(*arguments)

    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    done = trainmon("status", str(tmp_path))

    assert done.returncode == 3
    assert "no files there yet" in done.stderr


def test_a_closed_pipe_is_silent(logs: Path) -> None:
    command = f"{sys.executable} -m trainmon status {logs} --json | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300, check=False)

    assert done.stdout == "{"
    assert done.stderr == ""


def test_whoever_reads_no_further_is_told_as_by_any_program(logs: Path) -> None:
    command = f"{sys.executable} -m trainmon formats | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300, check=False)

    assert done.stdout[1:].strip() in ("0", "141")  # 0: all of it was in the pipe before the reader went
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_a_letter_gets_a_question_mark(logs: Path, encoding: str) -> None:
    (logs / "lr ≤ 3.log").write_text(LOG)

    done = trainmon("status", str(logs), PYTHONIOENCODING=f"{encoding}:strict")

    assert done.returncode in (0, 1)
    assert "? 3" in done.stdout


def test_a_closed_stdout_is_one_line_for_every_command(logs: Path) -> None:
    command = f"{sys.executable} -m trainmon formats explain {next(logs.glob('*.log'))} >&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300, check=False)

    assert (done.returncode, done.stderr) == (2, "trainmon: cannot write: stdout is closed\n")


@pytest.mark.parametrize(
    ("name", "begins"),
    [("r.json", "{"), ("r.html", "<!"), ("r.csv", "run,"), ("r.md", "<!-- trainmon"), ("r", "<!-- trainmon")],
)
def test_a_summary_is_what_its_file_is_called(logs: Path, tmp_path: Path, name: str, begins: str) -> None:
    assert trainmon("summary", str(logs), "-o", str(tmp_path / name)).returncode == 0

    assert (tmp_path / name).read_text().startswith(begins)


@pytest.mark.parametrize("kind", ["md", "json", "csv", "html"])
def test_a_summary_is_written_once_and_over_an_old_one_only_with_force(kind: str, logs: Path, tmp_path: Path) -> None:
    target = tmp_path / f"report.{kind}"
    first = trainmon("summary", str(logs), "--format", kind, "-o", str(target))
    text = target.read_text()
    second = trainmon("summary", str(logs), "--format", kind, "-o", str(target))
    third = trainmon("summary", str(logs), "--format", kind, "-o", str(target), "--force")

    assert (first.returncode, second.returncode, third.returncode) == (0, 2, 0)
    assert "train" in text
    assert "--force" in second.stderr


def test_a_user_format_is_read_and_explained(tmp_path: Path) -> None:
    (tmp_path / "trainmon.toml").write_text(
        "[[formats]]\nname = 'mine'\n"
        "pattern = 'batch (?P<step>\\d+) of (?P<total_steps>\\d+), cost (?P<loss>[\\d.]+)'\n"
        "sample = 'batch 10 of 2000, cost 0.53'\n"
    )
    (tmp_path / "run.log").write_text("".join(f"batch {i} of 50, cost {1 / i:.3f}\n" for i in range(1, 51)))

    run = json.loads(trainmon("status", str(tmp_path), "--json").stdout)["runs"][0]
    explained = trainmon("formats", "explain", str(tmp_path / "run.log")).stdout

    assert (run["step"], run["total_steps"], run["metrics"]["loss"]["count"]) == (50, 50, 50)
    assert run["files"][0]["format"] == "mine"
    assert "mine" in explained


def test_a_pattern_that_does_not_compile_is_named(tmp_path: Path) -> None:
    (tmp_path / "trainmon.toml").write_text("[[formats]]\nname = 'mine'\npattern = 'step (?P<step>'\n")
    (tmp_path / "run.log").write_text(LOG)

    done = trainmon("status", str(tmp_path))

    assert done.returncode == 2
    assert f"{tmp_path / 'trainmon.toml'}: format 1 (mine)" in done.stderr


def test_a_file_that_is_no_text_is_not_explained(tmp_path: Path) -> None:
    (tmp_path / "model.log").write_bytes(bytes(range(256)) * 40)

    done = trainmon("formats", "explain", str(tmp_path / "model.log"))

    assert (done.returncode, done.stdout) == (3, "")
    assert "model.log: binary" in done.stderr


def test_an_unknown_setting_is_named_with_its_file(logs: Path) -> None:
    (logs / "trainmon.toml").write_text("estimate = 'plan.md'\n")

    done = trainmon("status", str(logs))

    assert done.returncode == 2
    assert "trainmon.toml" in done.stderr
    assert "'estimate'" in done.stderr


def test_an_interrupt_ends_with_130_and_without_a_traceback(logs: Path) -> None:
    program = (
        "import os, signal, trainmon.session as session\n"
        "from trainmon.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in what a shell started behind itself
        "session.look_once = lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)\n"
        f"main(['status', {str(logs)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_status_counts_skipped_files_and_names_them_when_asked(logs: Path) -> None:
    (logs / "model.safetensors").write_bytes(b"\0" * 100)

    counted, named = trainmon("status", str(logs)).stdout, trainmon("status", "--verbose", str(logs)).stdout

    assert "1 file skipped: binary (1)" in counted
    assert "model.safetensors" not in counted
    assert f"{logs / 'model.safetensors'}: binary" in named
