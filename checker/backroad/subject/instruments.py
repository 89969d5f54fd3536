"""What must count beside the learner's code: comparisons of keys, executed lines."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable
from os import path
from types import FrameType
from typing import Any

MAX_LINES = 2_000_000


class Counted:
    """A key that counts its comparisons and hashes in `Counted.total`."""

    total = 0
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return repr(self.value)

    def __hash__(self) -> int:
        Counted.total += 1
        return hash(self.value)


def counting(compare: Callable[[Any, Any], bool]) -> Callable[[Counted, Any], Any]:
    """Return the comparison method that counts, then compares the plain values."""

    def method(self: Counted, other: Any) -> Any:
        Counted.total += 1
        return compare(self.value, other.value) if type(other) is Counted else NotImplemented

    return method


for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Counted, f"__{_name}__", counting(getattr(operator, _name)))


def counted(values: Iterable[Any]) -> list[Counted]:
    """Return a counting key for each value."""
    return [Counted(value) for value in values]


def comparisons() -> int:
    """Return how often counted keys were compared or hashed since the last reset."""
    return Counted.total


def reset_comparisons() -> None:
    """Start counting comparisons at zero."""
    Counted.total = 0


def plain(key: Any) -> Any:
    """Return the value of a counted key; whatever else comes in comes back as it is."""
    if type(key) is Counted:
        return key.value
    if type(key) in (list, tuple):
        return type(key)(map(plain, key))
    return key


class TooManyLines(BaseException):
    """Ends a call that has executed more lines than anybody needs to see."""


class LineCounter:
    """Counts the lines that the submission's files execute; C code is not seen."""

    def __init__(self, root: str) -> None:
        self._root = root + path.sep
        self.lines = 0

    def __enter__(self) -> LineCounter:
        sys.settrace(self._enter_frame)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _enter_frame(self, frame: FrameType, event: str, _: Any) -> Any:
        own = event == "call" and frame.f_code.co_filename.startswith(self._root)
        return self._count if own else None

    def _count(self, _: FrameType, event: str, __: Any) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines > MAX_LINES:
                raise TooManyLines
        return self._count
