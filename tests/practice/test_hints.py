"""The ladder of hints."""

from __future__ import annotations

from backroad.events import Event, EventKind
from backroad.practice.hints import climb, failing_check
from backroad.workspace.opening import Workspace

from ..dashboard.foreign import RIGHT
from .conftest import Kit, lose_home


def ran(kit: Kit, workspace: Workspace, first: str | None, *, whole: bool = True) -> None:
    """Write a run into the journal."""
    data = {"kit": kit.kit, "whole": whole, "passed": first is None, "first": first, "verdicts": {}}
    with kit.archive() as archive:
        archive.journal.record(Event(EventKind.CHECKED, workspace.slug, workspace.root, data))


def test_which_check(kit: Kit, workspace: Workspace) -> None:
    """It is the first that failed in the last run, none after a green one, none where that check is gone."""
    exercise = kit.exercise("greeter")
    for first, name in (("greets_nobody", "greets_nobody"), ("greets", "greets"), (None, None), ("x", None)):
        ran(kit, workspace, first)
        found = failing_check(kit, workspace, exercise)
        assert (found and found.name) == name


def test_never_run(kit: Kit, workspace: Workspace) -> None:
    """Where the checks never ran, or a part of them is green, they run now, and that is noted."""
    exercise = kit.exercise("greeter")
    found = failing_check(kit, workspace, exercise)
    assert found
    assert found.name == "greets"
    (workspace.root / "greeter.py").write_text(RIGHT, encoding="utf-8")
    ran(kit, workspace, None, whole=False)
    assert failing_check(kit, workspace, exercise) is None
    told = [entry.event for entry in kit.entries() if entry.event.kind is EventKind.CHECKED]
    assert [event.data["passed"] for event in told] == [False, True, True]


def test_climbing(kit: Kit, workspace: Workspace) -> None:
    """Each hint is one rung further, noted once, up to the last; another check has a ladder of its own."""
    first, second, *_ = kit.exercise("greeter").checks
    assert [climb(kit, workspace, first) for _ in range(5)] == [1, 2, 3, 3, 3]
    assert climb(kit, workspace, second) == 1
    told = [entry.event.data for entry in kit.entries() if entry.event.kind is EventKind.HINTED]
    assert [(data["check"], data["rung"]) for data in told] == [
        *((first.name, rung) for rung in (1, 2, 3)),
        (second.name, 1),
    ]


def test_without_a_journal(kit: Kit, workspace: Workspace) -> None:
    """Where nothing can be remembered the first hint is shown, and that is said."""
    lose_home(kit)
    assert climb(kit, workspace, kit.exercise("greeter").checks[0]) == 1
    assert kit.heard[-1].startswith("this hint is not remembered: ")
