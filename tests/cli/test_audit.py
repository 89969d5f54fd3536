"""`backroad audit` from the outside: what it prints where, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TEMPLATE = '[exercise]\nslug = "{{ cookiecutter.slug }}"\n'
CHECKS = '''"""Greeting"""
from backroad.checks import hint


@hint("Look", "Return", "return 'hello'")
def test_says_hello(subject):
    """hello() returns hello

    Callers show it.
    """
    assert subject.hello() == "hello"
'''
MUTANTS = """
[[mutant]]
name = "says_bye"
story = "Says bye"
caught_by = ["says_hello"]
[[mutant.edit]]
file = "greeter.py"
find = "hello!"
replace = "bye"
"""
SETTINGS = """
title = "A greeter"
summary = "Say hello"
kind = "module"
template = "plain"
minutes = 5
difficulty = 1
teaches = []
requires = []
after = []
"""
FILES = {
    "exercises/roadmap.toml": '[steps.1-one]\ntitle = "One"\nexercises = ["greeter"]\n',
    "exercises/1-one/greeter/exercise.toml": SETTINGS,
    "exercises/1-one/greeter/README.md": "# A greeter\n",
    "exercises/1-one/greeter/starter/greeter.py": "def hello():\n    ...  # TODO\n",
    "exercises/1-one/greeter/checks/test_1_hello.py": CHECKS,
    "solutions/1-one/greeter/reference/greeter.py": "def hello():\n    return 'hello!'[:-1]\n",
    "solutions/1-one/greeter/NOTES.md": "Why so.\n",
    "solutions/1-one/greeter/mutants.toml": MUTANTS,
    "templates/plain/cookiecutter.json": "{}\n",
    "templates/plain/{{cookiecutter.slug}}/backroad.toml": TEMPLATE,
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A folder of content with one sound exercise."""
    for name, text in FILES.items():
        (tmp_path / "content" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "content" / name).write_text(text, encoding="utf-8")
    return tmp_path / "content"


def audit(content: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    main = "from backroad.cli import main; main(prog_name='backroad')"
    command = [sys.executable, "-c", main, "--content", str(content), "audit", *words]
    environ = {**os.environ, "BACKROAD_HOME": str(content.parent / "home"), "COLUMNS": "80"}
    return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=120, check=False)


def test_a_clean_exercise(content: Path) -> None:
    """Data go to stdout, nothing to stderr, and the code is 0."""
    done = audit(content)
    assert (done.returncode, done.stderr) == (0, "")
    assert " ✓ mutants       1 of 1 are caught by the checks they name" in done.stdout
    assert done.stdout.endswith(" no problem\n")


def test_a_problem(content: Path) -> None:
    """The place is said below the content's folder, and the code is 1."""
    (content / "exercises/1-one/greeter/notes.txt").write_text("stray")
    done = audit(content, "--no-generated", "greeter")
    assert done.returncode == 1
    assert "   - exercises/1-one/greeter/notes.txt\n       has no place here\n" in done.stdout
    assert done.stdout.endswith(" 1 problem\n next   backroad audit greeter   when that is put right\n")


def test_json(content: Path) -> None:
    """`--json` prints one object."""
    told = json.loads(audit(content, "--json", "--fresh", "--no-generated").stdout)
    assert (told["format"], told["clean"]) == (1, True)
    assert [entry["slug"] for entry in told["exercises"]] == ["", "greeter"]


def test_an_unknown_exercise(content: Path) -> None:
    """An unknown name is the user's to fix."""
    done = audit(content, "greter")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "backroad: greter: there is no such exercise; did you mean greeter?\n"


def test_checks_that_cannot_be_collected(content: Path) -> None:
    """A check file that raises while it is imported is the kit's fault: no submission has a part in it."""
    file = content / "exercises/1-one/greeter/checks/test_1_hello.py"
    file.write_text(CHECKS.replace("@hint", "1 / 0\n\n\n@hint"))
    done = audit(content, "--no-generated", "greeter")
    assert done.returncode == 3
    assert "ZeroDivisionError" in done.stdout
