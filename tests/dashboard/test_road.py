"""How far the learner is, kept up with the journal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backroad.dashboard.road import Road
from backroad.events import Event, EventKind
from backroad.practice import Practice

RUN = {"kit": "1", "whole": True, "passed": True, "gold": False, "verdicts": {"c": "PASSED"}}


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A learner's kit with a home of its own."""
    return Practice(None, {"BACKROAD_HOME": str(tmp_path / "home")}, kit="1")


def happen(practice: Practice, kind: EventKind, slug: str = "a") -> None:
    """Write something into the journal."""
    with practice.archive() as archive:
        archive.journal.record(Event(kind, slug, Path("/mine"), RUN if kind is EventKind.CHECKED else {}))


def test_it_goes_on_with_the_journal(practice: Practice) -> None:
    """What was written since is known when asked again, in standings and in what happened."""
    road = Road(practice)
    assert (road.standings(), road.told()) == ({}, [])
    happen(practice, EventKind.SCAFFOLDED)
    assert road.standings()["a"].attempts == 0
    happen(practice, EventKind.CHECKED)
    assert road.standings()["a"].attempts == 1
    assert [(one.kind, one.slug) for one in road.told()] == [
        (EventKind.SCAFFOLDED, "a"),
        (EventKind.CHECKED, "a"),
    ]
    assert road.told()[1].run is not None


def test_a_journal_that_was_taken_away(practice: Practice) -> None:
    """A journal that is gone leaves nothing behind, and a new one is read from its beginning."""
    road = Road(practice)
    happen(practice, EventKind.CHECKED)
    assert road.standings()
    shutil.rmtree(practice.home)
    assert (road.standings(), road.told()) == ({}, [])
    happen(practice, EventKind.SCAFFOLDED, "b")
    assert [one.slug for one in road.told()] == ["b"]
