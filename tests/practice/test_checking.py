"""One run of the checks: what is judged, what is kept, what is noted."""

from __future__ import annotations

import psutil

from backroad.events import EventKind
from backroad.practice.checking import judge, keep, note, submitted, summoned
from backroad.referee.engine import Engine
from backroad.workspace.opening import Workspace

from ..dashboard.foreign import RIGHT
from .conftest import Kit, lose_home


def test_what_is_judged(kit: Kit, workspace: Workspace) -> None:
    """The files are judged with the kit's own given/, and who changed those is told so."""
    exercise = kit.exercise("greeter")
    tree = submitted(kit, exercise, workspace.root)
    assert (tree.restored, kit.heard) == ((), [])
    (workspace.root / "given" / "tools.py").write_text("KIT = 2\n", encoding="utf-8")
    changed = submitted(kit, exercise, workspace.root)
    assert changed.digest() == tree.digest()
    (said,) = kit.heard
    assert "given/tools.py" in said


def test_warm_where_there_is_an_engine(kit: Kit, workspace: Workspace) -> None:
    """A run is warm where an engine is at hand, and its report is the same."""
    (workspace.root / "greeter.py").write_text(RIGHT, encoding="utf-8")
    exercise = kit.exercise("greeter")
    tree = submitted(kit, exercise, workspace.root)
    cold = judge(kit, exercise, tree)
    with kit.warm() as engine:
        assert isinstance(engine, Engine)
        warm = judge(kit, exercise, tree)
        with kit.warm() as same:
            assert same is engine
    assert kit.engine is None
    assert [one.verdict for one in cold.results] == [one.verdict for one in warm.results]
    assert cold.submission == warm.submission == tree.digest()


def test_from_a_referee_that_was_summoned(kit: Kit, workspace: Workspace) -> None:
    """It judges the one run that comes, or none, and is gone in the end."""
    (workspace.root / "greeter.py").write_text(RIGHT, encoding="utf-8")
    exercise = kit.exercise("greeter")
    tree = submitted(kit, exercise, workspace.root)
    before = psutil.Process().children()
    with summoned(kit, exercise):
        [came] = [one for one in psutil.Process().children() if one not in before]
    assert not came.is_running()
    with summoned(kit, exercise) as start:
        assert start is not None
        [came] = [one for one in psutil.Process().children() if one not in before]
        assert judge(kit, exercise, tree, start).passed
        assert not came.is_running()
    with kit.warm(), summoned(kit, exercise) as start:
        assert start is None


def test_bytecode_of_checks_is_kept(kit: Kit, workspace: Workspace) -> None:
    """From a cold run it lies in the kit's home, for the next one, and nothing lies beside the checks."""
    exercise = kit.exercise("greeter")
    tree = submitted(kit, exercise, workspace.root)
    for _ in range(2):
        judge(kit, exercise, tree)
        kept = {path.name.partition(".")[0] for path in kit.cache.rglob("test_*.pyc")}
        assert kept == {check.file.stem for check in exercise.checks}
        assert {path.suffix for path in (exercise.folder / "checks").iterdir()} == {".py"}
    lose_home(kit)
    assert [one.name for one in judge(kit, exercise, tree).results] == [one.name for one in exercise.checks]


def test_kept_and_noted(kit: Kit, workspace: Workspace) -> None:
    """The state before a run is kept, and the run is noted with it; without a state nothing is noted."""
    exercise = kit.exercise("greeter")
    state = keep(kit, workspace)
    report = judge(kit, exercise, submitted(kit, exercise, workspace.root))
    note(kit, workspace, exercise, report, None)
    note(kit, workspace, exercise, report, state)
    (event,) = [entry.event for entry in kit.entries() if entry.event.kind is EventKind.CHECKED]
    assert (event.data["state"], event.data["first"], event.data["passed"]) == (state, "greets", False)


def test_without_a_journal(kit: Kit, workspace: Workspace) -> None:
    """Where nothing can be kept that is said, and the run goes on."""
    exercise = kit.exercise("greeter")
    report = judge(kit, exercise, submitted(kit, exercise, workspace.root))
    lose_home(kit)
    assert keep(kit, workspace) is None
    note(kit, workspace, exercise, report, "0" * 64)
    assert [text.partition(":")[0] for text in kit.heard] == ["this run is not remembered"] * 2
