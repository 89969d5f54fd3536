"""What tests of grading share: a small exercise with checks that can tell right from wrong."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.model import Exercise

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
