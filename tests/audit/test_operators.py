"""Each operator makes the mistakes that it is there for, and no others."""

from __future__ import annotations

import ast

import pytest

from backroad.audit.mutation import Generated, mutations
from backroad.audit.operators import OPERATORS

CASES = {
    "Comparison": ("x < 1", ["x <= 1", "x >= 1"]),
    "Comparison of a chain": ("0 <= x < n", ["0 < x < n", "0 > x < n", "0 <= x <= n", "0 <= x >= n"]),
    "Comparison of identity": ("x is None", ["x is not None"]),
    "Comparison of members": ("x not in y", ["x in y"]),
    "Condition of an if": ("if ready:\n    go", ["if not ready:\n    go"]),
    "Condition with not": ("while not ready:\n    go", ["while ready:\n    go"]),
    "Condition of a comprehension": ("[x for x in y if x]", ["[x for x in y if not x]"]),
    "Boolean": ("a and b", ["a or b", "b", "a"]),
    "Boolean of three": ("a or b or c", ["a and b and c", "b or c", "a or c", "a or b"]),
    "Negation": ("x = not y", ["x = y"]),
    "Arithmetic": ("a // b", ["a * b"]),
    "Arithmetic in place": ("a += b", ["a -= b", "a = b"]),
    "Number": ("x = 2", ["x = 3", "x = 1"]),
    "Number below zero": ("x = -1", ["x = 0", "x = -2"]),
    "Number that is a truth": ("x = True", ["x = False"]),
    "Word": ("x = 'ok'", ["x = 'okX'"]),
    "Twin": ("min(a, b)", ["max(a, b)"]),
    "Swap": ("f(a, b, c)", ["f(b, a, c)"]),
    "Element of a dict": ("x = {a: b, **c}", ["x = {**c}", "x = {a: b}"]),
    "Element of a tuple": ("return_value = a, 201", ["return_value = (201,)", "return_value = (a,)"]),
    "Decorator": ("@property\ndef f(x):\n    go", ["@(lambda it: it)\ndef f(x):\n    go"]),
    "Bounds": ("x[a:b:c]", ["x[:b:c]", "x[a::c]", "x[a:b]"]),
    "Returned": ("def f():\n    return x", ["def f():\n    return"]),
    "Returned by a generator": ("def f():\n    yield x", ["def f():\n    yield"]),
    "Leap": ("for x in y:\n    break", ["for x in y:\n    continue"]),
    "Statement that calls": ("f()", ["pass"]),
    "Statement that writes": ("x.y = z", ["pass"]),
    "Statement that deletes": ("del x[y]", ["pass"]),
    "Variable": ("def f(x):\n    x = y", ["def f(x):\n    pass"]),
    "Variable in a loop": (
        "def f():\n    x = a\n    while b:\n        x = c",
        ["def f():\n    x = a\n    while b:\n        pass"],
    ),
    "Loop": ("for x in y:\n    go", ["for x in ():\n    go"]),
    "Exception": ("raise KeyError(x)", ["raise Exception()"]),
}
UNCHANGED = {
    "Variable that is set once": "def f():\n    x = y",
    "Variable of a function inside": "def f():\n    x = y\n    def g():\n        x = z",
    "Word in prose": "x = 'not a word'",
    "Word without a letter": "x = '127.0.0.1'",
    "Swap where order says nothing": "zip(a, b)",
    "Element of one": "x = [a]",
    "Element that is assigned": "a, b = x",
    "Exception that nobody expects": "raise RuntimeError(x)",
    "Returned None": "def f():\n    return None",
    "Exception raised again": "raise",
    "Comparison in an assert": "assert x < 1",
    "Number in an annotation": "def f(x: Literal[1]) -> Literal[2]:\n    go",
    "Word in a docstring": "def f():\n    'word'\n    go",
    "Number in the words of an exception": "raise error(1)",
    "Number in a formatted text": "x = f'{y:2}{1}'",
}


def change_of(one: Generated) -> str:
    """Return the part of the id that tells the operator and what it did."""
    return one.id.removeprefix(":".join(filter(None, (one.file, one.scope))) + ":")


def made(text: str, operator: str) -> list[str]:
    """Return the texts that one operator makes, written in one way."""
    found = [one for one in mutations("m.py", text) if change_of(one).split()[0] == operator]
    return [ast.unparse(ast.parse(one.text)) for one in found]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_mistakes(request: pytest.FixtureRequest, text: str, expected: list[str]) -> None:
    """An operator makes its mistakes of a text, one at a time."""
    operator = request.node.callspec.id.split()[0]
    assert made(text, operator) == [ast.unparse(ast.parse(one)) for one in expected]


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_what_is_left_alone(request: pytest.FixtureRequest, text: str) -> None:
    """What nobody could tell from right, or what fails at once, is not made."""
    assert made(text, request.node.callspec.id.split()[0]) == []


def test_every_operator_has_a_case() -> None:
    """A new operator is shown by an example."""
    assert {name.split()[0] for name in CASES} == set(OPERATORS)
