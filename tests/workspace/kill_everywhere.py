"""Kill a process at every call that changes the disk, and look what is left.

Run by tests as a child of its own: `python kill_everywhere.py WHAT FOLDER`. For n = 1, 2, 3 … a fork does
the work and kills itself with SIGKILL just before its n-th such call, until one comes through; after each
kill the next command is played.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backroad.content.trees import File, Tree
from backroad.events import EventKind
from backroad.workspace.archive import Archive, at_work, change, open_archive
from backroad.workspace.attic import walk
from backroad.workspace.history import undo
from backroad.workspace.opening import Workspace
from backroad.workspace.scaffold import _fill, _write_beside

CALLS = ["rename", "replace", "link", "symlink", "mkdir", "rmdir", "unlink", "remove", "chmod", "fsync"]
SETTINGS = b'[exercise]\nslug = "greeter"\nkit = "0.1.0"\n'


def die_at(count: int) -> None:
    """Let this process kill itself just before its `count`-th call that changes the disk."""
    left = [count]

    def deadly(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return wrapper

    for name in CALLS:
        setattr(os, name, deadly(getattr(os, name)))


def comes_through(count: int, work: Callable[[], object]) -> bool:
    """Whether the work was done before its `count`-th call."""
    child = os.fork()
    if child == 0:
        die_at(count)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status == 0


def before(root: Path) -> None:
    """Write a workspace with something of everything."""
    (root / "pkg" / "node_modules").mkdir(parents=True)
    (root / "pkg" / "node_modules" / "kept.js").write_bytes(b"not in the attic")
    (root / "gone" / "__pycache__").mkdir(parents=True)
    (root / "gone" / "__pycache__" / "x.pyc").write_bytes(b"cache")
    (root / "gone" / "deep.py").write_bytes(b"deep")
    (root / "turns").mkdir()
    (root / "turns" / "inner.txt").write_bytes(b"inner")
    (root / "backroad.toml").write_bytes(SETTINGS)
    (root / "app.py").write_bytes(b"mine\n" * 1000)
    (root / "same.py").write_bytes(b"same")
    (root / "pkg" / "mine.py").write_bytes(b"mine too")
    (root / "plain").write_bytes(b"becomes a folder")
    (root / "link").symlink_to("app.py")
    (root / os.fsdecode(b"caf\xe9 \xff.txt")).write_bytes(b"odd name")
    (root / "same.py").chmod(0o755)


def after(root: Path) -> None:
    """Write what it becomes."""
    (root / "plain").mkdir(parents=True)
    (root / "plain" / "now.txt").write_bytes(b"a folder now")
    (root / "empty").mkdir()
    (root / "pkg").mkdir()
    (root / "backroad.toml").write_bytes(SETTINGS)
    (root / "app.py").write_bytes(b"starter\n")
    (root / "same.py").write_bytes(b"same")
    (root / "turns").write_bytes(b"becomes a file")
    (root / "link").symlink_to("same.py")
    (root / "same.py").chmod(0o644)


def contents(root: Path) -> set[bytes]:
    """Return the bytes of every file below a folder."""
    return {path.read_bytes() for path in root.rglob("*") if path.is_file() and not path.is_symlink()}


def play_change(folder: Path, edit: bool) -> int:
    """Kill a change everywhere; with `edit`, the learner writes before the next command comes."""
    for count in range(1, 10_000):
        place = folder / str(count)
        root = place / "workspace"
        workspace = Workspace(root, "greeter", "0.1.0")
        before(root)
        after(place / "goal")
        with open_archive(place / "home") as archive:
            states = archive.attic.store(root), archive.attic.store(place / "goal")
        precious = contents(root)

        def work(home: Path = place / "home", workspace: Workspace = workspace, states: Any = states) -> None:
            with open_archive(home) as archive, at_work(archive, workspace.root):
                change(archive, workspace, EventKind.RESET, states[0], states[1], {})

        done = comes_through(count, work)
        assert precious <= contents(root) | contents(place / "home") | {b"cache"}
        with open_archive(place / "home") as archive:
            (look_edited if edit else look)(archive, workspace, states)
        shutil.rmtree(place)
        if done:
            return count
    raise AssertionError("it never came through")


def look(archive: Archive, workspace: Workspace, states: tuple[str, str]) -> None:
    """The next command finds one state or the other, whole, and the way back."""
    with at_work(archive, workspace.root):
        present = archive.attic.store(workspace.root)
    assert present in states, sorted(walk(workspace.root))
    assert not (workspace.root / ".backroad").exists()
    assert (workspace.root / "pkg" / "node_modules" / "kept.js").read_bytes() == b"not in the attic"
    if present == states[1]:
        assert undo(archive, workspace).after == states[0]
        assert archive.attic.store(workspace.root) == states[0]
        undo(archive, workspace)
        assert archive.attic.store(workspace.root) == states[1]


def look_edited(archive: Archive, workspace: Workspace, _: object) -> None:
    """What the learner writes between the kill and the next command is found where it was written."""
    for name in ("app.py", "new.py"):
        (workspace.root / name).write_bytes(b"written meanwhile: " + name.encode())
    with at_work(archive, workspace.root):
        assert (workspace.root / "app.py").read_bytes() == b"written meanwhile: app.py"
        assert (workspace.root / "new.py").read_bytes() == b"written meanwhile: new.py"
        assert not (workspace.root / ".backroad").exists()


def play_scaffold(folder: Path, existing: bool) -> int:
    """Kill a scaffold everywhere; the next one to the same place works and leaves nothing else."""
    names = ("backroad.toml", "README.md", "given/tools.py", "app.py")
    tree = Tree({name: File(name.encode()) for name in names})
    for count in range(1, 10_000):
        place = folder / str(count)
        target = place / "hello"
        (target if existing else place).mkdir(parents=True)

        def work(target: Path = target) -> None:
            if existing:
                _fill(target, lambda: tree)
            else:
                _write_beside(target, tree)

        done = comes_through(count, work)
        if not (target / "backroad.toml").exists():
            work()
        left = sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())
        complete = sorted(f"hello/{name}" for name in names)
        assert [name for name in left if name.startswith("hello/") and ".backroad/" not in name] == complete
        if done:
            return count
    raise AssertionError("it never came through")


if __name__ == "__main__":
    plays: dict[str, Callable[[Path], int]] = {
        "change": lambda folder: play_change(folder, edit=False),
        "change-edited": lambda folder: play_change(folder, edit=True),
        "scaffold": lambda folder: play_scaffold(folder, existing=False),
        "fill": lambda folder: play_scaffold(folder, existing=True),
    }
    print(plays[sys.argv[1]](Path(sys.argv[2])))
