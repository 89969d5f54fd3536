"""The learner's source, read by the referee."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.source import Source
from backroad.report import Verdict


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], Source]:
    """Make the source of a submission with one file."""

    def make(data: bytes) -> Source:
        (tmp_path / "thing.py").write_bytes(data)
        return Source(tmp_path)

    return make


def failure(call: Callable[[], object]) -> Evidence:
    """Return the evidence of the trouble that a call meets."""
    with pytest.raises(Trouble) as caught:
        call()
    return caught.value.evidence


def test_text_and_tree_are_read(read: Callable[[bytes], Source]) -> None:
    """A byte order mark is no part of the text; nothing is executed."""
    source = read(b"\xef\xbb\xbfraise SystemExit\n")
    assert source.text("thing.py") == "raise SystemExit\n"
    assert isinstance(source.tree("thing.py").body[0], ast.Raise)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x = \xff", "not UTF-8"),
        (b"x = = 1", "SyntaxError: invalid syntax (thing.py"),
        (b"x = 1\0", "SyntaxError|ValueError"),
        (b"(" * 10_000, "SyntaxError|RecursionError|MemoryError"),
        (b"-" * 100_000 + b"1", "RecursionError|MemoryError|SyntaxError"),
    ],
    ids=["latin-1", "syntax", "nul", "brackets", "deep"],
)
def test_what_cannot_be_read_is_unreadable(read: Callable[[bytes], Source], data: bytes, words: str) -> None:
    """Bytes without a syntax tree make the check unreadable, whatever the parser says."""
    found = failure(lambda: read(data).tree("thing.py"))
    assert found.verdict is Verdict.UNREADABLE
    assert any(word in str(found.message) for word in words.split("|"))


def test_a_missing_file_is_unreadable(read: Callable[[bytes], Source]) -> None:
    """The file that is not there is named."""
    assert failure(lambda: read(b"").text("other.py")).message == "other.py is not there"


def test_a_huge_file_is_a_limit(read: Callable[[bytes], Source]) -> None:
    """Nobody reads a file of more than a mebibyte."""
    assert failure(lambda: read(b"#" * (2**20 + 1)).text("thing.py")).verdict is Verdict.LIMIT


def test_a_check_fails_at_a_line(read: Callable[[bytes], Source]) -> None:
    """`fail` names the line, with its text."""
    source = read(b"import array\nx = array.array('i')\n")
    found = failure(lambda: source.fail("array does the work", file="thing.py", line=2))
    assert (found.verdict, found.message) == (Verdict.FAILED, "array does the work")
    assert found.where is not None
    assert found.where.source == "x = array.array('i')"
