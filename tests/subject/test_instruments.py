"""What counts beside the learner's code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backroad.subject import instruments
from backroad.subject.instruments import Counted, LineCounter, TooManyLines


@pytest.fixture(autouse=True)
def from_zero() -> None:
    """Count from zero."""
    instruments.reset_comparisons()


def counted(*values: object) -> list[Any]:
    """Return a counting key for each value."""
    return list(instruments.counted(values))


def test_every_comparison_counts() -> None:
    """Each of the six comparisons, and each hash, counts once."""
    small, large = counted(1, 2)
    found = [small < large, small <= large, small > large, small >= large, small == large, small != large]
    assert found == [True, True, False, False, False, True]
    hash(small)
    assert instruments.comparisons() == 7


def test_counted_keys_behave_as_their_values() -> None:
    """They sort, and serve as keys of a dict, as the plain values do."""
    keys = instruments.counted([3, 1, 2, 1])
    assert instruments.plain(sorted(keys)) == [1, 1, 2, 3]
    assert len(set(keys)) == 3
    assert repr(keys[0]) == "3"


def test_counted_keys_know_no_plain_value() -> None:
    """A key equals no plain value, so code that unwraps nothing cannot cheat by comparing."""
    (key,) = counted(1)
    assert key != 1
    with pytest.raises(TypeError):
        assert key < 2


def test_plain_takes_keys_out_of_lists_and_tuples() -> None:
    """Results come back as plain values, whatever else they hold."""
    keys = instruments.counted([1, 2])
    assert instruments.plain([keys[0], (keys[1], "x"), None]) == [1, (2, "x"), None]


def test_comparisons_between_counted_keys_reset() -> None:
    """A reset starts at zero."""
    assert Counted(1) == Counted(1)
    instruments.reset_comparisons()
    assert instruments.comparisons() == 0


def function(root: Path, source: str, file: str = "x.py") -> Callable[..., Any]:
    """Return the function `f` of a file of the submission."""
    names: dict[str, Any] = {}
    exec(compile(source, str(root / file), "exec"), names)
    found: Callable[..., Any] = names["f"]
    return found


def lines_of(root: Path, call: Callable[[], object]) -> int:
    """Return how many lines a call executed."""
    before = sys.gettrace()
    try:
        with LineCounter(str(root)) as counter:
            call()
    finally:
        sys.settrace(before)
    return counter.lines


def test_lines_of_the_submission_count(tmp_path: Path) -> None:
    """Every executed line counts, in loops as often as it runs."""
    f = function(tmp_path, "def f(n):\n    for _ in range(n):\n        x = 1\n")
    assert lines_of(tmp_path, lambda: f(20)) - lines_of(tmp_path, lambda: f(10)) == 20


def test_foreign_lines_do_not_count(tmp_path: Path) -> None:
    """Lines of the standard library and of folders with a similar name are not the learner's work."""
    f = function(tmp_path, "import json\ndef f():\n    json.dumps({})\n")
    other = function(Path(f"{tmp_path}2"), "def f():\n    x = 1\n")
    assert lines_of(tmp_path, f) == 1
    assert lines_of(tmp_path, other) == 0


def test_endless_lines_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting stops a call after a number of lines that no right solution needs."""
    monkeypatch.setattr(instruments, "MAX_LINES", 1000)
    f = function(tmp_path, "def f():\n    while True:\n        pass\n")
    with pytest.raises(TooManyLines):
        lines_of(tmp_path, f)
