"""The map: the road with its places, and where the learner stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from backroad.dashboard.desk import Desk
from backroad.dashboard.landscape import Landscape, landscape
from backroad.model import Exercise, Roadmap
from backroad.progress import NOTHING, Standing, State, is_due, next_exercise

COLUMNS = (2, 4, 6)  # for a phone, a tablet, a screen; the style shows one of them
WORDS = {
    "locked": "waits for others, which is advice",
    "open": "open",
    "started": "under way",
    "older": "done with older checks",
    "done": "done",
    "gold": "done with hardening",
    "due": "done, due for review",
}


@dataclass(frozen=True)
class Place:
    """One exercise on the map: its look, what it asks for first, whether it comes next."""

    exercise: Exercise
    look: str
    is_next: bool
    missing: tuple[str, ...]

    @property
    def words(self) -> str:
        """The state in words."""
        if self.is_next:
            return f"{WORDS[self.look]}, {'you are here' if self.look == 'started' else 'comes next'}"
        return WORDS[self.look]


@dataclass(frozen=True)
class View:
    """The page: places by slug, the map in each width, topics, how much is done."""

    roadmap: Roadmap
    places: Mapping[str, Place]
    maps: tuple[Landscape, ...]
    topics: tuple[str, ...]
    done: int
    upcoming: Exercise | None

    @property
    def looks(self) -> dict[str, str]:
        """The looks that occur, with their words, for the legend."""
        seen = {place.look for place in self.places.values()}
        return {look: words for look, words in WORDS.items() if look in seen}


def pages(desk: Desk) -> Blueprint:
    """Return the blueprint of the map."""
    blueprint = Blueprint("map", __name__)

    @blueprint.get("/")
    def show() -> str:
        found = desk.road.standings()
        due = {slug for slug, standing in found.items() if is_due(standing, desk.practice.now())}
        return render_template("map.html", view=view_of(desk.practice.roadmap, found, due))

    return blueprint


def view_of(roadmap: Roadmap, found: Mapping[str, Standing], due: set[str]) -> View:
    """Return the map of a road with somebody's progress on it."""
    upcoming = next_exercise(roadmap, found)
    places = {one.slug: _place(one, found, due, one is upcoming) for one in roadmap.exercises}
    steps = [(step.name, [exercise.slug for exercise in step.exercises]) for step in roadmap.steps]
    topics = sorted({topic for exercise in roadmap.exercises for topic in exercise.teaches})
    done = sum(_state(found, exercise.slug).is_done for exercise in roadmap.exercises)
    return View(roadmap, places, _maps(steps), tuple(topics), done, upcoming)


def _maps(steps: Sequence[tuple[str, Sequence[str]]]) -> tuple[Landscape, ...]:
    return tuple(landscape(steps, columns) for columns in COLUMNS)


def _place(exercise: Exercise, found: Mapping[str, Standing], due: set[str], is_next: bool) -> Place:
    state = _state(found, exercise.slug)
    missing = tuple(slug for slug in exercise.requires if not _state(found, slug).is_done)
    look = str(state)
    if state is State.OPEN and missing:
        look = "locked"
    elif exercise.slug in due:
        look = "due"
    return Place(exercise, look, is_next, missing)


def _state(found: Mapping[str, Standing], slug: str) -> State:
    return found.get(slug, NOTHING).state
