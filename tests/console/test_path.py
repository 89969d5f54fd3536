"""A path down the screen."""

from __future__ import annotations

import pytest

from backroad.console.path import Leg, Stop, path_rows
from backroad.console.rows import Span, text_of

FIRST = Leg("1 one", (Stop(Span("✓"), Span("alpha")), Stop(Span("●"), Span("beta"), "", "← you are here")))
THEN = Leg("2 two", (Stop(Span("◌"), Span("gamma"), "after beta"), Stop(Span("○"), Span("delta"))))


def drawn(*legs: Leg, width: int = 80) -> list[str]:
    """Return the path as lines."""
    return [text_of(line).rstrip() for line in path_rows(legs, width)]


def test_wide() -> None:
    """A leg is a row where there is room, and what is said stands beside its stop."""
    assert drawn(FIRST, THEN) == [
        " ┌ 1 one  ✓ alpha  ● beta         ← you are here",
        " └ 2 two  ◌ gamma after beta  ○ delta",
    ]


def test_narrow() -> None:
    """Where there is no room, labels stand above, and what is said below; nothing is wider than the page."""
    assert drawn(FIRST, THEN, width=20) == [
        " ┌ 1 one",
        " │  ✓ alpha",
        " │  ● beta",
        " │    ← you are here",
        " └ 2 two",
        "    ◌ gamma",
        "      after beta",
        "    ○ delta",
    ]


def test_what_points_ends_its_row() -> None:
    """Stops behind the one that is pointed at begin a row of their own."""
    leg = Leg("1 one", (*FIRST.stops, *THEN.stops))
    assert drawn(leg) == [
        " ─ 1 one  ✓ alpha  ● beta         ← you are here",
        "          ◌ gamma after beta  ○ delta",
    ]


@pytest.mark.parametrize("width", [20, 40, 60])
def test_long_names(width: int) -> None:
    """A name that is wider than a row is cut."""
    long = Leg("1 one", (Stop(Span("○"), Span("x" * 90), "after " + "y" * 90),))
    assert max(map(len, drawn(long, width=width))) <= width


def test_nothing() -> None:
    """A road without steps is no path."""
    assert drawn() == []
