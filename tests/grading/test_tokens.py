"""Which signs a source text comes to."""

from __future__ import annotations

import pytest

from backroad.grading.tokens import signs_of

ENOUGH = 1_000


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        pytest.param("a.py", "total = price * 2", "sum_ = cost * 17", id="names and numbers"),
        pytest.param("a.py", "x = 'one'", 'x = f"another {one}"', id="texts"),
        pytest.param("a.py", "x = 1  # because", "x = 1", id="comment"),
        pytest.param(
            "a.py", 'def f():\n    """Says."""\n    return 1', "def f():\n    return 1", id="docstring"
        ),
        pytest.param("a.py", 'def f():\n    r"""Says', "def f():", id="docstring without an end"),
        pytest.param("a.py", "f(1,\n  2)", "f( 1, 2 )", id="blanks"),
        pytest.param(
            "a.js", "let a = 1 // why\n/* and\nhow */ f(`x\ny`)", "let b = 2; f('')", id="JavaScript"
        ),
        pytest.param("a.sql", "SELECT a -- why\nFROM b", "SELECT c FROM d", id="SQL"),
        pytest.param("a.html", "<p><!-- why\n--->x</p>", "<b>y</b>", id="HTML"),
        pytest.param("Makefile", "all: # why", "some:", id="no suffix"),
        pytest.param("a.py", "größe = 1", "size = 1", id="letters of any script"),
    ],
)
def test_what_a_copy_changes_changes_no_sign(name: str, one: str, other: str) -> None:
    """Names, numbers, texts, comments, blanks and docstrings can be changed without an idea."""
    assert signs_of(name, one, ENOUGH) == signs_of(name, other, ENOUGH).replace(";", "")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("if x:\n  y()", "while x:\n  y()", id="keyword"),
        pytest.param("a + b", "a - b", id="operator"),
        pytest.param("f(a)(b)", "f(a, b)", id="call"),
        pytest.param("a = None", "a = 0", id="constant"),
        pytest.param('a = """text"""', "a = 1", id="a long text that is a value"),
    ],
)
def test_what_needs_an_idea_changes_signs(one: str, other: str) -> None:
    """Keywords, operators and the shape of calls stand for themselves."""
    assert signs_of("a.py", one, ENOUGH) != signs_of("a.py", other, ENOUGH)


def test_signs_end_where_asked() -> None:
    """A million tokens cost no more than was asked for."""
    assert signs_of("a.py", "f(" * 1_000_000, 10) == "V(V(V(V(V("
