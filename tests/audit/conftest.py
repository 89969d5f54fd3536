"""What tests of the audit share: a small sound exercise, and outcomes made by hand."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from backroad.audit.memory import Memory
from backroad.audit.trials import Outcome, Told
from backroad.content.home import Content
from backroad.content.roadmap import find_exercise, read_roadmap
from backroad.model import Check, Exercise, Kind, Stage
from backroad.report import Verdict

CORE = '''
"""Doubling

Numbers and lists."""
from backroad.checks import hint, requires


@hint("Multiply", "By two", "return number * 2")
def test_doubles(subject):
    """double(3) is 6

    A bill would be wrong.
    """
    assert subject.double(3) == 6


@requires("doubles")
@hint("Look at the sign", "Raise ValueError", "if number < 0: raise ValueError")
def test_refuses_negatives(subject):
    """double(-1) is a ValueError, double(0) is 0

    A debt would become a credit.
    """
    assert subject.double(0) == 0
    try:
        subject.double(-1)
    except ValueError:
        return
    raise AssertionError("double(-1) did not raise")
'''
HARDENING = '''
"""Large numbers"""
from backroad.checks import hint


@hint("Large", "Larger", "Largest")
def test_doubles_large_numbers(subject):
    """double(2**70) is 2**71

    Large sums would be wrong.
    """
    assert subject.double(2**70) == 2**71
'''
REFERENCE = """
def double(number):
    if number < 0:
        raise ValueError("below zero")
    return number * 2
"""
MUTANTS = """
[[mutant]]
name = "adds_two"
story = "Adds two"
caught_by = ["doubles"]
[[mutant.edit]]
file = "doubler.py"
find = "number * 2"
replace = "number + 2"

[[mutant]]
name = "takes_negatives"
story = "Doubles debts as well"
caught_by = ["refuses_negatives"]
[[mutant.edit]]
file = "doubler.py"
find = "number < 0"
replace = "False"

[[mutant]]
name = "cuts_off"
story = "Keeps 64 bits"
caught_by = ["doubles_large_numbers"]
[[mutant.edit]]
file = "doubler.py"
find = "number * 2"
replace = "number * 2 % 2**64"
"""
FOLDER = "exercises/1-basics/doubler"
SOLUTION = "solutions/1-basics/doubler"
FILES = {
    "exercises/roadmap.toml": """
        [steps.1-basics]
        title = "Basics"
        exercises = ["doubler"]
        """,
    f"{FOLDER}/exercise.toml": """
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
        call = 1
        """,
    f"{FOLDER}/README.md": "# A doubler\n",
    f"{FOLDER}/starter/doubler.py": "def double(number):\n    raise NotImplementedError  # TODO\n",
    f"{FOLDER}/checks/test_1_double.py": CORE,
    f"{FOLDER}/checks/test_2_hardening.py": HARDENING,
    f"{SOLUTION}/reference/doubler.py": REFERENCE,
    f"{SOLUTION}/alternatives/shift/doubler.py": REFERENCE.replace("number * 2", "number << 1"),
    f"{SOLUTION}/NOTES.md": "Why so.\n",
    f"{SOLUTION}/mutants.toml": MUTANTS,
    "templates/plain/cookiecutter.json": "{}\n",
    "templates/plain/{{cookiecutter.slug}}/backroad.toml": '[exercise]\nslug = "{{ cookiecutter.slug }}"\n',
}


@dataclass(frozen=True)
class Doubler:
    """The exercise `doubler` on disk, to be broken by the test."""

    content: Content

    def write(self, name: str, text: str) -> None:
        """Write a file below the content's folder."""
        file = self.content.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).removeprefix("\n"), encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a text that a file holds."""
        file = self.content.root / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    @property
    def exercise(self) -> Exercise:
        """The exercise as it reads now."""
        return find_exercise(read_roadmap(self.content)[0], "doubler")


@pytest.fixture
def doubler(tmp_path: Path) -> Doubler:
    """A sound exercise in a folder of its own."""
    made = Doubler(Content(tmp_path / "content"))
    for name, text in FILES.items():
        made.write(name, text)
    return made


@pytest.fixture
def forgetful() -> Memory:
    """A memory without a file."""
    return Memory(None, "")


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    """An exercise of three checks a, b and h, of which h is hardening; nothing of it is on disk."""
    file = tmp_path / "exercise" / "checks" / "test_1_one.py"
    checks = tuple(_check(name, file) for name in "abh")
    return Exercise(
        slug="thing",
        step="1-basics",
        folder=tmp_path / "exercise",
        solution=tmp_path / "solution",
        template=tmp_path,
        title="A thing",
        summary="",
        kind=Kind.MODULE,
        minutes=5,
        difficulty=1,
        teaches=(),
        requires=(),
        after=(),
        stages=(Stage(1, "one", "One", False, file, checks),),
    )


def _check(name: str, file: Path) -> Check:
    return Check(name, f"{name} holds", "", 1, name == "h", (), ("", "", ""), file, 1)


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Make an outcome of verdicts by the check's name."""

    def make(seconds: float = 0.1, line: str = "it is wrong", **verdicts: Verdict) -> Outcome:
        told = {name: Told(verdict, seconds, line) for name, verdict in verdicts.items()}
        return Outcome(told, seconds)

    return make
