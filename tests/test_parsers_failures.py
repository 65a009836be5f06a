"""Failures are recognised, named by their cause, and told from what only looks like one."""

from __future__ import annotations

import pytest

from trainmon.events import Event, Line, Problem, ProblemKind
from trainmon.parsers.failures import Failures

TRACEBACK = """\
Traceback (most recent call last):
  File "train.py", line 181, in <module>
    loss.backward()
    ^^^^^^^^^^^^^^^
  [Previous line repeated 3 more times]
""".splitlines()


def problems(*lines: str | tuple[int, str]) -> list[Problem]:
    reader = Failures()
    found: list[Event] = []
    for line in lines:
        rank, text = line if isinstance(line, tuple) else (None, line)
        found += reader.parse(Line(text=text, rank=rank)) or ()
    assert all(isinstance(event, Problem) for event in found)
    assert not reader.holding
    return [event for event in found if isinstance(event, Problem)]


@pytest.mark.parametrize(
    ("exception", "kind"),
    [
        ("ValueError: Expected input batch_size (32) to match target batch_size (17).", ProblemKind.TRACEBACK),
        ("AssertionError", ProblemKind.TRACEBACK),
        (
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. See "
            "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.",
            ProblemKind.OOM,
        ),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory. GPU 0 has a total capacty of 21.95 GiB", ProblemKind.OOM),
        (
            "RuntimeError: CUDA out of memory. Tried to allocate 2.92 GiB (GPU 0; 4.00 GiB total capacity)",
            ProblemKind.OOM,
        ),
        (
            "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate",
            ProblemKind.OOM,
        ),
        (
            "tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM when allocating tensor with shape",
            ProblemKind.OOM,
        ),
        ("RuntimeError: CUDA error: device-side assert triggered", ProblemKind.CUDA),
        ("torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:1333", ProblemKind.NCCL),
        ("OSError: [Errno 28] No space left on device", ProblemKind.DISK_FULL),
        (
            "RuntimeError: [enforce fail at inline_container.cc:424] . unexpected pos; PytorchStreamWriter failed "
            "writing file",
            ProblemKind.DISK_FULL,
        ),
        ("RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory", ProblemKind.HOST_OOM),
        ("RuntimeError: DataLoader worker (pid 123) is killed by signal: Killed.", ProblemKind.HOST_OOM),
        ("FloatingPointError: Minimum loss scale reached (0.0001).", ProblemKind.NAN),
        ("KeyboardInterrupt", ProblemKind.KEYBOARD_INTERRUPT),
        ("ray.exceptions.RayTaskError(ActorUnavailableError): ray::TaskRunner.run()", ProblemKind.TRACEBACK),
        ("subprocess.CalledProcessError: Command returned non-zero exit status 1.", ProblemKind.TRACEBACK),
    ],
)
def test_a_traceback_is_named_by_its_exception(exception: str, kind: ProblemKind) -> None:
    (problem,) = problems(*TRACEBACK, exception)

    assert problem == Problem(kind=kind, message=exception, fatal=True)


def test_lines_printed_inside_a_traceback_are_left_to_their_formats() -> None:
    reader = Failures()
    for line in TRACEBACK:
        reader.parse(Line(text=line))

    assert reader.holding
    assert reader.parse(Line(text="step 3: loss 0.5")) is None
    assert reader.parse(Line(text="loss: 0.5")) is None
    assert reader.parse(Line(text=" 11%|█         | 100/903 [05:01<40:16,  3.01s/it]")) is None
    assert reader.holding


def test_tracebacks_of_several_ranks_may_interleave() -> None:
    lines = [(rank, line) for line in [*TRACEBACK, "ValueError: x"] for rank in (0, 1)]

    assert [problem.message for problem in problems(*lines)] == ["ValueError: x", "ValueError: x"]


def test_both_exceptions_of_a_chain_are_told() -> None:
    found = problems(
        *TRACEBACK, "KeyError: 'a'", "", "During handling of the above exception, another exception occurred:", "",
        *TRACEBACK, "RuntimeError: b",
    )  # fmt: skip

    assert [problem.message for problem in found] == ["KeyError: 'a'", "RuntimeError: b"]


