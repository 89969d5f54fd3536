"""The ladder of hints: one rung at a time, each remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.events import Event, EventKind
from backroad.model import Check
from backroad.practice import Practice
from backroad.practice.beginning import begin
from backroad.practice.hints import climb, failing_check
from backroad.workspace.opening import Workspace


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A learner's kit with a home of its own."""
    return Practice(None, {"BACKROAD_HOME": str(tmp_path / "home")})


@pytest.fixture
def workspace(practice: Practice, tmp_path: Path) -> Workspace:
    """The first exercise of the road, begun."""
    return begin(practice, practice.roadmap.exercises[0], tmp_path / "mine")


def first_check(practice: Practice) -> Check:
    """Return a check that has hints."""
    return next(check for check in practice.roadmap.exercises[0].checks if check.hints)


def test_one_rung_at_a_time(practice: Practice, workspace: Workspace) -> None:
    """Each request shows one rung more, the last one stays, and each is remembered once."""
    check = first_check(practice)
    rungs = [climb(practice, workspace, check) for _ in range(len(check.hints) + 2)]
    count = len(check.hints)
    assert rungs == [*range(1, count + 1), count, count]
    told = [one.event.data for one in practice.entries() if one.event.kind is EventKind.HINTED]
    assert [data["rung"] for data in told] == list(range(1, count + 1))


def test_without_a_journal(practice: Practice, workspace: Workspace) -> None:
    """A hint that cannot be remembered is given all the same, and it is said."""
    said: list[str] = []
    practice.on_warning = said.append
    (practice.home / "journal.sqlite").write_bytes(b"no journal " * 1_000)
    assert climb(practice, workspace, first_check(practice)) == 1
    assert any("not remembered" in text for text in said)


def test_the_check_to_help_with(practice: Practice, workspace: Workspace) -> None:
    """It is the first that failed in the last run, and none where all were green."""
    exercise = practice.roadmap.exercises[0]
    for name in (exercise.checks[-1].name, None):
        run = {"whole": True, "first": name}
        with practice.archive() as archive:
            archive.journal.record(Event(EventKind.CHECKED, workspace.slug, workspace.root, run))
        found = failing_check(practice, workspace, exercise)
        assert (found.name if found else None) == name
