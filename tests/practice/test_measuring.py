"""All designs at the same work: what is known from before, and what is remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backroad.content.trees import File, Tree
from backroad.events import Event, EventKind
from backroad.model import Exercise, Kind
from backroad.practice import Practice
from backroad.practice.measuring import measure
from backroad.referee.engine import Engine

WORK = '''
def lines(subject, measure):
    """Lines per find"""
    measure.steps(subject, [("find", 3)])
'''
START = Tree({}, {})
MINE = "def find(number):\n    if number:\n        return number\n    return 0\n"
THEIRS = "def find(number):\n    return number\n"


class NoEngine(Engine):
    """An engine that must not be asked."""

    def run(self, *_: Any, **__: Any) -> Any:
        """Fail."""
        raise AssertionError("something was run")


@pytest.fixture
def finder(tmp_path: Path) -> Exercise:
    """An exercise that has work and nothing else."""
    folder, solution = tmp_path / "exercises" / "1" / "finder", tmp_path / "solutions" / "1" / "finder"
    for one in (folder / "checks", solution / "reference"):
        one.mkdir(parents=True)
    (folder / "work.py").write_text(WORK, encoding="utf-8")
    return Exercise("finder", "1", folder, solution, tmp_path, "", "", Kind.MODULE, 1, 1, (), (), (), ())


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A kit with a home of its own."""
    return Practice(environ={"BACKROAD_HOME": str(tmp_path / "home")})


def sides(mine: str = MINE) -> list[tuple[str, Tree, bool]]:
    """Return yours, the reference, and a design that cannot run here."""
    texts = {"yours": mine, "reference": THEIRS, "missing": THEIRS + "\n"}
    trees = {name: Tree({"finder.py": File(text.encode())}, {}) for name, text in texts.items()}
    return [(name, tree, name == "missing") for name, tree in trees.items()]


def note(practice: Practice, kept: Any) -> None:
    """Remember a comparison."""
    data = {"kit": practice.kit, "designs": {}, "measured": kept}
    with practice.archive() as archive:
        archive.journal.record(Event(EventKind.COMPARED, "finder", None, data))


def test_designs_are_measured_and_remembered(practice: Practice, finder: Exercise) -> None:
    """Lines and complexity of each design; what was counted of the same files is not counted again."""
    told = measure(practice, finder, START, sides())
    assert [row.numbers for row in told.gauges] == [(2, 1, None)]
    assert told.complexity == {"yours": 2, "reference": 1, "missing": 1}
    note(practice, told.kept)
    practice.engine = NoEngine()
    assert measure(practice, finder, START, sides()) == told


def test_other_files_or_other_work_are_measured(practice: Practice, finder: Exercise) -> None:
    """A change of the files, or of the work, makes what is known worthless."""
    note(practice, measure(practice, finder, START, sides()).kept)
    changed = measure(practice, finder, START, sides(MINE.replace("    if number:\n        ", "    ")))
    assert [row.numbers for row in changed.gauges] == [(1, 1, None)]
    (finder.folder / "work.py").write_text(WORK.replace("3", "0"), encoding="utf-8")
    practice.engine = NoEngine()
    with pytest.raises(AssertionError, match="something was run"):
        measure(practice, finder, START, sides())


def test_without_work_there_is_complexity(practice: Practice, finder: Exercise) -> None:
    """An exercise without work.py runs nothing."""
    (finder.folder / "work.py").unlink()
    practice.engine = NoEngine()
    told = measure(practice, finder, START, sides())
    assert (told.gauges, told.complexity["yours"]) == ((), 2)
