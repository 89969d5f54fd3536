"""Writing, and what the system refuses."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.workspace.disk import refusal, remove_tree, spoken, write_whole

FULL = """
import resource, sys
from pathlib import Path
from backroad.workspace.disk import spoken, write_whole
from backroad.errors import BackroadError
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
path = Path(sys.argv[1])
try:
    with spoken(path):
        write_whole(path, b"n" * 5000)
except BackroadError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "there is no room left to write; free some space, then repeat the command"),
        (errno.EROFS, "the disk is read-only; choose a folder that you can write"),
        (errno.EACCES, "permission denied; make the path readable and writable for you"),
        (errno.ENAMETOOLONG, "file name too long; put that right, then repeat the command"),
    ],
    ids=["full", "read-only", "forbidden", "anything else"],
)
def test_what_the_system_refuses(code: int, said: str) -> None:
    """Every refusal names the path, what is wrong and what to do."""
    error = OSError(code, os.strerror(code), "/there")
    assert str(refusal(error, Path("/elsewhere"))) == f"/there: {said}"


def test_a_refusal_without_a_path() -> None:
    """Where the system names no path, the place of the work stands in for it."""
    assert str(refusal(OSError(errno.ENOSPC, "full"), Path("/here"))).startswith("/here: there is no room")


def test_names_that_are_no_utf8_can_be_printed() -> None:
    """A path that is no UTF-8 is shown with its bytes escaped."""
    error = refusal(OSError(errno.EACCES, "no", os.fsdecode(b"/caf\xe9")), Path("/"))
    assert str(error).encode("utf-8").startswith(b"/caf\\udce9: permission denied")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_write_that_finds_no_room_leaves_the_old_file(tmp_path: Path) -> None:
    """Without room for the new content the old one stays, and no temporary file is left."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    child = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert "there is no room left to write" in child.stdout
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"file": b"old"}


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    """A file is replaced at once, and nothing is left beside it."""
    write_whole(tmp_path / "file", b"a long first content")
    write_whole(tmp_path / "file", b"new")
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"file": b"new"}


def test_removing_a_tree_with_read_only_folders(tmp_path: Path) -> None:
    """A folder of the kit's own goes with all that is in it, and may be gone already."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"x")
    (tmp_path / "a" / "b").chmod(0o500)
    remove_tree(tmp_path / "a")
    remove_tree(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_errors_of_the_kit_pass_through(tmp_path: Path) -> None:
    """A refusal is told once: an error that is spoken already is not told again."""
    with (
        pytest.raises(BackroadError, match=r"^/inner: permission denied"),
        spoken(tmp_path),
        spoken(tmp_path),
    ):
        raise PermissionError(errno.EACCES, "no", "/inner")
