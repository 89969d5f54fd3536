"""What a learner has reached, told from the journal's entries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backroad.events import Entry, Event, EventKind
from backroad.model import Check, Exercise, Kind, Level, Roadmap, Route, Stage, Step
from backroad.progress import (
    NOTHING,
    State,
    hints_given,
    is_due,
    next_exercise,
    standings,
    suggested,
    summary,
)
from backroad.report import Report, Result, Verdict

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
KIT = "0.2.0"
HERE = Path("/somewhere")
K = EventKind


def entries(*happened: tuple[EventKind, dict[str, Any]], slug: str = "a") -> list[Entry]:
    """Return entries an hour apart."""
    return [
        Entry(number, BEGIN + timedelta(hours=number), Event(kind, slug, HERE / slug, data))
        for number, (kind, data) in enumerate(happened)
    ]


def checked(
    passed: bool, gold: bool = False, kit: str = KIT, whole: bool = True
) -> tuple[EventKind, dict[str, Any]]:
    """Return a check run."""
    return K.CHECKED, {"kit": kit, "passed": passed, "gold": gold, "whole": whole, "first": None}


@pytest.mark.parametrize(
    ("happened", "state"),
    [
        pytest.param([(K.SCAFFOLDED, {})], State.STARTED, id="scaffolded is started"),
        pytest.param([checked(False)], State.STARTED, id="red is started"),
        pytest.param([checked(True)], State.DONE, id="green is done"),
        pytest.param([checked(True, whole=False)], State.STARTED, id="a green stage is not done"),
        pytest.param([checked(True), checked(False)], State.DONE, id="done stays done"),
        pytest.param([checked(True), (K.RESET, {})], State.DONE, id="a reset takes nothing away"),
        pytest.param([checked(True, gold=True)], State.GOLD, id="green with hardening is gold"),
        pytest.param([checked(True, gold=True), checked(True)], State.GOLD, id="gold stays gold"),
        pytest.param([checked(True, kit="0.1.0")], State.OLDER, id="green with an older kit says so"),
        pytest.param([checked(True, kit="0.1.0"), (K.UPDATED, {})], State.OLDER, id="an update keeps it so"),
        pytest.param(
            [checked(True, True, "0.1.0"), checked(True)], State.DONE, id="gold has to be won again"
        ),
        pytest.param(
            [checked(True, kit="0.1.0"), checked(False)], State.STARTED, id="rechecked and red is open again"
        ),
    ],
)
def test_state(happened: list[tuple[EventKind, dict[str, Any]]], state: State) -> None:
    """The state follows from what happened, in its order."""
    assert standings(entries(*happened), KIT)["a"].state is state


def test_counts() -> None:
    """Runs, hints and the first green run are counted."""
    told = entries(
        (K.SCAFFOLDED, {}),
        checked(False),
        (K.HINTED, {"check": "x", "rung": 1}),
        checked(True),
        checked(True),
    )
    standing = standings(told, KIT)["a"]
    assert (standing.attempts, standing.hints) == (3, 1)
    assert (standing.began, standing.first_green) == (BEGIN, BEGIN + timedelta(hours=3))


def test_hints_are_counted_by_rung() -> None:
    """A rung read twice is one rung, and each check has a ladder of its own."""
    rungs = [("x", 1), ("x", 1), ("x", 2), ("y", 1)]
    told = entries(*((K.HINTED, {"check": check, "rung": rung}) for check, rung in rungs))
    assert (hints_given(told, "x"), hints_given(told, "y"), hints_given(told, "z")) == (2, 1, 0)


def exercise(slug: str, requires: tuple[str, ...] = (), stretch: bool = False) -> Exercise:
    """Return an exercise of one check, and one of hardening if asked."""
    checks = [
        Check("core", "Core", "", 1, False, (), (), HERE, 1),
        Check("hard", "Hard", "", 2, True, (), (), HERE, 1),
    ]
    stages = tuple(
        Stage(check.stage, check.name, check.name, check.stretch, HERE, (check,))
        for check in checks[: 1 + stretch]
    )
    return Exercise(
        slug, "1-one", HERE, HERE, HERE, slug, "", Kind.MODULE, 10, 1, (), requires, (), stages=stages
    )  # fmt: skip


def roadmap() -> Roadmap:
    """Return a road of four exercises with a suggested path."""
    step = Step("1-one", "One", (exercise("a"), exercise("b"), exercise("c", ("b",)), exercise("d")))
    return Roadmap((step,), (Route("tour", "A tour", ("c", "b")),))


@pytest.mark.parametrize(
    ("told", "upcoming"),
    [
        pytest.param([], "b", id="first on the path that nothing stands before"),
        pytest.param(entries(checked(True), slug="b"), "c", id="what was waiting comes next"),
        pytest.param(entries((K.SCAFFOLDED, {}), slug="d"), "d", id="what is under way goes on"),
        pytest.param(
            [*entries((K.SCAFFOLDED, {}), slug="d"), *entries(checked(False), checked(False), slug="a")],
            "a",
            id="the latest of several under way",
        ),
        pytest.param(
            [entry for slug in "abcd" for entry in entries(checked(True), slug=slug)], None, id="all done"
        ),
    ],
)
def test_next_exercise(told: list[Entry], upcoming: str | None) -> None:
    """The next exercise is the one under way, else the first of the path that can be begun."""
    found = next_exercise(roadmap(), standings(told, KIT))
    assert (found.slug if found else None) == upcoming


def test_suggested_order() -> None:
    """The first path comes first, then the road; nothing comes twice."""
    assert [one.slug for one in suggested(roadmap())] == ["c", "b", "a", "d"]


@pytest.mark.parametrize(
    ("core", "hard", "expected"),
    [
        pytest.param("PASSED", "PASSED", (True, True, True), id="gold"),
        pytest.param("PASSED", "FAILED", (True, True, False), id="done"),
        pytest.param("FAILED", "BLOCKED", (True, False, False), id="red"),
        pytest.param(None, "PASSED", (False, True, False), id="only hardening was asked for"),
    ],
)
def test_summary(core: str | None, hard: str, expected: tuple[bool, bool, bool]) -> None:
    """A run counts as whole when every core check ran, as gold when hardening is green too."""
    verdicts = {"core": core, "hard": hard}
    results = tuple(
        Result(name, name, 1, name == "hard", Verdict(verdict))
        for name, verdict in verdicts.items()
        if verdict
    )
    told = summary(Report(KIT, "a", Level.NONE, 1.0, "", results), exercise("a", stretch=True))
    assert (told["whole"], told["passed"], told["gold"]) == expected


def greens(*days: float) -> list[Entry]:
    """Return green runs so many days after the beginning."""
    kind, data = checked(True)
    return [
        Entry(number, BEGIN + timedelta(days=day), Event(kind, "a", HERE, data))
        for number, day in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("days", "due"),
    [
        pytest.param([0], 7, id="after a week"),
        pytest.param([0, 8], 38, id="a review makes it a month"),
        pytest.param([0, 8, 40], 130, id="and then a season"),
        pytest.param([0, 8, 40, 130, 220], 310, id="a season stays one"),
        pytest.param([0, 0.1, 1, 2], 9, id="what comes before it is due begins the week anew"),
        pytest.param([0, 100], 130, id="a late review counts as well"),
    ],
)
def test_due_for_review(days: list[float], due: int) -> None:
    """A done exercise comes back 7, then 30, then 90 days after it was green last."""
    standing = standings(greens(*days), KIT)["a"]
    moment = BEGIN + timedelta(days=due)
    assert (is_due(standing, moment - timedelta(seconds=1)), is_due(standing, moment)) == (False, True)


@pytest.mark.parametrize(
    "happened",
    [
        pytest.param([], id="nothing"),
        pytest.param([(K.SCAFFOLDED, {}), checked(False)], id="never green"),
        pytest.param([checked(True, whole=False)], id="green in part"),
        pytest.param([checked(True, kit="0.1.0"), checked(False)], id="rechecked and red"),
    ],
)
def test_not_due(happened: list[tuple[EventKind, dict[str, Any]]]) -> None:
    """Only what is done can be due."""
    standing = standings(entries(*happened), KIT).get("a", NOTHING)
    assert not is_due(standing, BEGIN + timedelta(days=1000))


def test_a_red_run_is_no_review() -> None:
    """What is due stays due until it is green again."""
    standing = standings([*greens(0), *entries(checked(False))], KIT)["a"]
    assert is_due(standing, BEGIN + timedelta(days=7))
