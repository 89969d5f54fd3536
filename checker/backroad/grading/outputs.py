"""The files of a gradebook: CSV, JSON, JUnit XML, Gradescope's results, the page of the class."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from backroad.glyphs import one_line
from backroad.grading.gradescope import results
from backroad.grading.page import class_page
from backroad.grading.values import Grade, Gradebook
from backroad.junit import class_to_junit
from backroad.report import Report
from backroad.workspace.disk import spoken, write_whole

# What spreadsheets take for the beginning of a formula, in East Asian width too.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
GRADEBOOK, REPORTS, GRADESCOPE, JUNIT, PAGE = (
    "gradebook.csv", "reports", "gradescope", "junit.xml", "report.html",
)  # fmt: skip


def write_outputs(book: Gradebook, out: Path) -> list[Path]:
    """Write everything, each file at once or not at all; returns what was written, folders as such."""
    with spoken(out, "choose another folder with --out"):
        for grade in book.grades:
            write(out / REPORTS / f"{grade.file}.json", json_text(told(grade, book)))
            write(out / GRADESCOPE / grade.file / "results.json", json_text(results(grade, book)))
        remove_others(out / REPORTS, {f"{grade.file}.json" for grade in book.grades})
        remove_others(out / GRADESCOPE, {grade.file for grade in book.grades})
        write(out / JUNIT, class_to_junit((grade.id, grade.report) for grade in book.grades))
        write(out / PAGE, class_page(book))
        write(out / GRADEBOOK, gradebook_csv(book))
    return [out / name for name in (GRADEBOOK, PAGE, REPORTS, GRADESCOPE, JUNIT)]


def summary(book: Gradebook, files: Iterable[Path]) -> dict[str, object]:
    """Return what a script wants to know of a class."""
    return {
        "exercise": book.exercise.slug,
        "kit": book.kit,
        "graded": len(book.grades),
        "passed": sum(grade.passed for grade in book.grades),
        "of": rounded(book.most),
        "grades": {grade.id: rounded(grade.points) for grade in book.grades},
        "trouble": {grade.id: grade.trouble for grade in book.grades if grade.trouble},
        "files": [str(file) for file in files],
    }


def told(grade: Grade, book: Gradebook) -> dict[str, object]:
    """Return what a file of `reports/` holds: whose it is, the points, and the report."""
    return {
        "id": grade.id,
        "name": grade.name,
        "points": rounded(grade.points),
        "of": rounded(book.most),
        "trouble": grade.trouble or None,
        "report": grade.report.to_json(),
    }


def gradebook_csv(book: Gradebook) -> str:
    """Return the gradebook: a line each, with the mark of UTF-8 that spreadsheets want."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    stages = [stage.number for stage in book.exercise.stages]
    columns = ["id", "name", "points", "of", "passed", *(f"stage {number}" for number in stages)]
    writer.writerow([*columns, "first failure", "trouble", "level", "submission", "file"])
    for grade in book.grades:
        first = grade.first_failure()
        cells = [
            grade.id,
            grade.name,
            rounded(grade.points),
            rounded(book.most),
            "yes" if grade.passed else "no",
        ]
        cells += [rounded(sum(stage_points(book, grade.report, number))) for number in stages]
        cells += [first.name if first else "", grade.trouble, int(grade.report.level)]
        writer.writerow(map(cell, [*cells, grade.report.submission[:12], grade.file]))
    return "\ufeff" + text.getvalue()


def stage_points(book: Gradebook, report: Report, stage: int) -> Iterator[float]:
    """Yield the points of a stage's green checks."""
    yield from (book.worth[one.name] for one in report.results if one.stage == stage and one.passed)


def cell(value: object) -> object:
    """Return what a spreadsheet may see: text on one line that it does not take for a formula."""
    if not isinstance(value, str):
        return value
    # Where lists are separated by semicolons, one in a name would begin another cell, and that a formula.
    text = one_line(value).replace(";", ",")
    return f"'{text}" if text.startswith(FORMULA) else text


def rounded(points: float) -> float | int:
    """Return points with at most two decimals, whole ones without."""
    value = round(points, 2)
    return int(value) if value == int(value) else value


def json_text(value: object) -> str:
    """Return JSON that any system can read."""
    return json.dumps(value, indent=1) + "\n"


def write(path: Path, text: str) -> None:
    """Write a file, unless it holds just that already."""
    data = text.encode("utf-8", "backslashreplace")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data, durable=False)


def remove_others(folder: Path, names: set[str]) -> None:
    """Remove what an earlier run wrote for hand-ins that are in the class no longer."""
    for entry in sorted(folder.iterdir()):
        if entry.name in names:
            continue
        if entry.suffix == ".json" and entry.is_file():
            entry.unlink()
        elif (entry / "results.json").is_file():
            (entry / "results.json").unlink()
            entry.rmdir()
