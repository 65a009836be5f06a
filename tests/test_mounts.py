"""File system types from mount tables."""

from __future__ import annotations

import pytest

from trainmon.reading.mounts import filesystem_type, is_foreign, mounts, parse_mountinfo

TABLE = parse_mountinfo(
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
    "40 27 0:52 / /data rw,relatime shared:7 - nfs4 server:/export rw,vers=4.2\n"
    "41 40 0:53 / /data/local\\040disk rw - xfs /dev/sdb1 rw\n"
    "42 27 0:54 / /home/me/remote rw,nosuid - fuse.sshfs me@host:/ rw\n"
    "43 27 0:55 / /pool rw - fuse.mergerfs a:b rw\n"
    "44 27 0:56 / /scratch rw - lustre 10.0.0.1@o2ib:/scratch rw\n"
    "45 44 0:57 / /scratch rw - ext4 /dev/sdc1 rw\n"
)


@pytest.mark.parametrize(
    ("path", "kind", "foreign"),
    [
        pytest.param("/var/log/a.log", "ext4", False, id="root"),
        pytest.param("/data/a.log", "nfs4", True, id="nfs"),
        pytest.param("/database/a.log", "ext4", False, id="a longer name is not below the mount"),
        pytest.param("/data/local disk/a.log", "xfs", False, id="a local disk mounted inside, with a blank"),
        pytest.param("/home/me/remote/a.log", "fuse.sshfs", True, id="sshfs"),
        pytest.param("/pool/a.log", "fuse.mergerfs", False, id="local fuse"),
        pytest.param("/scratch/a.log", "ext4", False, id="the later mount hides the earlier"),
    ],
)
def test_the_deepest_mount_decides(path: str, kind: str, foreign: bool) -> None:
    assert filesystem_type(path, TABLE) == kind
    assert is_foreign(path, TABLE) is foreign


def test_without_a_mount_table_nothing_is_called_foreign() -> None:
    assert not is_foreign("/data/a.log", ())


def test_the_table_of_this_machine_knows_its_root() -> None:
    table = mounts()
    if not table:
        pytest.skip("no /proc here")

    assert filesystem_type("/", table)
