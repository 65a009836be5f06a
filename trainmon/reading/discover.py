"""Which files under LOGS are logs, told by their content; what is none is skipped, with the reason."""

from __future__ import annotations

import glob
import math
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path

from trainmon.errors import NothingReadableError
from trainmon.own_output import NOT_READ, is_own
from trainmon.reading.encodings import decoder_for

_HEAD_BYTES = 64 << 10
_MAX_FILES = 50_000
_BINARY = frozenset(
    [
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
    ]
)
_SOURCE = frozenset(
    [
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
    ]
)
_DOCUMENT = frozenset(("md", "markdown", "rst", "ipynb", "txt"))
_LOG_NAMES = frozenset(("log", "out", "err", "txt", "stdout", "stderr"))
_HOLE = re.compile(rb"\0{64,}")
_CONTROLS = bytes((*range(1, 7), *range(14, 27)))
_SKIPPED_FOLDERS = frozenset(("node_modules", "__pycache__", "site-packages"))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that was looked at."""

    path: Path
    root: Path
    """The LOGS argument under which it was found: a folder, or the file itself."""
    kind: FileKind
    reason: str = ""
    modified_at: float = field(default=0.0, compare=False)
    """When it was judged; 0.0 where its status is not known."""


class Scanner:
    """Looks through LOGS again and again; a file is opened once, and again only while it is too short to judge."""

    def __init__(
        self,
        logs: Iterable[str],
        *,
        is_document: Callable[[str], bool],
        is_gpu_log: Callable[[str], bool],
        is_log: Callable[[bytes], bool],
    ) -> None:
        self._logs = tuple(logs)
        self._is_document = is_document
        self._is_gpu_log = is_gpu_log
        self._is_log = is_log
        self._known: dict[Path, tuple[int, int, Candidate]] = {}
        self._found: dict[Path, Candidate | None] = {}
        """The files of the last walk in their order; None for those not judged yet."""
        self._waiting: list[tuple[Path, Path, os.stat_result]] = []

    @property
    def behind(self) -> bool:
        """Whether files were found that are not judged yet."""
        return bool(self._waiting)

    def scan(self, deadline_s: float = math.inf) -> list[Candidate]:
        """Give the files under LOGS in a stable order. Raises NothingReadableError where a LOGS does not exist.

        When `time.monotonic()` passes `deadline_s`, new files are left for the next scan, the oldest folders last.
        """
        if not self._waiting:
            self._take_stock()
        while self._waiting:
            root, path, found = self._waiting.pop()
            self._found[path] = self._judged(root, path, found)
            if time.monotonic() > deadline_s and self._may_rest(path.parent):
                break
        return [candidate for candidate in self._found.values() if candidate is not None]

    def _may_rest(self, folder: Path) -> bool:
        """Not within a folder before its runs have the names that they keep (see `group_runs`)."""
        if not self._waiting or self._waiting[-1][1].parent != folder:
            return True
        logs = (c for c in self._found.values() if c is not None and c.kind is FileKind.LOG and c.path.parent == folder)
        return len(list(islice(logs, 2))) == 2

    def _take_stock(self) -> None:
        """Find all files; those to be judged wait, newest last."""
        self._found = {}
        inodes: set[tuple[int, int]] = set()
        newest: dict[Path, float] = {}
        for root, path in self._paths():
            if len(self._found) >= _MAX_FILES:
                break
            if path in self._found:
                continue
            candidate, found = self._look(root, path)
            self._found[path] = candidate
            if found is None:
                continue
            identity = (found.st_dev, found.st_ino)
            if identity in inodes:
                self._found[path] = Candidate(
                    path=path, root=root, kind=FileKind.SKIP, reason="another name of a file already read"
                )
                continue
            inodes.add(identity)
            if not self._is_known(path, found):
                self._waiting.append((root, path, found))
                newest[path.parent] = max(newest.get(path.parent, 0.0), found.st_mtime)
        self._waiting.sort(key=lambda one: (newest[one[1].parent], one[1].parent, one[2].st_mtime))

    def folders(self) -> set[Path]:
        """The folders in which new files may appear."""
        return {(root if _is_folder(root) else root.parent) for root in self._roots()} | {p.parent for p in self._known}

    def _roots(self) -> Iterator[Path]:
        for argument in self._logs:
            path = Path(argument).expanduser()
            if _fault(path) is None:
                yield path
            elif any(letter in argument for letter in "*?["):
                yield from (Path(match) for match in sorted(glob.glob(str(path), recursive=True)))  # noqa: PTH207

    def check(self) -> None:
        """Raise NothingReadableError for a LOGS that names nothing, or what must not be read."""
        for argument in self._logs:
            path = Path(argument).expanduser()
            pattern = any(letter in argument for letter in "*?[")
            fault = _fault(path)
            if isinstance(fault, PermissionError):
                raise NothingReadableError(f"{argument}: {_why(fault)}. Ask its owner, or name another folder.")
            if fault is not None and not (pattern and glob.glob(str(path), recursive=True)):  # noqa: PTH207
                what = "no file matches" if pattern else "no such file or folder:"
                raise NothingReadableError(
                    f"{what} {argument}. Name a log file, a folder of logs, or a quoted pattern."
                )

    def _paths(self) -> Iterator[tuple[Path, Path]]:
        beside: list[tuple[Path, Path]] = []
        for root in self._roots():
            if _is_folder(root):
                yield from ((root, path) for path in _walk(root))
            else:
                yield root, root
            beside += ((root.parent, path) for path in _documents_in(root.resolve().parent))
        yield from beside

    def _look(self, root: Path, path: Path) -> tuple[Candidate | None, os.stat_result | None]:
        """What is known of a file already, and what it is now; no status of what is none or cannot be seen."""
        try:
            found = path.stat()
        except OSError as error:
            reason = f"unreadable: {_why(error)}"
            return Candidate(path=path, root=root, kind=FileKind.SKIP, reason=reason), None
        if stat.S_ISDIR(found.st_mode):  # only those that could not be walked through come here
            reason = f"unreadable folder: {_why(_fault(path))}"
            return Candidate(path=path, root=root, kind=FileKind.SKIP, reason=reason), None
        known = self._known.get(path)
        return known[2] if known is not None else None, found

    def _is_known(self, path: Path, found: os.stat_result) -> bool:
        known = self._known.get(path)
        return known is not None and known[0] == found.st_ino and (known[1] >= _HEAD_BYTES or known[1] == found.st_size)

    def _judged(self, root: Path, path: Path, found: os.stat_result) -> Candidate:
        kind, reason = self._judge(path, found, named=root == path)
        candidate = Candidate(path=path, root=root, kind=kind, reason=reason, modified_at=found.st_mtime)
        self._known[path] = (found.st_ino, found.st_size, candidate)
        return candidate

    def _judge(self, path: Path, found: os.stat_result, *, named: bool) -> tuple[FileKind, str]:
        if not stat.S_ISREG(found.st_mode):
            return FileKind.SKIP, "not a regular file"
        suffix = path.suffix[1:].lower()
        if suffix in _BINARY and not named:
            return FileKind.SKIP, "binary"
        if suffix in _SOURCE and not named:
            return FileKind.SKIP, "source code or settings"
        if found.st_size == 0:
            return (FileKind.LOG, "empty") if suffix in _LOG_NAMES else (FileKind.SKIP, "empty")
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
                if not head.strip(b"\0") and found.st_size > _HEAD_BYTES:
                    file.seek(-_HEAD_BYTES, os.SEEK_END)  # behind the hole that a truncated log begins with
                    head = file.read(_HEAD_BYTES)
        except OSError as error:
            return FileKind.SKIP, f"unreadable: {_why(error)}"
        return self._by_content(head, suffix)

    def _by_content(self, head: bytes, suffix: str) -> tuple[FileKind, str]:
        decoder = decoder_for(head)
        text_bytes = decoder.feed(head)
        if decoder.encoding == "utf-8" and _is_binary(head):
            return FileKind.SKIP, "binary"
        text = text_bytes.decode("utf-8", "replace")
        if is_own(text):
            return FileKind.SKIP, NOT_READ
        start = text.lstrip()[:1]
        if suffix == "json" or (start == "{" and "\n" in text.strip() and text.lstrip()[1:2] in "\r\n"):
            return self._json(text, suffix)
        if suffix in _DOCUMENT and self._is_document(text) and not (suffix == "txt" and self._is_log(text_bytes)):
            return FileKind.DOCUMENT, ""
        if suffix in ("md", "markdown", "rst", "ipynb"):
            return FileKind.SKIP, "a document without estimates"
        if self._is_gpu_log(text):
            return FileKind.GPU, ""
        return FileKind.LOG, ""

    @staticmethod
    def _json(text: str, suffix: str) -> tuple[FileKind, str]:
        first, _, rest = text.strip().partition("\n")
        if first.endswith("}") and rest.lstrip().startswith("{"):
            return FileKind.LOG, ""  # JSON lines under a .json name
        if '"log_history"' in text or ('"best_metric"' in text and '"epoch"' in text):
            return FileKind.STATE, ""
        return FileKind.SKIP, "a JSON document, not a log" if suffix == "json" else "a document, not a log"


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 Path's own question raises where a folder must not be entered


def _fault(path: Path) -> OSError | None:
    """Why a file or folder cannot be looked at; None where it can."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            os.scandir(path).close()
    except OSError as error:
        return error
    return None


