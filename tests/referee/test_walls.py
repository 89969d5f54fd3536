"""What a subject may read on this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.model import Level, Limits
from backroad.plan import Plan
from backroad.referee.walls import PACKAGE, linked_folders, secrets_of, walls, without


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A submission's folder."""
    (tmp_path / "tree").mkdir()
    return tmp_path / "tree"


def allows(readable: list[str], path: Path) -> bool:
    """Return whether a path lies in what is readable."""
    return any(Path(root) == path or Path(root) in path.parents for root in readable)


def test_the_kit_s_content_is_closed(tree: Path) -> None:
    """Neither the checks nor the referee can be read, wherever the kit is installed; Python can."""
    content = PACKAGE / "_content"
    found = walls(tree, tree, [content], Limits(), service=False, max_level=Level.SANDBOX)
    assert not allows(found["readable"], content / "solutions")
    assert not allows(found["readable"], PACKAGE / "referee" / "court.py")
    assert allows(found["readable"], PACKAGE / "subject" / "agent.py")
    assert allows(found["readable"], PACKAGE / "wire.py")
    assert allows(found["readable"], Path(sys.base_prefix).resolve() / "lib")


def test_only_its_own_folders_are_writable(tree: Path) -> None:
    """The submission's copy and its scratch folder."""
    found = walls(tree, tree.parent / "scratch", [], Limits(), service=True, max_level=Level.PROCESS)
    assert found["writable"] == [str(tree), str(tree.parent / "scratch")]
    assert (found["max_level"], found["service"]) == (1, True)


def test_a_service_gets_room_for_its_processes(tree: Path) -> None:
    """The limits of the exercise arrive; a service has twice the memory."""
    limits = Limits(memory=100, file=3, output=5, processes=7)
    module = walls(tree, tree, [], limits, service=False, max_level=Level.SANDBOX)
    assert (module["memory"], module["file"], module["processes"]) == (100, 5, 7)
    assert walls(tree, tree, [], limits, service=True, max_level=Level.SANDBOX)["memory"] == 200


def test_a_secret_is_cut_out_of_its_folder(tmp_path: Path) -> None:
    """Around a secret all its neighbours stay open, and the folders above it can be listed."""
    for name in ("a/secret/x", "a/open/y", "b/z"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "link").symlink_to(tmp_path / "a" / "secret")
    root = tmp_path.resolve()
    assert dict(without(tmp_path, (root / "a" / "secret",))) == {
        root: False,
        root / "a": False,
        root / "a" / "open": True,
        root / "b": True,
    }
    assert list(without(root / "a" / "secret" / "x", (root / "a" / "secret",))) == []
    assert list(without(root / "b", (root / "a",))) == [(root / "b", True)]


def test_bytecode_of_checks_is_secret(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """It tells what the checks tell, wherever somebody keeps it."""
    made = plan("", "", cache=tmp_path / "cache")
    assert {made.checks, tmp_path / "cache"} <= set(secrets_of(made))
    assert made.checks in secrets_of(made.but(cache=None))


def test_packages_of_a_hand_in_can_be_read(tree: Path, tmp_path: Path) -> None:
    """A link in the tree to installed packages is followed."""
    (tmp_path / "modules").mkdir()
    (tree / "node_modules").symlink_to(tmp_path / "modules")
    assert linked_folders(tree) == [str((tmp_path / "modules").resolve())]