def test_a_boxed_traceback_ends_with_its_exception() -> None:
    (problem,) = problems(
        "╭─────── Traceback (most recent call last) ───────╮",
        "│ /home/a/train.py:12 in <module>                  │",
        "│ ❱ 12     main()                                  │",
        "╰──────────────────────────────────────────────────╯",
        "ValueError: x",
    )

    assert problem.kind is ProblemKind.TRACEBACK


def test_a_program_that_exits_well_has_no_problem() -> None:
    assert problems(*TRACEBACK, "SystemExit: 0") == []


def test_a_traceback_that_never_ends_is_given_up() -> None:
    reader = Failures()
    reader.parse(Line(text=TRACEBACK[0]))
    for _ in range(1000):
        reader.parse(Line(text="step 3: loss 0.5"))

    assert not reader.holding


@pytest.mark.parametrize(
    ("text", "kind", "fatal"),
    [
        ("Killed", ProblemKind.KILLED, True),
        ("run.sh: line 3: 12345 Killed                  python train.py", ProblemKind.KILLED, True),
        (
            "slurmstepd: error: *** JOB 1999618 ON r6i4n5 CANCELLED AT 2021-05-27T21:52:36 DUE TO TIME LIMIT ***",
            ProblemKind.TIME_LIMIT,
            True,
        ),
        (
            "slurmstepd: error: *** STEP 1809562.0 ON r6i5n1 CANCELLED AT 2021-05-23T08:29:53 ***",
            ProblemKind.CANCELLED,
            True,
        ),
        ("slurmstepd: error: Detected 1 oom-kill event(s) in StepId=1.batch cgroup.", ProblemKind.HOST_OOM, True),
        ("srun: error: mlperf-h100-0208: task 0: Exited with exit code 1", ProblemKind.OTHER, True),
        ("[ERROR] [launch.py:321:sigkill_handler] ['python'] exits with return code = -9", ProblemKind.KILLED, True),
        ("^C", ProblemKind.KEYBOARD_INTERRUPT, True),
        ("Detected KeyboardInterrupt, attempting graceful shutdown...", ProblemKind.KEYBOARD_INTERRUPT, False),
        ("Loss is nan, stopping training", ProblemKind.NAN, True),
        ("Error loading model:  CUDA out of memory. Tried to allocate 1 GiB", ProblemKind.OOM, False),
        (
            "[E ProcessGroupNCCL.cpp:475] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=3)",
            ProblemKind.NCCL,
            False,
        ),
        ("Segmentation fault (core dumped)", ProblemKind.OTHER, True),
        ("tee: train.log: No space left on device", ProblemKind.DISK_FULL, False),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory.", ProblemKind.OOM, True),
        ("signal.SignalException: Process 9724 got signal: 15", ProblemKind.KILLED, True),
    ],
)
def test_a_failure_told_in_one_line(text: str, kind: ProblemKind, fatal: bool) -> None:
    (problem,) = problems(text)

    assert (problem.kind, problem.fatal) == (kind, fatal)


@pytest.mark.parametrize(
    "text",
    [
        "OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768",
        "Region 82 Avg IOU: -nan, Class: -nan, Obj: -nan, No Obj: 0.5, Avg Recall: -nan, count: 0",
        "loss=3.1, oom=0, loss_scale=16",
        "step:1/19073 train_loss:10.8258 train_time:18811ms step_avg:nanms",
        "iter 0: loss 10.98, time 2000ms, mfu -100.00%",
        "[Epoch 0] validation: err-top1=0.941785 err-top5=0.839365",
        "mean_squared_error: 0.5, WordErrorRate 0.3",
        "Best gain: -inf",
        "Set PYTORCH_CUDA_ALLOC_CONF to avoid out of memory",
        "GPU out of memory? Lower the batch size to prevent OOM",
        "CUDA available: True",
        "Using NCCL backend",
        "{'loss': nan, 'grad_norm': nan, 'learning_rate': 0.00027, 'epoch': 1.4}",
        "Killing subprocess 22920",
        "exits with return code = 0",
        "wandb: WARNING Killed sweep agents are restarted",
        "ValueError: told by somebody without a traceback",
    ],
)
def test_what_only_looks_like_a_failure_is_none(text: str) -> None:
    assert problems(text) == []


def test_a_machine_without_a_gpu_is_no_trouble() -> None:
    line = (
        "cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)"
    )

    assert problems(line) == []
