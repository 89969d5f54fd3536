"""What a check may hold an answer against: strict equality, and descriptions of values."""

from __future__ import annotations

from typing import Any

from backroad.referee.recorder import short

CONTAINERS = (list, tuple)
SETS = (set, frozenset)


class Matcher:
    """Stands for every value that fits; compare with `==`, the value on the left."""

    def fits(self, value: Any) -> bool:
        """Return whether a value is one of those described."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return self.fits(other)

    def __hash__(self) -> int:
        return id(self)


class Anything(Matcher):
    """Fits every value."""

    def fits(self, value: Any) -> bool:
        """Accept."""
        del value
        return True

    def __repr__(self) -> str:
        return "anything"


anything = Anything()


class Typed(Matcher):
    """Fits every value of exactly this type: `a(int)` takes no bool."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def fits(self, value: Any) -> bool:
        """Compare the type."""
        return type(value) is self._kind

    def __repr__(self) -> str:
        return f"a {self._kind.__name__}"


a = Typed


class Exactly(Matcher):
    """Fits the value itself, types included: `exactly(1)` is neither True nor 1.0."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def fits(self, value: Any) -> bool:
        """Compare by type and value, all the way down."""
        return same(value, self.value)

    def __repr__(self) -> str:
        return short(self.value)


exactly = Exactly


def same(got: Any, due: Any) -> bool:
    """Return whether two values are equal in type and content, recursively; matchers may stand in `due`."""
    if isinstance(due, Matcher):
        return due.fits(got)
    if type(got) is not type(due):
        return False
    if type(due) in CONTAINERS:
        return len(got) == len(due) and all(map(same, got, due))
    if type(due) is dict:
        return got.keys() == due.keys() and all(same(got[key], due[key]) for key in due)
    if type(due) in SETS:
        return bool(got == due) and {type(item) for item in got} == {type(item) for item in due}
    return bool(got == due) or (got != got and due != due)  # a NaN is itself
