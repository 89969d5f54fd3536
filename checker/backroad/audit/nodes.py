"""Nodes of the syntax tree: copies with a change, and how they are said."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
Node = TypeVar("Node", bound=ast.AST)
Wrong = tuple[str, ast.AST]

_SHOWN = 40


class At(ast.AST):
    """A change in a part of the node that an operator was given."""

    def __init__(self, part: ast.AST, instead: ast.AST) -> None:
        self.part = part
        self.instead = instead


def placed(node: ast.AST, wrong: ast.AST) -> tuple[ast.AST, ast.AST]:
    """Return the node to be replaced, and what stands there instead."""
    return (wrong.part, wrong.instead) if isinstance(wrong, At) else (node, wrong)


def is_number(node: ast.AST) -> bool:
    """Whether a node is a number as written, with its minus sign."""
    return number_of(node) is not None


def number_of(node: ast.AST) -> int | float | None:
    """Return the number that a node is, with its minus sign; None where it is none."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number_of(node.operand)
        return None if value is None or isinstance(value, bool) else -value
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    return None


def but(node: Node, **changes: object) -> Node:
    """Return a copy of a node with other fields."""
    return type(node)(**({name: getattr(node, name, None) for name in node._fields} | changes))


def without(values: Sequence[T], place: int) -> list[T]:
    """Return the values without the one at a place."""
    return [*values[:place], *values[place + 1 :]]


def negated(test: ast.expr) -> ast.expr:
    """Return the opposite of a condition."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def sign(operator: ast.AST) -> str:
    """Return an operator as it is written."""
    a = ast.Name("a")
    if isinstance(operator, ast.cmpop):
        whole: ast.expr = ast.Compare(a, [operator], [a])
    elif isinstance(operator, ast.boolop):
        whole = ast.BoolOp(operator, [a, a])
    else:
        assert isinstance(operator, ast.operator)
        whole = ast.BinOp(a, operator, a)
    return ast.unparse(whole)[2:-2]


def said(node: ast.AST) -> str:
    """Return the first line of a node's text, cut short."""
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
