"""Writing a report to a file: whole and new, or the old one untouched."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

from trainmon.errors import TrainmonError, UsageError
from trainmon.sanitise import clean
from trainmon.units import bytes_text


class TargetExistsError(UsageError):
    """There is a file already, and nobody said that it may go."""


class TargetNotWritableError(UsageError):
    """The target names something that no report can be written to."""


class ExportFailedError(TrainmonError):
    """The machine refused the write; what was there before is still there."""


_REASONS = {
    errno.ENOSPC: "no space left",
    errno.EDQUOT: "disk quota exceeded",
    errno.EFBIG: "file size limit reached",
    errno.EROFS: "read-only file system",
    errno.EACCES: "no permission",
    errno.EPERM: "not permitted",
    errno.ENOENT: "no such folder",
    errno.ENOTDIR: "part of the path is not a folder",
    errno.ENAMETOOLONG: "name too long",
}


def write_report(path: str | Path, text: str, *, force: bool = False) -> None:
    """Write `text` as UTF-8 to `path`; a link is followed, its target replaced, and the target's mode kept.

    Devices and pipes (`/dev/stdout`, `>(less)`) are written to as they are.
    Raises TargetExistsError, TargetNotWritableError or ExportFailedError.
    """
    content = text.encode("utf-8", "backslashreplace")
    try:
        found = _stat(Path(path))
        if found is not None and (stat.S_ISCHR(found.st_mode) or stat.S_ISFIFO(found.st_mode)):
            _write_through(path, content)
            return
        if found is not None:
            _refuse(path, found.st_mode, force=force)
        mode = None if found is None else stat.S_IMODE(found.st_mode)
        _replace(Path(os.path.realpath(path)), content, mode=mode, force=force)
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ExportFailedError(_failure(path, error, len(content))) from error


def _write_through(path: str | Path, content: bytes) -> None:
    """Write to a device or pipe by its given name: what stands behind `/dev/fd/63` has no path."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        _write_all(descriptor, content)
    finally:
        os.close(descriptor)


def _stat(path: Path) -> os.stat_result | None:
    """Follow links; None where nothing is there yet (a dangling link included)."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _refuse(path: str | Path, mode: int, *, force: bool) -> None:
    if stat.S_ISDIR(mode):
        raise TargetNotWritableError(f"{clean(str(path))} is a folder: name a file in it")
    if not stat.S_ISREG(mode):
        raise TargetNotWritableError(f"{clean(str(path))} is not a regular file")
    if not force:
        raise _exists(path)


def _exists(path: str | Path) -> TargetExistsError:
    return TargetExistsError(f"{clean(str(path))} exists: use --force to replace it, or another name")


def _replace(target: Path, content: bytes, *, mode: int | None, force: bool) -> None:
    """Put a finished, synced file in place of `target` in one step; leave no temporary file whatever happens."""
    temporary = target.parent / f".trainmon-{secrets.token_hex(6)}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            if mode is not None:
                os.fchmod(descriptor, mode)
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)  # may report what the write did not (NFS, quota)
        _move(temporary, target, force=force)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _move(temporary: Path, target: Path, *, force: bool) -> None:
    """Without `force` the file must not have appeared meanwhile: a link fails where a rename would replace."""
    if not force:
        try:
            os.link(temporary, target)
        except FileExistsError:
            raise
        except OSError:  # no hard links here (FAT, some network mounts)
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        else:
            temporary.unlink()
            return
    os.replace(temporary, target)  # noqa: PTH105 - the call that is atomic, by its own name


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the file system lets a folder be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _failure(path: str | Path, error: OSError | ValueError, size: int) -> str:
    number = error.errno if isinstance(error, OSError) else None
    reason = _REASONS.get(number or 0) or (error.strerror if isinstance(error, OSError) else None) or str(error)
    needs = f" (needs {bytes_text(size)})" if number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else ""
    return f"export to {clean(str(path))} failed: {reason}{needs}; no file was changed"
