"""One check file's text → a stage with its checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.checkfiles import parse_stage
from backroad.errors import Problem
from backroad.model import Stage

FILE = Path("checks/test_1_hello.py")
SOUND = '''"""Says hello"""
LADDER: tuple[str, ...] = ("first", "second", "th" "ird")

def helper():
    pass

@hint(*LADDER)
@requires("test_b", "c")
@fresh
def test_a(subject):
    """It holds

    Nothing else
    would.
    """
'''


def parsed(text: str, name: str = "hello") -> tuple[Stage, list[str]]:
    """Return the stage and the problems as people read them."""
    problems: list[Problem] = []
    stage = parse_stage(text, FILE, 1, name, problems)
    return stage, list(map(str, problems))


def test_a_check_is_read_without_importing() -> None:
    """A check's words come out of its source: sentence, why, requirements, three hints, its line."""
    stage, problems = parsed(SOUND)
    (check,) = stage.checks
    assert problems == []
    assert (stage.title, stage.number, stage.name, stage.stretch) == ("Says hello", 1, "hello", False)
    assert (check.name, check.sentence, check.why) == ("a", "It holds", "Nothing else would.")
    assert check.requires == ("b", "c")
    assert check.hints == ("first", "second", "third")
    assert (check.file, check.line) == (FILE, 10)
    assert check.fresh
    assert not parsed(SOUND.replace("@fresh\n", ""))[0].checks[0].fresh


def test_the_hardening_stage_is_stretch() -> None:
    """A stage called hardening is stretch, and so are its checks."""
    stage, _ = parsed(SOUND, "hardening")
    assert stage.stretch
    assert stage.checks[0].stretch


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"""Says hello"""', "", ":1: has no title; begin the file with a docstring"),
        (
            "It holds\n\n    Nothing else\n    would.\n",
            "",
            "test_a: has no sentence; say what must hold in its docstring",
        ),
        ("It holds", "x" * 81, "test_a: its sentence has 81 characters; use 80 at most"),
        ("It holds", "It holds.", "test_a: its sentence ends with a full stop; leave it out"),
        ("    Nothing else\n    would.\n", "", "test_a: does not say why it matters"),
        ("@hint(*LADDER)", "", "test_a: has 0 hints, not 3; write @hint("),
        ("@hint(*LADDER)", "@hint('a', 'b')", "test_a: has 2 hints, not 3"),
        ("@hint(*LADDER)", "@hint('a', ' ', 'c')", "test_a: has an empty hint; fill in every rung"),
        ('"second"', "str(2)", "test_a: @hint takes str(2); write texts"),
        ("*LADDER", "*OTHER", "test_a: @hint takes *OTHER; write texts"),
        ('"c"', "c", "test_a: @requires takes c; write texts"),
        ("@fresh", "@pytest.mark.parametrize('x', [1])", "test_a: is marked pytest.mark.parametrize"),
        ("def helper", "async def test_x", "test_x: is asynchronous; write a plain function"),
        ("def helper():", "class TestX:", "TestX: is a class of tests; write functions"),
        ("test_a", "check_a", ":1: holds no check; write a function test_<name>"),
    ],
)
def test_what_is_wrong_with_a_check_is_told(old: str, new: str, said: str) -> None:
    """Each mistake is told with file, line and check, and what to do."""
    assert old in SOUND
    _, problems = parsed(SOUND.replace(old, new))
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith(f"{FILE}:") for problem in problems)


@pytest.mark.parametrize("text", ["def test_a(:\n", "x = '\0'\n"], ids=["syntax", "NUL"])
def test_a_file_that_is_no_python_is_told(text: str) -> None:
    """A check file that does not parse is one problem with its line."""
    stage, problems = parsed(text)
    assert stage.checks == ()
    assert len(problems) == 1
    assert problems[0].startswith(f"{FILE}:1: is no valid Python: ")
