"""What a file is to trainmon, by its name's ending and the first bytes of its content."""

from __future__ import annotations

import re
from enum import StrEnum

from trainmon.reading.encodings import decoder_for

BINARY_SUFFIXES = frozenset(
    (
        "pt",
        "pth",
        "bin",
        "safetensors",
        "ckpt",
        "onnx",
        "npz",
        "npy",
        "h5",
        "hdf5",
        "pkl",
        "pickle",
        "joblib",
        "parquet",
        "arrow",
        "feather",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "bmp",
        "pdf",
        "svg",
        "zip",
        "tar",
        "tgz",
        "7z",
        "whl",
        "so",
        "dll",
        "pyc",
        "mp4",
        "mp3",
        "wav",
        "db",
        "sqlite",
        "wandb",
        "model",
        "ttf",
    )
)  # fmt: skip
SOURCE_SUFFIXES = frozenset(
    (
        "py",
        "sh",
        "bash",
        "c",
        "cc",
        "cpp",
        "h",
        "hpp",
        "cu",
        "js",
        "ts",
        "css",
        "html",
        "htm",
        "yaml",
        "yml",
        "toml",
        "ini",
        "cfg",
        "lock",
        "tcss",
        "ps1",
        "bat",
    )
)  # fmt: skip
DOCUMENT_SUFFIXES = frozenset(("md", "markdown", "rst", "ipynb", "txt"))
LOG_SUFFIXES = frozenset(("log", "out", "err", "txt", "stdout", "stderr"))
_HOLE = re.compile(rb"\0{64,}")
_CONTROLS = bytes((*range(1, 7), *range(14, 27)))


class FileKind(StrEnum):
    """What a file is to trainmon."""

    LOG = "log"
    STATE = "state"
    """A JSON document that a trainer writes beside its log (`trainer_state.json`)."""
    GPU = "gpu"
    """An nvidia-smi log."""
    DOCUMENT = "document"
    """An estimate document."""
    SKIP = "skip"


def json_kind(text: str, suffix: str) -> tuple[FileKind, str]:
    """A log under a .json name, a trainer's state, or neither; with the reason."""
    first, _, rest = text.strip().partition("\n")
    if first.endswith("}") and rest.lstrip().startswith("{"):
        return FileKind.LOG, ""  # JSON lines under a .json name
    if '"log_history"' in text or ('"best_metric"' in text and '"epoch"' in text):
        return FileKind.STATE, ""
    return FileKind.SKIP, "a JSON document, not a log" if suffix == "json" else "a document, not a log"


def is_no_text(head: bytes) -> bool:
    """Tell whether the first bytes of a file are no text in any encoding that is read."""
    decoder = decoder_for(head)
    decoder.feed(head)
    return decoder.encoding == "utf-8" and is_binary(head)


def is_binary(head: bytes) -> bool:
    """Many NUL bytes behind each other are a hole, as a truncated log or a power cut leaves it; a few are no text."""
    body = _HOLE.sub(b"", head).lstrip(b"\0") if b"\0" in head else head
    if not body:
        return True
    controls = len(body) - len(body.translate(None, _CONTROLS))
    return body.count(0) * 20 > len(body) or controls * 20 > len(body)
