"""The files of a gradebook."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from backroad.content.points import worth
from backroad.grading.judge import told_once
from backroad.grading.names import file_stems
from backroad.grading.outputs import cell, gradebook_csv, rounded, summary, write_outputs
from backroad.grading.values import Grade, Gradebook
from backroad.model import Exercise, Level
from backroad.report import Report, Verdict

HOSTILE = [
    "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "<script>alert(1)</script>", "]]>",
    "a,b;\"c\"", "::set-output name=x::y", "\u202eevil", "a\nb", "\ud800", "../../x",
    "x" * 4096, "\x00\x1b[2J",
]  # fmt: skip


def report_of(exercise: Exercise, *green: str) -> Report:
    """Return a report in which some checks are green."""
    whole = told_once(exercise, "a" * 64, Verdict.FAILED, "expected <b>6</b>", "")
    results = [replace(one, verdict=Verdict.PASSED) if one.name in green else one for one in whole.results]
    return replace(whole, results=tuple(results), level=Level.SANDBOX)


def book_of(exercise: Exercise, *ids: str) -> Gradebook:
    """Return the gradebook of people who got one check right."""
    stems = file_stems(ids)
    grades = [
        Grade(identity, identity, stems[identity], report_of(exercise, "doubles"), 4.5) for identity in ids
    ]
    return Gradebook(exercise, "1", 0, worth(exercise), tuple(grades))


def rows(book: Gradebook) -> list[dict[str, str]]:
    """Return the gradebook as a spreadsheet reads it."""
    text = gradebook_csv(book)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_a_line_each(doubler: Exercise) -> None:
    """A line says who got what, stage by stage, and what to talk about first."""
    (row,) = rows(book_of(doubler, "ann"))
    assert row == {
        "id": "ann", "name": "ann", "points": "4.5", "of": "9", "passed": "no",
        "stage 1": "4.5", "stage 2": "0", "first failure": "refuses_negatives", "trouble": "",
        "level": "2", "submission": "a" * 12, "file": "ann",
    }  # fmt: skip


def test_no_cell_is_a_formula(doubler: Exercise) -> None:
    """Whatever somebody is called, a spreadsheet computes nothing."""
    for row in rows(book_of(doubler, *HOSTILE)):
        for value in row.values():
            assert not value.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert "\n" not in value
            assert value.isprintable()


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (-2.5, -2.5),
        ("-1", "'-1"),
        ("\uff1d1", "'\uff1d1"),
        ("x;=1", "x,=1"),
        ("a\nb", "a b"),
        ("ann", "ann"),
    ],
)
def test_cells(value: object, seen: object) -> None:
    """Numbers stay numbers, text becomes one line."""
    assert cell(value) == seen


@pytest.mark.parametrize(("points", "seen"), [(9.0, 9), (10 / 3, 3.33), (0.1 + 0.2, 0.3)])
def test_points_are_rounded(points: float, seen: float) -> None:
    """Points have two decimals at most."""
    assert rounded(points) == seen


def test_every_file(doubler: Exercise, tmp_path: Path) -> None:
    """Everything is written, valid, under names that every system can hold."""
    book = book_of(doubler, *HOSTILE, "ann")
    files = write_outputs(book, tmp_path)
    assert all(file.exists() for file in files)
    told = json.loads((tmp_path / "reports" / "ann.json").read_text("ascii"))
    assert (told["points"], told["of"], told["report"]["passed"]) == (4.5, 9, False)
    suites = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert len(suites) == len(HOSTILE) + 1
    scope = json.loads((tmp_path / "gradescope" / "ann" / "results.json").read_text("utf-8"))
    assert scope["score"] == 4.5
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert len(list((tmp_path / "reports").iterdir())) == len(HOSTILE) + 1
    assert summary(book, files)["graded"] == len(HOSTILE) + 1


def test_who_left_the_class_leaves_no_file(doubler: Exercise, tmp_path: Path) -> None:
    """What an earlier run wrote of others goes; what is written twice is the same."""
    write_outputs(book_of(doubler, "ann", "bob"), tmp_path)
    before = (tmp_path / "reports" / "ann.json").stat().st_mtime_ns
    (tmp_path / "reports" / "mine.txt").write_text("a teacher's own")
    write_outputs(book_of(doubler, "ann"), tmp_path)
    assert sorted(file.name for file in (tmp_path / "reports").iterdir()) == ["ann.json", "mine.txt"]
    assert [file.name for file in (tmp_path / "gradescope").iterdir()] == ["ann"]
    assert (tmp_path / "reports" / "ann.json").stat().st_mtime_ns == before
