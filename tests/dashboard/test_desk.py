"""What every page needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backroad.dashboard.rooms import Rooms
from backroad.errors import BackroadError
from backroad.practice import Practice
from backroad.workspace.opening import open_workspace

from .conftest import Visitor


def test_the_last_workspace(visitor: Visitor, root: Path) -> None:
    """The workspace that was worked in last is found, and also one that the journal does not know."""
    desk, exercise = visitor.desk, visitor.desk.practice.exercise("greeter")
    assert desk.last_workspace(exercise).root == root
    (desk.practice.home / "journal.sqlite").unlink()
    assert desk.workspace(exercise) == open_workspace(root)
    assert desk.workspace(desk.practice.exercise("farewell")) is None
    with pytest.raises(BackroadError, match="there is no such folder here"):
        desk.last_workspace(desk.practice.exercise("farewell"))


def test_nothing_begins_after_the_end(visitor: Visitor, root: Path) -> None:
    """A request that comes while the server stops begins neither a run nor a comparison."""
    visitor.desk.close()
    for answer in (visitor.post("exercise/greeter/check"), visitor.get("exercise/greeter/compare/")):
        assert (answer.status_code, "being ended" in answer.text) == (409, True)
    assert root.is_dir()


def test_spoken(visitor: Visitor, tmp_path: Path) -> None:
    """A folder at home is told from home on, any other whole, and both as text."""
    practice = replace(visitor.desk.practice, environ={"HOME": str(tmp_path)})
    desk = replace(visitor.desk, practice=practice, rooms=Rooms(practice, visitor.desk.rooms._engine))
    assert desk.spoken(tmp_path / "a\x1b" / "b") == "~/a\\x1b/b"
    assert desk.spoken(Path("/else\u2028where")) == "/else\\u2028where"
    assert desk.spoken(tmp_path) == str(tmp_path)
    assert isinstance(practice, Practice)
