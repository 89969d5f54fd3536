"""What the test of one field looks at: all that its path reaches, or one element of an array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from backroad.documents.failures import bad_value
from backroad.documents.paths import Parts, Reached, reached
from backroad.documents.values import Document


@dataclass
class Trail:
    """Where in arrays a filter was met: what a positional `$` stands for."""

    places: set[int] = field(default_factory=set)


def only_place(places: Iterable[int]) -> int:
    """Return the one place that a positional `$` stands for; MongoDB leaves open which of two it would be."""
    found = list(places)
    if not found:
        raise bad_value("The positional operator did not find the match needed from the query.")
    if len(found) > 1:
        raise bad_value(
            "The filter was met at several places of arrays: name only the array with the '$' in it"
        )
    return found[0]


class Look(Protocol):
    """What a test gets to see."""

    @property
    def trail(self) -> Trail:
        """Where a test that is met leaves its place in an array."""

    def found(self, *, into: bool = True) -> Iterator[Reached]:
        """Yield the values, those in an array at the end of the path too when `into`."""


Test = Callable[[Look], bool]


@dataclass(frozen=True)
class AtField:
    """A look along a path of a document."""

    document: Document
    parts: Parts
    trail: Trail

    def found(self, *, into: bool = True) -> Iterator[Reached]:
        """Yield what the path reaches."""
        return reached(self.document, self.parts, into=into)


@dataclass(frozen=True)
class AtItem:
    """A look at one element, which is not looked into."""

    item: Any
    trail: Trail = field(default_factory=Trail)

    def found(self, *, into: bool = True) -> Iterator[Reached]:  # noqa: ARG002 an element is one value either way
        """Yield the element."""
        yield Reached(self.item, None)


def any_value(holds: Callable[[Any], bool], *, into: bool = True) -> Test:
    """Return the test that is met when one of the values fits."""

    def meets(look: Look) -> bool:
        for value, place in look.found(into=into):
            if holds(value):
                if place is not None:
                    look.trail.places.add(place)
                return True
        return False

    return meets


def no_value(test: Test) -> Test:
    """Return the opposite of a test; what it met on the way leaves no trail."""

    def meets(look: Look) -> bool:
        before = set(look.trail.places)
        met = test(look)
        look.trail.places = before
        return not met

    return meets


def any_element(holds: Callable[[Any], bool]) -> Test:
    """Return the test that is met by an array with an element that fits."""

    def meets(look: Look) -> bool:
        for array, outer in look.found(into=False):
            for place, item in enumerate(array if isinstance(array, list) else ()):
                if holds(item):
                    look.trail.places.add(place if outer is None else outer)
                    return True
        return False

    return meets
