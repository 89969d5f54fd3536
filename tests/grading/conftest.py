"""What tests of grading share: a small exercise with checks that can tell right from wrong."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.grading.values import Grade, Gradebook, Likeness
from backroad.model import Exercise, Level
from backroad.report import Place, Report, Result, Verdict

RIGHT = (
    "def double(number):\n    if number < 0:\n        raise ValueError('below zero')\n    return number * 2\n"
)
WRONG = RIGHT.replace("number * 2", "number + 2")
HALF = "def double(number):\n    return number * 2\n"
FILES = {
    "exercises/roadmap.toml": """
        [steps.1-basics]
        title = "Basics"
        exercises = ["doubler"]
        """,
    "exercises/1-basics/doubler/exercise.toml": """
        title = "A doubler"
        summary = "Double numbers"
        kind = "module"
        template = "plain"
        minutes = 5
        difficulty = 1
        teaches = ["arithmetic"]
        requires = []
        after = []
        [limits]
        call = 0.5
        [points.stages]
        1 = 9
        """,
    "exercises/1-basics/doubler/README.md": "# A doubler\n",
    "exercises/1-basics/doubler/starter/doubler.py": "def double(number):\n    ...  # TODO 1\n",
    "exercises/1-basics/doubler/checks/test_1_double.py": '''
        """Doubling"""
        from backroad.checks import hint


        @hint("Multiply", "By two", "return number * 2")
        def test_doubles(subject):
            """double(3) is 6

            A bill would be wrong.
            """
            assert subject.double(3) == 6


        @hint("Look at the sign", "Raise ValueError", "if number < 0: raise ValueError")
        def test_refuses_negatives(subject):
            """double(-1) is a ValueError

            A debt would become a credit.
            """
            try:
                subject.double(-1)
            except ValueError:
                return
            raise AssertionError("double(-1) did not raise")
        ''',
    "exercises/1-basics/doubler/checks/test_2_hardening.py": '''
        """Large numbers"""
        from backroad.checks import hint


        @hint("Large", "Larger", "Largest")
        def test_doubles_large_numbers(subject):
            """double(2**70) is 2**71

            Large sums would be wrong.
            """
            assert subject.double(2**70) == 2**71
        ''',
    "solutions/1-basics/doubler/reference/doubler.py": RIGHT,
    "solutions/1-basics/doubler/NOTES.md": "Why so.\n",
    "solutions/1-basics/doubler/mutants.toml": "",
    "templates/plain/cookiecutter.json": "{}\n",
    "templates/plain/{{cookiecutter.slug}}/backroad.toml": '[exercise]\nslug = "{{ cookiecutter.slug }}"\n',
    "templates/plain/{{cookiecutter.slug}}/given/tools.py": "KIT = 1\n",
}

HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "</style><script>",
    "\u202eevil\u2066", "a\nb\r\nc\x00\x1b[31m", '"' * 4_096, "é" * 4_096, "", "{{ 7 * 7 }}", "\ud800x",
    "Z" + "\u0301" * 300, "العربية", "' onclick='x", "</details></article>", "<!--", "&lt;b&gt;",
)  # fmt: skip


@pytest.fixture
def doubler(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """The exercise; its content is a folder of the test's own."""
    root = tmp_path_factory.mktemp("content")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(textwrap.dedent(text).removeprefix("\n"), encoding="utf-8")
    return find_exercise(load_roadmap(find_content(root)), "doubler")


@pytest.fixture
def handed(tmp_path: Path) -> Path:
    """A class of four: right, wrong in one check, broken, and a copy of the right one."""
    for name, text in {"ann": RIGHT, "bob": HALF, "cem": "def double(:\n", "dora": RIGHT}.items():
        folder = tmp_path / "class" / name
        folder.mkdir(parents=True)
        (folder / "doubler.py").write_text(text, encoding="utf-8")
    return tmp_path / "class"


@dataclass(frozen=True)
class Classes:
    """Makes classes up; their exercise is a real one."""

    exercise: Exercise
    hostile_texts: tuple[str, ...] = HOSTILE

    @property
    def names(self) -> list[str]:
        """The names of all checks."""
        return [check.name for check in self.exercise.checks]

    def report(self, red: Sequence[str] = (), level: Level = Level.NAMESPACES, **evidence: Any) -> Report:
        """Return a report in which some checks failed with this evidence."""
        results = tuple(
            Result(check.name, check.sentence, check.stage, check.stretch, Verdict.FAILED, **evidence)
            if check.name in red
            else Result(check.name, check.sentence, check.stage, check.stretch, Verdict.PASSED)
            for check in self.exercise.checks
        )
        return Report("0.1.0", self.exercise.slug, level, 1.4, "0" * 64, results)

    def grade(self, name: str, report: Report | None = None, trouble: str = "") -> Grade:
        """Return what somebody got, all green if nothing else is said; each core check is worth a point."""
        report = report or self.report()
        points = float(sum(result.passed and not result.stretch for result in report.results))
        return Grade(name, name, name, report, points, trouble)

    def book(self, *grades: Grade, likenesses: Sequence[Likeness] = ()) -> Gradebook:
        """Return a gradebook."""
        worth = {check.name: 0.0 if check.stretch else 1.0 for check in self.exercise.checks}
        return Gradebook(self.exercise, "0.1.0", 0, worth, grades, tuple(likenesses))

    def hostile(self, size: int) -> Gradebook:
        """Return a class in which every text is chosen badly, and hardly two of them are the same."""
        grades = [self._hostile(index, HOSTILE[index % len(HOSTILE)]) for index in range(size)]
        pairs = [Likeness(grades[0].id, other.id, 0.9) for other in grades[1:]]
        return self.book(*grades, likenesses=[*pairs, Likeness("nobody<b>", "<i>", 0.8)])

    def _hostile(self, index: int, text: str) -> Grade:
        long = (text * 2_000)[:2_000]
        short = long[:300]
        place = Place(short, 3, short)
        told = self.report(
            self.names,
            Level(index % 4),
            did=(short, f"call {index}"),
            expected=long + "1",
            got=long + "2",
            where=place,
            frames=(place, place),
            message=f"{index} {long}",
            again=f"curl {short}",
            ran=(short, "SELECT 1"),
            output=(text * 4_000)[:4_000] + str(index),
            remedy=short,
            why=short,
        )
        got = self.grade(f"{index}{text}", told, text if index % 3 else "")
        return replace(got, name=text, file=text)


@pytest.fixture(scope="session")
def classes() -> Classes:
    """Classes to be made up."""
    return Classes(find_exercise(load_roadmap(find_content(environ={})), "data-structures"))
