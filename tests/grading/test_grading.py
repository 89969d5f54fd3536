"""A class is graded: each submission once, in order, whatever stops it."""

from __future__ import annotations

import textwrap
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from tests.grading.conftest import HALF, RIGHT

from backroad import __version__
from backroad.content.trees import Tree
from backroad.errors import BackroadError, KitFault, stop
from backroad.grading.crew import local_crew
from backroad.grading.grading import Grading
from backroad.grading.handins import hand_ins
from backroad.grading.ledger import open_ledger
from backroad.grading.values import Gradebook, Outcome
from backroad.model import Exercise
from backroad.report import Verdict


def graded(exercise: Exercise, handed: Path, out: Path, seen: list[str] | None = None) -> Gradebook:
    """Grade a class here."""
    tick = (seen if seen is not None else []).append
    with open_ledger(out, exercise.slug, __version__) as ledger, local_crew(exercise, 0, 2) as crew:
        return Grading(exercise, 0, ledger, tick).grade(hand_ins([handed]), crew)


def told(book: Gradebook) -> list[tuple[str, float, bool]]:
    """Return what everybody got."""
    return [(grade.id, grade.points, grade.passed) for grade in book.grades]


class CountingCrew:
    """A crew that remembers what it was asked for; it fails after so many."""

    places = 1

    def __init__(self, crew: object, most: int = 1000) -> None:
        self._crew = crew
        self._most = most
        self.asked: list[Tree] = []

    def begin(self, tree: Tree) -> Future[Outcome]:
        """Pass on, and count."""
        if len(self.asked) == self._most:
            raise stop("disk", "there is no room left to write")
        self.asked.append(tree)
        return self._crew.begin(tree)  # type: ignore[attr-defined, no-any-return]


def test_a_gradebook(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """Everybody has a grade, in the order of ids, with the points of green checks."""
    seen: list[str] = []
    book = graded(doubler, handed, tmp_path / "out", seen)
    assert told(book) == [
        ("ann", 9, True), ("bob", 4.5, False), ("cem", 0, False), ("dora", 9, True),
    ]  # fmt: skip
    assert book.most == 9
    assert book.grades[2].report.results[0].verdict is Verdict.UNREADABLE
    assert sorted(seen) == ["ann", "bob", "cem", "dora"]


def test_near_copies_are_listed(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """Files that are too short to say anything are no near-copies; long ones are."""
    long = RIGHT + Path(textwrap.__file__).read_text(encoding="utf-8")
    (handed / "ann" / "doubler.py").write_text(long)
    (handed / "dora" / "doubler.py").write_text(long.replace("text", "words").replace("indent", "margin"))
    book = graded(doubler, handed, tmp_path / "out")
    assert [(pair.first, pair.second) for pair in book.likenesses] == [("ann", "dora")]


def test_identical_submissions_run_once(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """Copies are judged once, and nobody is judged again by the next call."""
    with open_ledger(tmp_path / "out", "doubler", __version__) as ledger, local_crew(doubler, 0, 2) as crew:
        counting = CountingCrew(crew)
        first = Grading(doubler, 0, ledger).grade(hand_ins([handed]), counting)
        assert len(counting.asked) == 3
        again = Grading(doubler, 0, ledger)
        assert again.grade(hand_ins([handed]), counting) == first
        assert (len(counting.asked), again.remembered) == (3, 4)
        (handed / "bob" / "doubler.py").write_text(RIGHT + "\n")
        changed = Grading(doubler, 0, ledger).grade(hand_ins([handed]), counting)
        assert (len(counting.asked), changed.grades[1].passed) == (4, True)


def test_other_checks_judge_again(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """A changed check makes old outcomes void; the old ones stay for whoever changes it back."""
    graded(doubler, handed, tmp_path / "out")
    check = doubler.folder / "checks" / "test_1_double.py"
    check.write_text(check.read_text().replace("double(3) == 6", "double(3) == 6 != subject.double(2)"))
    with open_ledger(tmp_path / "out", "doubler", __version__) as ledger, local_crew(doubler, 0, 2) as crew:
        counting = CountingCrew(crew)
        Grading(doubler, 0, ledger).grade(hand_ins([handed]), counting)
    assert len(counting.asked) == 3


def test_what_was_graded_stays_graded(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """A grading that ends half-way goes on where it was."""
    with (
        pytest.raises(BackroadError, match="no room"),
        open_ledger(tmp_path / "out", "doubler", __version__) as ledger,
        local_crew(doubler, 0, 1) as crew,
    ):
        Grading(doubler, 0, ledger).grade(hand_ins([handed]), CountingCrew(crew, most=2))
    assert told(graded(doubler, handed, tmp_path / "out")) == told(graded(doubler, handed, tmp_path / "new"))


def test_a_hand_in_that_cannot_be_read(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """Nobody else suffers from a hand-in that is refused, and a person is told to look at it."""
    (handed / "evil.zip").write_bytes(b"no archive")
    grade = next(one for one in graded(doubler, handed, tmp_path / "out").grades if one.id == "evil")
    assert "is no archive" in grade.trouble
    assert [result.verdict for result in grade.report.results] == [Verdict.UNREADABLE] * 3


def test_a_red_reference_grades_nobody(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """Where the reference fails, no grade is given."""
    (doubler.solution / "reference" / "doubler.py").write_text(HALF)
    with pytest.raises(KitFault, match="reference does not pass"):
        graded(doubler, handed, tmp_path / "out")


def test_no_thread_is_left(doubler: Exercise, handed: Path, tmp_path: Path) -> None:
    """A crew takes its threads with it."""
    graded(doubler, handed, tmp_path / "out")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("judge")]
