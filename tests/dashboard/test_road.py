"""How far the learner is, kept up with the journal."""

from __future__ import annotations

import shutil
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from backroad.dashboard.road import Road
from backroad.events import Entry, Event, EventKind
from backroad.pages.past import told_of
from backroad.practice import Practice
from backroad.progress import standings

from ..pages.pasts import BEGIN, entry, run, scaffolded

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


HINTED = EventKind.HINTED, {"check": "c", "rung": 1}
OLD: tuple[EventKind, dict[str, Any]] = (
    EventKind.CHECKED,
    {"verdicts": {}},
)  # of a kit that told less of its runs
STORY = [
    entry(minute, happened, slug)
    for minute, (happened, slug) in enumerate(
        [
            *((scaffolded(), "a"), (run(1), "a"), (HINTED, "a"), (run(4), "a"), (OLD, "b")),
            *((run(4, gold=True), "a"), (scaffolded(), "b"), (run(2, whole=False), "b"), (run(4), "b")),
            *(((EventKind.RESET, {}), "a"), (run(0), "a"), (run(4, kit="0.1.0"), "gone-from-the-road")),
        ]
    )
]


class Clock:
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        """Return that time."""
        return self.at


@pytest.mark.parametrize("split", range(len(STORY) + 1))
def test_it_is_a_fold(tmp_path: Path, split: int) -> None:
    """However much was read before, the standings are those of all entries read at once."""
    clock = Clock()
    practice = Practice(None, {"BACKROAD_HOME": str(tmp_path / "home")}, clock, kit="0.2.0")
    road = Road(practice)
    write(practice, clock, STORY[:split])
    assert road.standings() == standings(STORY[:split], "0.2.0")
    write(practice, clock, STORY[split:])
    assert road.standings() == standings(STORY, "0.2.0")
    assert road.told() == [told_of(one.at.astimezone(), one.event) for one in STORY]


def write(practice: Practice, clock: Clock, entries: list[Entry]) -> None:
    """Write entries into the journal, each at its time."""
    with practice.archive() as archive:
        for one in entries:
            clock.at = one.at
            archive.journal.record(one.event)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_another_journal_in_the_same_place(practice: Practice, count: int) -> None:
    """A journal that was deleted and begun anew is read anew, though its file may have the same number."""
    road = Road(practice)
    for _ in range(2):
        happen(practice, EventKind.CHECKED)
    assert road.standings()["a"].attempts == 2
    shutil.rmtree(practice.home)
    for _ in range(count):
        happen(practice, EventKind.SCAFFOLDED, "b")
    road._file = identity(practice)  # as if the number had been given again
    assert set(road.standings()) == {"b"}
    assert [one.slug for one in road.told()] == ["b"] * count


def identity(practice: Practice) -> tuple[int, int]:
    """Return what tells the journal's file from others."""
    state = (practice.home / "journal.sqlite").stat()
    return state.st_dev, state.st_ino


def test_a_journal_that_cannot_be_read(practice: Practice) -> None:
    """While the journal is broken, what is known stays known; once it is whole again, it goes on."""
    road = Road(practice)
    happen(practice, EventKind.CHECKED)
    assert road.standings()["a"].attempts == 1
    file = practice.home / "journal.sqlite"
    whole = file.read_bytes()
    file.write_bytes(b"no journal " * 1_000)
    assert road.standings()["a"].attempts == 1
    file.write_bytes(whole)
    happen(practice, EventKind.CHECKED)
    assert road.standings()["a"].attempts == 2


def test_hands_out_copies(practice: Practice) -> None:
    """What one page does with the standings is nothing to the next."""
    road = Road(practice)
    happen(practice, EventKind.CHECKED)
    road.standings().clear()
    road.told().clear()
    assert (len(road.standings()), len(road.told())) == (1, 1)


def test_many_at_once(practice: Practice) -> None:
    """Whoever asks while others ask and the journal grows counts nothing twice."""
    road = Road(practice)
    happen(practice, EventKind.CHECKED)

    def ask() -> None:
        for _ in range(30):
            road.standings()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        happen(practice, EventKind.CHECKED)
    for thread in threads:
        thread.join()
    assert road.standings()["a"].attempts == 21
    assert len(road.told()) == 21
