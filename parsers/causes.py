"""Which kind of trouble a message speaks of; warnings, settings and metrics that share its words are none."""

from __future__ import annotations

import re

from trainmon.events import ProblemKind
from trainmon.patterns import pattern

_CAUSES: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    (ProblemKind.KEYBOARD_INTERRUPT, pattern(r"^KeyboardInterrupt\b|\bDetected KeyboardInterrupt\b")),
    (
        ProblemKind.OOM,
        pattern(
            r"(?:CUDA|HIP|MPS backend|XPU|GPU|device) (?:is )?(?:ran )?out of memory|\bOutOfMemoryError\b"
            r"|RESOURCE_EXHAUSTED: (?:Out of memory|OOM)"
            r"|OOM when allocating tensor|cudaErrorMemoryAllocation|CUBLAS_STATUS_ALLOC_FAILED"
            r"|CUDNN_STATUS_ALLOC_FAILED|CUDA_ERROR_OUT_OF_MEMORY"
        ),
    ),
    (
        ProblemKind.HOST_OOM,
        pattern(
            r"DefaultCPUAllocator: (?:can't|not enough)|\bMemoryError\b|Cannot allocate memory|\boom[-_]kill(?:er)?\b"
            r"|Out of memory: Kill"
            r"|\bout-of-memory handler\b|OutOfMemory: ?Kill|killed by signal: Killed"
        ),
    ),
    (
        ProblemKind.DISK_FULL,
        pattern(
            r"No space left on device|\bErrno 28\b|[Dd]isk quota exceeded|\bErrno 122\b"
            r"|PytorchStreamWriter failed writing"
        ),
    ),
    (
        ProblemKind.NCCL,
        pattern(
            r"\bNCCL (?:error|Error|operation .{0,40}failed)|\bnccl(?:System|Internal|Unhandled|Remote"
            r"|InvalidUsage)\w*Error|\bncclRemoteError\b"
            r"|Watchdog caught collective operation timeout|collective operation (?:timeout|timed out)"
            r"|\bDistBackendError\b"
        ),
    ),
    (
        ProblemKind.CUDA,
        pattern(
            r"\bCUDA error\b|CUDA driver error|device-side assert triggered|\bcudaError(?!MemoryAllocation)[A-Z]\w+"
            r"|illegal memory access"
            r"|CUDNN_STATUS_(?!SUCCESS)\w+|CUBLAS_STATUS_(?!SUCCESS)\w+|\bXid \d+|\bGPU has fallen off the bus"
            r"|cuDNN error"
        ),
    ),
    (
        ProblemKind.NAN,
        pattern(
            r"(?i:\bloss (?:is|was|became|went|=|:)? ?(?:nan|inf)\b[,.:! ]*(?:stop|abort|exit|terminat|quit))"
            r"|Minimum loss scale reached"
            r"|^(?:\w+\.)*\w*(?:Error|Exception)\b.{0,80}?(?i:\b(?:loss|gradients?|logits|outputs?)\b.{0,30}\b(?:nan|inf)\b)"
            r"|(?i:\bNaN (?:loss|gradients?) (?:detected|encountered|found)\b)|(?i:\bnon-?finite loss\b[^?]*(?:stop"
            r"|abort|terminat|detected))"
        ),
    ),
)
_FATAL: tuple[tuple[ProblemKind, re.Pattern[str]], ...] = (
    (ProblemKind.TIME_LIMIT, pattern(r"\bCANCELLED AT \S+ DUE TO TIME LIMIT\b|DUE TO TIME LIMIT")),
    (
        ProblemKind.CANCELLED,
        pattern(r"\*\*\* (?:JOB|STEP) \S+ ON \S+ CANCELLED AT \S+|\bCANCELLED AT \d{4}-\d\d-\d\dT|DUE TO PREEMPTION"),
    ),
    (ProblemKind.KEYBOARD_INTERRUPT, pattern(r"^\s*\^C\s*$|^KeyboardInterrupt\s*$")),
    (
        ProblemKind.HOST_OOM,
        pattern(r"oom[-_]kill event|Out of memory: Killed process|slurmstepd: error: Detected \d+ oom.kill event"),
    ),
    (
        ProblemKind.KILLED,
        pattern(
            r"^\s*Killed\s*$|^\S{1,200}: line \d+:\s+\d+ Killed\b|\bexits with return code = -(?:9|15)\b|\b(?:got"
            r"|received|caught) signal:? (?:15|9|SIGTERM|SIGKILL)\b"
            r"|^\s*Terminated\s*$|\(?exitcode\s*:\s*-(?:9|15)\)?|(?:was|been) killed by (?:signal|SIGKILL|SIGTERM)"
            r"|Signal 9 \(SIGKILL\)"
            r"|\bSignalException: Process \d+ got signal: 15|[Ww]orker (?:died|was killed)"
        ),
    ),
    (
        ProblemKind.OTHER,
        pattern(
            r"^\s*(?:Segmentation fault|Aborted|Bus error|Illegal instruction"
            r"|Floating point exception)(?: \(core dumped\))?\s*$"
            r"|^Fatal Python error:|^terminate called after throwing"
            r"|\bsrun: error: .{0,200}(?:Exited with exit code [1-9]|Killed|Terminated|Aborted|Segmentation)"
            r"|\bexits with return code = (?!0\b)-?\d+|^(?:mpirun|torchrun)\b.{0,200}(?:exited on signal|non-zero)"
        ),
    ),
)
_HARMLESS = pattern(
    r"OVERFLOW!|Skipping step|skipping batch|\boom=\d|retry(?:ing)?\b|will retry|PYTORCH_CUDA_ALLOC_CONF="
    r"|(?:avoid|prevent|reduce|cause|causes|lead to|in case of|to handle)"
    r" (?:\w+ ){0,3}(?:OOM|out of memory|oom)|CUDA error check|failed call to cuInit"
    r"|if (?:you|it) (?:\w+ ){0,4}(?:OOM|out of memory)"
    r"|^\s*#|^\s*export ",
    re.IGNORECASE,
)


def cause_of(message: str) -> ProblemKind | None:
    """The kind of trouble that a message, caught or not, names."""
    return next((kind for kind, words in _CAUSES if words.search(message)), None)


def is_harmless(text: str) -> bool:
    """Whether a sentence only talks about such trouble: advice, a setting, a step skipped on purpose."""
    return _HARMLESS.search(text) is not None


def fatal_cause(text: str) -> ProblemKind | None:
    """The kind of end that a line reports after which the program cannot have gone on."""
    return next((kind for kind, words in _FATAL if words.search(text)), None)
