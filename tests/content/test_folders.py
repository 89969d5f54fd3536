"""A folder on disk → a tree, within limits."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backroad.content.folders import Bounds, read_folder
from backroad.errors import BackroadError

NOBODY = 65534
posix = pytest.mark.skipif(os.name != "posix", reason="this system has no such files")


def refused(folder: Path, bounds: Bounds = Bounds()) -> list[str]:  # noqa: B008 - a frozen value
    """Return why a folder is refused."""
    with pytest.raises(BackroadError) as caught:
        read_folder(folder, bounds)
    return list(map(str, caught.value.problems))


def test_files_are_taken_with_bytes_and_mode(tmp_path: Path) -> None:
    """Every file is taken under its name, dot files and executable bits too."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/run.sh").write_bytes(b"\x00\r\n")
    (tmp_path / "a/run.sh").chmod(0o755)
    (tmp_path / ".env").write_text("X=1")
    tree = read_folder(tmp_path)
    assert sorted(tree.files) == [".env", "a/run.sh"]
    assert tree.read("a/run.sh") == b"\x00\r\n"
    assert tree.files["a/run.sh"].executable
    assert not tree.files[".env"].executable


def test_histories_and_caches_are_left(tmp_path: Path) -> None:
    """What tools leave behind changes nothing."""
    (tmp_path / "app.py").write_text("")
    before = read_folder(tmp_path).digest()
    for folder in (".git", "__pycache__", ".pytest_cache"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x").write_text("")
    (tmp_path / ".#app.py").symlink_to("somebody@host.1")
    assert read_folder(tmp_path).digest() == before


@pytest.mark.parametrize("name", [".venv", "venv", "web/node_modules"])
def test_installed_packages_are_linked(tmp_path: Path, name: str) -> None:
    """Installed packages are no part of the digest, are not looked into, and stay usable in the copy."""
    mine = tmp_path / "mine"
    (mine / name / "deep").mkdir(parents=True)
    (mine / name / "deep/leaves").symlink_to("/")
    tree = read_folder(mine)
    tree.write(tmp_path / "copy")
    assert tree.digest() == read_folder(tmp_path / "copy").digest()
    assert (tmp_path / "copy" / name).resolve() == (mine / name).resolve()


def test_a_link_to_a_file_inside_is_taken_as_the_file(tmp_path: Path) -> None:
    """A link that stays inside the folder becomes the file it names."""
    (tmp_path / "a.py").write_text("x = 1")
    (tmp_path / "b.py").symlink_to("a.py")
    tree = read_folder(tmp_path)
    tree.write(tmp_path / "copy")
    assert tree.text("b.py") == "x = 1"
    assert not (tmp_path / "copy/b.py").is_symlink()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("../secret", "b: is a link that leaves the folder; put the file itself in its place"),
        ("/etc", "b: is a link that leaves the folder"),
        ("inside", "b: is a link to a folder; put the folder itself in its place"),
        ("nowhere", "b: is a link that leads nowhere; remove it"),
        ("b", "b: is a link that leads nowhere"),
    ],
    ids=["out", "absolute", "folder", "dangling", "to itself"],
)
def test_other_links_are_refused(tmp_path: Path, target: str, said: str) -> None:
    """A link that leaves the folder, leads nowhere or names a folder is refused."""
    (tmp_path / "secret").write_text("s")
    mine = tmp_path / "mine"
    (mine / "inside").mkdir(parents=True)
    (mine / "b").symlink_to(target)
    (problem,) = refused(mine)
    assert problem.startswith(said)


