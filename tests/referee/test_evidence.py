"""What is known of a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backroad.referee.evidence import MAX_LINE, Blocked, Evidence, Trouble, not_plain, places, source_line
from backroad.report import Place, Verdict


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A submission with one file, and a file beside it."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "secret.py").write_text("the reference\n")
    (tmp_path / "tree" / "thing.py").write_bytes(b"first\r\n    second \xff\n" + b"x" * 1000 + b"\n")
    return tmp_path / "tree"


def test_a_line_is_read_by_the_referee(tree: Path) -> None:
    """The source of a line comes from the file itself, without its indentation, cut when it is long."""
    assert source_line(tree, "thing.py", 1) == "first"
    assert source_line(tree, "thing.py", 2) == "second \ufffd"
    assert len(source_line(tree, "thing.py", 3)) == MAX_LINE


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("thing.py", 0),
        ("thing.py", 99),
        ("thing.py", -1),
        ("none.py", 1),
        ("", 1),
        ("../secret.py", 1),
        ("a\0b", 1),
    ],
)
def test_a_line_that_is_not_there_is_empty(tree: Path, file: str, line: int) -> None:
    """No such line, no such file, and no way out of the submission."""
    assert source_line(tree, file, line) == ""
    assert source_line(tree, str(tree.parent / "secret.py"), 1) == ""


@pytest.mark.parametrize(
    "frames",
    [None, 5, "text", [5], [["a"]], [["f", "1", "g"]], [[1, 1, "g"]], [["f", 1, "g", "h"]], {"a": 1}],
)
def test_frames_that_are_none_are_left_out(tree: Path, frames: Any) -> None:
    """What a subject tells of its frames may be anything."""
    assert places(frames, tree) == ()


def test_frames_become_places(tree: Path) -> None:
    """A frame is a file, a line with its text, and a function's name of bounded length."""
    (place,) = places([["thing.py", 1, "f" * 10_000]], tree)
    assert place == Place("thing.py", 1, "first", "f" * MAX_LINE)


def test_where_is_the_innermost_place() -> None:
    """The line to look at is the last frame's."""
    one, two = Place("a.py", 1), Place("b.py", 2)
    assert Evidence(Verdict.RAISED, frames=(one, two)).where == two
    assert Evidence(Verdict.RAISED).where is None


def test_no_except_exception_swallows_trouble() -> None:
    """A check that catches Exception does not hide a hung subject."""
    assert not issubclass(Trouble, Exception)
    assert issubclass(Blocked, Trouble)
    assert Blocked("other").evidence == Evidence(Verdict.BLOCKED, "other")


def test_an_object_for_a_value_is_a_failure() -> None:
    """It says that a plain value was due, and which."""
    found = not_plain("<Thing>", "True or False").evidence
    assert (found.verdict, found.message, found.expected) == (
        Verdict.FAILED,
        "expected a plain value",
        "True or False",
    )
