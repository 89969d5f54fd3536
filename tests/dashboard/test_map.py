"""The map: the state of every place, what comes next, what it says in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backroad.dashboard.map import COLUMNS, WORDS, view_of
from backroad.events import Event, EventKind
from backroad.model import Exercise, Kind, Roadmap, Step
from backroad.practice import Practice
from backroad.progress import Standing, State

from .conftest import Visitor

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def exercise(slug: str, *requires: str, topic: str = "functions") -> Exercise:
    """Return an exercise that asks for others first."""
    nowhere = Path("nowhere")
    return Exercise(
        slug=slug, step="1-basics", folder=nowhere, solution=nowhere, template=nowhere, title=slug.title(),
        summary="", kind=Kind.MODULE, minutes=20, difficulty=1, teaches=(topic,), requires=requires, after=(),
        stages=(),
    )  # fmt: skip


def road(*exercises: Exercise) -> Roadmap:
    """Return a road of one step, and one to come."""
    return Roadmap((Step("1-basics", "Basics", exercises), Step("2-beyond", "Beyond", ())), ())


ROAD = road(exercise("a", topic="z"), exercise("b", "a"), exercise("c", "a", "b"))


@pytest.mark.parametrize(
    ("states", "due", "looks", "upcoming"),
    [
        pytest.param({}, set(), ["open", "locked", "locked"], "a", id="nothing done"),
        pytest.param({"a": State.STARTED}, set(), ["started", "locked", "locked"], "a", id="under way"),
        pytest.param({"a": State.DONE}, set(), ["done", "open", "locked"], "b", id="the first done"),
        pytest.param({"a": State.GOLD}, set(), ["gold", "open", "locked"], "b", id="with hardening"),
        pytest.param({"a": State.OLDER}, set(), ["older", "open", "locked"], "b", id="with older checks"),
        pytest.param({"a": State.DONE}, {"a"}, ["due", "open", "locked"], "b", id="due"),
        pytest.param({"a": State.GOLD}, {"a"}, ["due", "open", "locked"], "b", id="due with hardening"),
        pytest.param({"c": State.STARTED}, set(), ["open", "locked", "started"], "c", id="advice not taken"),
        pytest.param({"b": State.DONE}, set(), ["open", "done", "locked"], "a", id="done before it was open"),
        pytest.param(dict.fromkeys("abc", State.DONE), set(), ["done"] * 3, None, id="all done"),
        pytest.param({"stranger": State.DONE}, {"stranger"}, ["open", "locked", "locked"], "a", id="unknown"),
    ],
)
def test_looks(states: dict[str, State], due: set[str], looks: list[str], upcoming: str | None) -> None:
    """Every state has its look; the next one is one under way, else the first that nothing stands before."""
    found = {slug: Standing(state, seen=NOW) for slug, state in states.items()}
    view = view_of(ROAD, found, due)
    assert [place.look for place in view.places.values()] == looks
    assert (view.upcoming and view.upcoming.slug) == upcoming
    assert [slug for slug, place in view.places.items() if place.is_next] == [upcoming][
        : upcoming is not None
    ]
    assert view.done == sum(look in ("done", "gold", "older", "due") for look in looks)
    assert list(view.looks) == [look for look in WORDS if look in looks]


def test_words() -> None:
    """A place says its state in words, where one is and what comes next too, and what is missing."""
    places = view_of(ROAD, {"a": Standing(State.STARTED, seen=NOW)}, set()).places
    assert places["a"].words == "under way, you are here"
    assert places["c"].words == WORDS["locked"]
    assert places["c"].missing == ("a", "b")
    assert view_of(ROAD, {}, set()).places["a"].words == "open, comes next"


def test_every_width() -> None:
    """The map is laid out for each width, with every exercise on each; topics are told once, in order."""
    view = view_of(ROAD, {}, set())
    assert [one.columns for one in view.maps] == list(COLUMNS)
    for one in view.maps:
        assert [spot.name for spot in one.places] == ["a", "b", "c"]
        assert [post.name for post in one.signposts] == ["1-basics", "2-beyond"]
    assert view.topics == ("functions", "z")


def test_an_empty_road() -> None:
    """A road without exercises has a map without a road."""
    view = view_of(road(), {}, set())
    assert (view.done, view.upcoming, view.looks, view.topics) == (0, None, {}, ())
    assert [one.road for one in view.maps] == [""] * len(COLUMNS)


def test_the_page(practice: Practice, visitor: Visitor, tmp_path: Path) -> None:
    """Every exercise is a link with a name that says state, minutes and what comes before."""
    data = {"kit": practice.kit, "whole": True, "passed": True, "gold": True, "verdicts": {}}
    with practice.archive() as archive:
        archive.journal.record(Event(EventKind.CHECKED, "greeter", tmp_path, data))
        archive.journal.record(Event(EventKind.CHECKED, "gone <b>", tmp_path, data))
    text = visitor.text("")
    assert "1 of 2 exercises done" in text
    labels = dict(re.findall(r'aria-label="(greeter|farewell), ([^"]*)"', text))
    assert labels == {
        "greeter": "20 min, difficulty 1 of 5. A greeter: done with hardening.",
        "farewell": "20 min, difficulty 1 of 5. &lt;script&gt;alert(1)&lt;/script&gt;: open, comes next."
        " Comes after greeter.",
    }
    assert text.count('data-slug="greeter"') == len(COLUMNS)
    assert "Beyond" in text
    assert "to come" in text
