"""A gradebook as the page shows it: rows and sections, all text made visible and cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from backroad.grading.charts import Histogram, Tally, hardest, histogram
from backroad.grading.telling import Source, Teller, Telling, shortened
from backroad.grading.values import Grade, Gradebook
from backroad.model import Check, Level, Stage
from backroad.report import Report, Result, Verdict

MOST_PAIRS = 300
NAME, LINE = 80, 160
GREEN, RED, WAITING = "✓", "✗", "·"

LACKS = {
    Level.NONE: "the code ran unconfined, with the rights of whoever graded it",
    Level.PROCESS: "the code had limits and a process of its own, but this machine's files and connections",
    Level.SANDBOX: "the code had limits, no files and no connections but its own, but no own namespaces",
}


@dataclass(frozen=True)
class Locked:
    """How many runs were locked in less than they could be, how much, and what that left open."""

    level: int
    runs: int
    lack: str


@dataclass(frozen=True)
class CheckRow:
    """One check in the class."""

    sentence: str
    tally: Tally
    is_hard: bool


@dataclass(frozen=True)
class StageRows:
    """The checks of one stage in the class."""

    stage: Stage
    title: str
    rows: tuple[CheckRow, ...]


@dataclass(frozen=True)
class StageSigns:
    """One stage of one hand-in: a sign a check, and how many are green."""

    number: int
    title: str
    signs: str
    green: int


@dataclass(frozen=True)
class Student:
    """One hand-in: its line in the table, and its section."""

    anchor: str
    name: str
    id: str
    file: str
    points: float
    passed: bool
    stages: tuple[StageSigns, ...]
    first: str
    verdict: str
    trouble: str
    telling: Telling


@dataclass(frozen=True)
class Alike:
    """Two hand-ins that share code."""

    first: Source
    second: Source
    percent: int


@dataclass(frozen=True)
class ClassView:
    """All that the page shows of a class."""

    title: str
    slug: str
    kit: str
    seed: int
    most: float
    passed: int
    spread: Histogram
    stages: tuple[StageRows, ...]
    students: tuple[Student, ...]
    troubled: tuple[Student, ...]
    alike: tuple[Alike, ...]
    pairs: int
    level: int | None
    locked: tuple[Locked, ...]


def class_view(book: Gradebook) -> ClassView:
    """Return what the page shows of a gradebook."""
    students = _students(book)
    levels = Counter(grade.report.level for grade in book.grades if _ran(grade))
    return ClassView(
        title=shortened(book.exercise.title, LINE),
        slug=shortened(book.exercise.slug, NAME),
        kit=shortened(book.kit, NAME),
        seed=book.seed,
        most=book.most,
        passed=sum(grade.passed for grade in book.grades),
        spread=histogram([grade.points for grade in book.grades], book.most),
        stages=_stages(book),
        students=students,
        troubled=tuple(student for student in students if student.trouble),
        alike=tuple(_alike(book, students)),
        pairs=len(book.likenesses),
        level=min(levels, default=None),
        locked=tuple(
            Locked(level, levels[level], LACKS[level]) for level in sorted(levels) if level in LACKS
        ),
    )


def _ran(grade: Grade) -> bool:
    """Whether the code of a hand-in ran at all: what could not be read was not locked in either."""
    return not grade.trouble or grade.report.level is not Level.NONE


def _students(book: Gradebook) -> tuple[Student, ...]:
    teller = Teller(len(book.grades), book.exercise.kind)
    return tuple(_student(grade, f"s{index}", book, teller) for index, grade in enumerate(book.grades, 1))


def _student(grade: Grade, anchor: str, book: Gradebook, teller: Teller) -> Student:
    first = grade.first_failure()
    name = shortened(grade.name or grade.id, NAME)
    telling = teller.telling(grade.report, Source(anchor, name))
    return Student(
        anchor=anchor,
        name=name,
        id=shortened(grade.id, NAME),
        file=shortened(grade.file, LINE),
        points=grade.points,
        passed=grade.passed,
        stages=tuple(_signs(stage, grade.report) for stage in book.exercise.stages),
        first=shortened(telling.told[0].sentence, LINE) if telling.told else "",
        verdict=str(first.verdict).lower() if first else "",
        trouble=shortened(grade.trouble, 2 * LINE),
        telling=telling,
    )


def _signs(stage: Stage, report: Report) -> StageSigns:
    results = {result.name: result for result in report.results if result.stage == stage.number}
    signs = "".join(_sign(results.get(check.name)) for check in stage.checks)
    return StageSigns(stage.number, shortened(stage.title, NAME), signs, signs.count(GREEN))


def _sign(result: Result | None) -> str:
    """Return the sign of a check; one that did not run waits."""
    if result is None or result.verdict is Verdict.BLOCKED:
        return WAITING
    return GREEN if result.passed else RED


def _stages(book: Gradebook) -> tuple[StageRows, ...]:
    checks = book.exercise.checks
    counts = _counts(book)
    tallies = [_tally(counts, check, len(book.grades)) for check in checks]
    hard = hardest(tallies)
    rows = iter(
        CheckRow(shortened(check.sentence, LINE), tally, index in hard)
        for index, (check, tally) in enumerate(zip(checks, tallies, strict=True))
    )
    return tuple(
        StageRows(stage, shortened(stage.title, NAME), tuple(next(rows) for _ in stage.checks))
        for stage in book.exercise.stages
    )


def _counts(book: Gradebook) -> Counter[tuple[str, str]]:
    """Return how often each check came out as each sign."""
    results = (result for grade in book.grades for result in grade.report.results)
    return Counter((result.name, _sign(result)) for result in results)


def _tally(counts: Counter[tuple[str, str]], check: Check, hand_ins: int) -> Tally:
    green, red = counts[check.name, GREEN], counts[check.name, RED]
    return Tally(green, red, hand_ins - green - red)


def _alike(book: Gradebook, students: tuple[Student, ...]) -> Iterator[Alike]:
    sources = {
        grade.id: Source(student.anchor, student.name)
        for grade, student in zip(book.grades, students, strict=True)
    }
    for pair in book.likenesses[:MOST_PAIRS]:
        first, second = (
            sources.get(name, Source("", shortened(name, NAME))) for name in (pair.first, pair.second)
        )
        yield Alike(first, second, int(100 * pair.share))
