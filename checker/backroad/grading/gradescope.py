"""One hand-in as Gradescope's results.json, https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

from __future__ import annotations

from typing import Any

from backroad.feedback import Paragraph, paragraphs
from backroad.glyphs import one_line
from backroad.grading.values import Grade, Gradebook
from backroad.model import Check
from backroad.report import Result

LONGEST = 10_000
# As it stands, in a <pre>: no HTML, no Markdown, no colours of somebody's output.
TEXT = "text"


def results(grade: Grade, book: Gradebook) -> dict[str, Any]:
    """Return what Gradescope reads of one hand-in; only its owner and the teachers see it there."""
    found = {result.name: result for result in grade.report.results}
    tests = [
        _test(check, f"{stage.number}.{number}", book.worth.get(check.name, 0.0), found.get(check.name))
        for stage in book.exercise.stages
        for number, check in enumerate(stage.checks, 1)
    ]
    return {
        "score": _rounded(grade.points),
        "execution_time": round(grade.report.seconds),
        "output": _summary(grade, book),
        "output_format": TEXT,
        "test_output_format": TEXT,
        "test_name_format": TEXT,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "kit": book.kit,
            "exercise": book.exercise.slug,
            "seed": book.seed,
            "level": int(grade.report.level),
            "submission": grade.report.submission,
        },
    }


def _summary(grade: Grade, book: Gradebook) -> str:
    checks = book.exercise.checks
    green = sum(result.passed for result in grade.report.results)
    lines = [f"{green} of {len(checks)} checks are green", one_line(grade.trouble)[:LONGEST]]
    return "\n".join(filter(None, lines))


def _test(check: Check, number: str, worth: float, result: Result | None) -> dict[str, Any]:
    """Return one check; a hardening check without points still tells whether it is green."""
    passed = result is not None and result.passed
    points = {"score": _rounded(worth if passed else 0.0), "max_score": _rounded(worth)} if worth else {}
    return {
        "name": one_line(check.sentence),
        "number": number,
        **points,
        "status": "passed" if passed else "failed",
        "output": "" if passed else _output(result),
        "output_format": TEXT,
        "name_format": TEXT,
        "visibility": "visible",
        "tags": ["hardening"] if check.stretch else [],
    }


def _output(result: Result | None) -> str:
    """Return what happened, with the words that every other face uses."""
    if result is None:
        return "this check did not run"
    told = "\n".join(map(_lines, paragraphs(result, everything=True))) or str(result.verdict).lower()
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}\n… {len(told) - LONGEST} more characters"


def _lines(paragraph: Paragraph) -> str:
    """Return a paragraph below its label, indented, so that no text passes for a label."""
    body = "\n".join(f"    {line}" for line in paragraph.text.split("\n"))
    return f"{paragraph.label}\n{body}" if paragraph.label else body


def _rounded(points: float) -> float:
    return round(points, 2)
