"""Journals of learners who never were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backroad.events import Entry, Event, EventKind
from backroad.model import Exercise, Kind, Roadmap, Step

KIT = "0.2.0"
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HERE = Path("/somewhere")
K = EventKind


def run(green: int, of: int = 4, whole: bool = True, **more: Any) -> tuple[EventKind, dict[str, Any]]:
    """Return a run in which so many checks of so many passed."""
    verdicts = {f"c{number}": "PASSED" if number < green else "FAILED" for number in range(of)}
    told = {"kit": KIT, "whole": whole, "passed": green == of, "gold": False, "verdicts": verdicts}
    return K.CHECKED, told | more


def entry(minutes: float, happened: tuple[EventKind, dict[str, Any]], slug: str = "a") -> Entry:
    """Return an entry so many minutes after the beginning."""
    kind, data = happened
    return Entry(int(minutes) + 1, BEGIN + timedelta(minutes=minutes), Event(kind, slug, HERE / slug, data))


def story(*happened: tuple[float, tuple[EventKind, dict[str, Any]]], slug: str = "a") -> list[Entry]:
    """Return entries of one exercise, each with its minute."""
    return [entry(minutes, what, slug) for minutes, what in happened]


def scaffolded() -> tuple[EventKind, dict[str, Any]]:
    """Return the beginning of an exercise."""
    return K.SCAFFOLDED, {"kit": KIT}


def exercise(slug: str, title: str = "") -> Exercise:
    """Return an exercise of half an hour."""
    return Exercise(
        slug, "1-one", HERE, HERE, HERE, title or slug, "", Kind.MODULE, 30, 1, (), (), (), stages=()
    )


def roadmap(*slugs: str, title: str = "One") -> Roadmap:
    """Return a road of one step."""
    return Roadmap((Step("1-one", title, tuple(map(exercise, slugs))),))


def busy(exercises: int, entries: int) -> tuple[Roadmap, list[Entry]]:
    """Return a long road and a journal of somebody who never tires."""
    slugs = [f"exercise-number-{number}" for number in range(exercises)]
    each = entries // exercises
    told = [
        entry(
            (number * each + place) * 60,
            scaffolded() if not place else run(min(14, place * 15 // each), 14),
            slug,
        )
        for number, slug in enumerate(slugs)
        for place in range(each)
    ]
    return roadmap(*slugs), told
