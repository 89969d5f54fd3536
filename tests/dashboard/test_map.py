"""The Map page: the state of every place, and where the learner stands."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backroad.dashboard.map import View, view_of
from backroad.model import Exercise, Kind, Roadmap, Step
from backroad.progress import Standing, State

from .conftest import Browser


def exercise(slug: str, *requires: str) -> Exercise:
    """Return an exercise that asks for others first."""
    here = Path("/nowhere")
    return Exercise(
        slug,
        "1-a",
        here,
        here,
        here,
        f"On {slug}",
        "Do",
        Kind.MODULE,
        20,
        1,
        (f"topic {slug}",),
        requires,
        (),
        (),
    )


def seen(found: dict[str, State], due: set[str] = frozenset()) -> View:  # type: ignore[assignment]  # empty
    """Return the map of three exercises, each after the one before."""
    step = Step("1-a", "A", (exercise("one"), exercise("two", "one"), exercise("three", "two")))
    standing = {slug: Standing(state=state) for slug, state in found.items()}
    return view_of(Roadmap((step, Step("2-b", "B", ())), ()), standing, set(due))


@pytest.mark.parametrize(
    ("state", "due", "look"),
    [
        (State.OPEN, False, "open"),
        (State.STARTED, False, "started"),
        (State.OLDER, False, "older"),
        (State.DONE, False, "done"),
        (State.GOLD, False, "gold"),
        (State.DONE, True, "due"),
        (State.GOLD, True, "due"),
    ],
)
def test_looks(state: State, due: bool, look: str) -> None:
    """A place looks as its exercise stands."""
    view = seen({"one": state}, {"one"} if due else set())
    assert view.places["one"].look == look
    assert look in view.looks


def test_locked_is_advice() -> None:
    """What comes after something undone says so, until that is done or it is begun all the same."""
    assert [place.look for place in seen({}).places.values()] == ["open", "locked", "locked"]
    assert seen({}).places["two"].missing == ("one",)
    assert seen({"one": State.OLDER}).places["two"].look == "open"
    assert seen({"two": State.STARTED}).places["two"].look == "started"


def test_next() -> None:
    """One place is next: what is under way, else the first that waits for nothing, none at the end."""
    assert [slug for slug, place in seen({}).places.items() if place.is_next] == ["one"]
    view = seen({"one": State.DONE, "three": State.STARTED})
    assert [slug for slug, place in view.places.items() if place.is_next] == ["three"]
    assert "you are here" in view.places["three"].words
    everything = seen(dict.fromkeys(("one", "two", "three"), State.DONE))
    assert (everything.upcoming, everything.done) == (None, 3)


def test_every_width_has_every_place(browser: Browser) -> None:
    """Each drawing holds all exercises, as links."""
    code, text = browser.get()
    slugs = [one.slug for one in browser.desk.practice.roadmap.exercises]
    assert code == 200
    for svg in re.findall(r"<svg class=\"map.*?</svg>", text, re.DOTALL):
        assert re.findall(r'data-slug="([\w-]+)"', svg) == slugs
    assert not re.search(r"<[^>]* (style|on\w+)=", text)


def test_titles_are_text(browser: Browser) -> None:
    """Titles and topics of authors are shown, not obeyed."""
    practice = browser.desk.practice
    step = practice.roadmap.steps[0]
    bad = '"><script>alert(1)</script>\u2028'
    hostile = replace(step.exercises[0], title=bad, teaches=(bad,), requires=())
    practice.__dict__["roadmap"] = Roadmap((replace(step, title=bad, exercises=(hostile,)),), ())
    _, text = browser.get()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
