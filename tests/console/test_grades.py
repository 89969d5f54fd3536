"""What came of a class, on one screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backroad.console.grades import Graded, grades_screen
from backroad.console.rows import text_of
from backroad.glyphs import columns
from backroad.grading.judge import told_once
from backroad.grading.values import Grade, Gradebook, Likeness
from backroad.model import Exercise
from backroad.report import Verdict


def graded(exercise: Exercise, *points: float, trouble: str = "") -> Graded:
    """Return a class with these points, of whom the last has trouble."""
    report = told_once(exercise, "a", Verdict.FAILED, "no", "")
    grades = [Grade(f"s{n}", f"s{n}", f"s{n}", report, got) for n, got in enumerate(points)]
    grades[-1] = replace(grades[-1], trouble=trouble)
    book = Gradebook(exercise, "1", 0, {"says": 4.0}, tuple(grades))
    return Graded(book, (Path("grades/gradebook.csv"), Path("grades/report.html")), 0, 61.0)


def text(what: Graded, width: int = 80) -> str:
    """Return the screen as text."""
    return "\n".join(map(text_of, grades_screen(what, width)))


def test_a_class(greeter: Exercise) -> None:
    """The screen says how many, how well, and where everything is."""
    assert text(graded(greeter, 1, 4, 2.5)).splitlines() == [
        "grade · greeter                                                 3 hand-ins, 61 s",
        "",
        " passed   0 of 3",
        " points   2.5 median, 1 to 4, of 4",
        " wrote    grades/  (gradebook.csv, report.html)",
        "",
        " next   open grades/report.html   in a browser",
    ]


def test_what_a_person_has_to_look_at(greeter: Exercise) -> None:
    """Trouble and near-copies are told in a line each, five of them at most."""
    one = graded(greeter, 1, 4, trouble="is no archive\n\x1b[2J")
    pairs = tuple(Likeness("ann", f"s{n}", 0.93) for n in range(7))
    said = text(replace(one, book=replace(one.book, likenesses=pairs), remembered=1))
    assert " look at  s1: is no archive" in said
    assert "\x1b" not in said
    assert " alike    ann and s0: 93% in common" in said
    assert "and 2 more" in said
    assert " before   1 had been graded already" in said


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_any_width(width: int, greeter: Exercise) -> None:
    """Nothing is wider than the terminal but what is to be typed."""
    rows = text(graded(greeter, 1, 4, trouble="is no archive that can be read"), width).splitlines()[:-1]
    assert max(map(columns, rows)) <= max(width, 24)
