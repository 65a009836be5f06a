"""What kind of file system a path lies on: local, or one that other machines write too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from trainmon.patterns import pattern

FOREIGN = frozenset({
    "9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "gfs", "gfs2", "glusterfs", "gpfs",
    "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "smb3", "smbfs", "vboxsf",
    "virtiofs", "vmhgfs", "webdav", "wekafs",
})  # fmt: skip
"""File systems whose files another machine, or the host of this guest, can write."""
LOCAL_FUSE = frozenset({
    "fuse.encfs", "fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.lxcfs", "fuse.mergerfs", "fuse.ntfs-3g",
})  # fmt: skip
"""All other `fuse.*` (sshfs, gcsfuse, s3fs, rclone ...) have their files elsewhere."""
_OCTAL = pattern(r"\\([0-7]{3})")


def mounts() -> tuple[tuple[str, str], ...]:
    """(mount point, file system type), the deepest mount point first; empty where there is no /proc."""
    try:
        return parse_mountinfo(Path("/proc/self/mountinfo").read_text(errors="surrogateescape"))
    except OSError:
        return ()


def parse_mountinfo(text: str) -> tuple[tuple[str, str], ...]:
    """Mount points and types of proc(5)'s mountinfo; later mounts hide earlier ones at the same place."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        head, _, tail = line.partition(" - ")
        if len(fields := head.split()) > 4 and tail:
            found[_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])] = tail.split()[0]
    return tuple(sorted(found.items(), key=lambda item: -len(item[0])))


def filesystem_type(path: str, table: Sequence[tuple[str, str]]) -> str:
    """Type of the file system that an absolute path without links lies on; "" where unknown."""
    for point, kind in table:
        if path == point or path.startswith(point.rstrip("/") + "/"):
            return kind
    return ""


def is_foreign(path: str, table: Sequence[tuple[str, str]]) -> bool:
    """Whether the file may be written by another machine (NFS, Lustre, sshfs), so that no process here shows it."""
    kind = filesystem_type(path, table)
    return kind in FOREIGN or (kind.startswith("fuse.") and kind not in LOCAL_FUSE)


def on_foreign_mounts(asked: Mapping[str, str]) -> set[str]:
    """Of paths as asked, and as they are without links, those that another machine may write.

    Told once for a folder, and for each file that is a mount point itself.
    """
    table = mounts()
    points = {point for point, _ in table}
    folders: dict[str, bool] = {}
    found = set()
    for path, real in asked.items():
        place = real if real in points else real.rpartition("/")[0] or "/"
        if place not in folders:
            folders[place] = is_foreign(place, table)
        if folders[place]:
            found.add(path)
    return found