def test_a_folder_that_is_a_link_is_read(tmp_path: Path) -> None:
    """The folder itself may be reached through a link."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/a").write_text("")
    (tmp_path / "link").symlink_to("mine")
    assert list(read_folder(tmp_path / "link").files) == ["a"]


def pipe(path: Path) -> None:
    """Make a named pipe."""
    os.mkfifo(path)


def listener(path: Path) -> None:
    """Make a socket in the file system."""
    folder = os.open(path.parent, os.O_RDONLY)
    # The name of a socket is short by its nature: it is bound through the folder's descriptor.
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)


@posix
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (pipe, "x: is a named pipe; remove it"),
        pytest.param(
            listener,
            "x: is a socket; remove it",
            marks=pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc"),
        ),
    ],
)
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    """Pipes and sockets are refused at once, not waited for."""
    make(tmp_path / "x")
    assert refused(tmp_path) == [said]


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="needs /dev/null")
def test_devices_are_refused() -> None:
    """A device is refused, not read."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        try:
            os.mknod(Path(folder) / "null", 0o20666, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root makes devices")
        assert refused(Path(folder)) == ["null: is a device; remove it"]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's right to read everything, if it is root who runs the tests."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@posix
@pytest.mark.parametrize(
    ("name", "said"), [("secret.py", "secret.py"), ("closed", "closed/")], ids=["file", "folder"]
)
def test_what_cannot_be_read_is_told(name: str, said: str) -> None:
    """A file or folder without permission is told by its name."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "secret.py").write_text("")
        (Path(folder) / "closed").mkdir()
        (Path(folder) / name).chmod(0o000)
        with as_nobody():
            problems = refused(Path(folder))
        (Path(folder) / name).chmod(0o700)
    assert problems == [f"{said}: cannot be read: Permission denied; check its permissions"]


@posix
def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A name that is not UTF-8 is refused and shown harmlessly."""
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff")).write_text("")
    except OSError:
        pytest.skip("this disk takes no such name")
    assert refused(tmp_path) == ["a\\udcff: its name holds characters that cannot be shown; rename it"]


def test_names_that_collide_are_refused(tmp_path: Path) -> None:
    """Names that are one where a disk ignores case are refused."""
    for name in ("app.py", "App.py"):
        (tmp_path / name).write_text("")
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this disk ignores case itself")
    assert refused(tmp_path) == [
        "app.py: is the same name as App.py where a disk ignores case; rename one of them"
    ]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Everything wrong with a folder is gathered before it speaks."""
    (tmp_path / "a").symlink_to("/etc/passwd")
    (tmp_path / "b").symlink_to("nowhere")
    (tmp_path / ("d" * 200)).mkdir()
    (tmp_path / ("d" * 200) / ("e" * 210)).write_text("")
    assert [problem.split(":")[0][:2] for problem in refused(tmp_path)] == ["a", "b", "dd"]


def test_a_bottomless_folder_is_refused(tmp_path: Path) -> None:
    """Folders in folders end where a name gets too long, not where the stack does."""
    (tmp_path / ("d/" * 250)).mkdir(parents=True)
    (problem,) = refused(tmp_path)
    assert problem == f"{('d/' * 30)}…: its name has 401 characters; use a shorter one"


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    """More files and folders than allowed are refused with the place where they are."""
    (tmp_path / "build").mkdir()
    for number in range(5):
        (tmp_path / "build" / str(number)).write_text("")
    assert len(read_folder(tmp_path, Bounds(entries=6)).files) == 5
    (problem,) = refused(tmp_path, Bounds(entries=5))
    assert "holds more than 5 files and folders; leave out what was built or downloaded" in problem
    assert problem.endswith("it overflows in build/")


def test_too_many_bytes_are_refused_unread(tmp_path: Path) -> None:
    """More bytes than allowed are refused without reading them, a sparse file of 100 GB too."""
    with (tmp_path / "data.db").open("wb") as file:
        file.truncate(100 * 1024**3)
    (problem,) = refused(tmp_path)
    assert "holds more than 64 MiB" in problem
    assert problem.endswith("it overflows at data.db")


def test_the_sizes_of_all_files_count(tmp_path: Path) -> None:
    """The limit holds for the sum, to the byte."""
    for name in "ab":
        (tmp_path / name).write_bytes(b"x" * 512)
    assert len(read_folder(tmp_path, Bounds(size=1024)).files) == 2
    assert "holds more than" in refused(tmp_path, Bounds(size=1023))[0]


@pytest.mark.parametrize(
    ("name", "what"), [("nowhere", "there is no such folder"), ("file", "is not a folder")]
)
def test_what_is_no_folder_is_told(tmp_path: Path, name: str, what: str) -> None:
    """A path that is no folder is told as such."""
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / name) == [f"{tmp_path / name}: {what}; name the folder that holds the files"]
