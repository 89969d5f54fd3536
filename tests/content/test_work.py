"""The work that designs are measured at, as it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.work import parse_work
from backroad.errors import Problem

GOOD = '''"""Work"""
from backroad.checks import answer

def _fill(service): ...

def listing(service, measure):
    """SQL per GET /

    More for authors."""

def change(measure, *, more=1):
    """SQL per PATCH"""
'''


def test_functions_are_pieces_of_work() -> None:
    """Every function without an underscore is a row, with the docstring's first line as its title."""
    problems: list[Problem] = []
    work = parse_work(GOOD, Path("work.py"), problems)
    assert [(piece.name, piece.sentence, piece.line) for piece in work] == [
        ("listing", "SQL per GET /", 6),
        ("change", "SQL per PATCH", 11),
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def f(measure:\n", "is no valid Python"),
        ("X = 1\n", "holds no work"),
        ("def f(measure): ...\n", "has no sentence"),
        (f'def f(measure):\n    """{"x" * 33}"""\n', "has 33 characters"),
        ('def f(measure):\n    """A row."""\n', "ends with a full stop"),
        ('def f(service):\n    """A row"""\n', "measures nothing"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str) -> None:
    """A file that is no work, a row without a title or a measure comes back as a problem."""
    problems: list[Problem] = []
    parse_work(text, Path("work.py"), problems)
    (problem,) = problems
    assert told in str(problem)
    assert str(problem).startswith("work.py:1")