def _why(error: OSError | None) -> str:
    return os.strerror(error.errno or 0) if error is not None else "it changed while it was looked at"


def _walk(root: Path) -> Iterator[Path]:
    """Every file below, folders in order of their names; links to folders are not followed, so no loop is entered.

    A folder that cannot be read comes as itself.
    """
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError:
        yield root
        return
    folders = []
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry)
            elif not entry.name.startswith("."):
                yield Path(entry.path)
        except OSError:
            yield Path(entry.path)
    for folder in folders:
        if not folder.name.startswith((".", "checkpoint-")) and folder.name not in _SKIPPED_FOLDERS:
            yield from _walk(Path(folder.path))


def _documents_in(folder: Path) -> Iterator[Path]:
    """What may be an estimate document beside the logs; nothing else there is any of our business."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        if path.suffix.lower() in (".md", ".markdown", ".rst") and os.path.isfile(path):  # noqa: PTH113
            yield path


def is_no_text(head: bytes) -> bool:
    """Tell whether the first bytes of a file are no text in any encoding that is read."""
    decoder = decoder_for(head)
    decoder.feed(head)
    return decoder.encoding == "utf-8" and _is_binary(head)


def _is_binary(head: bytes) -> bool:
    """Many NUL bytes behind each other are a hole, as a truncated log or a power cut leaves it; a few are no text."""
    body = _HOLE.sub(b"", head).lstrip(b"\0") if b"\0" in head else head
    if not body:
        return True
    controls = len(body) - len(body.translate(None, _CONTROLS))
    return body.count(0) * 20 > len(body) or controls * 20 > len(body)
