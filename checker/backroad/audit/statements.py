"""Mistakes in what is done: a node of the syntax tree → what is said of a change, and the wrong node."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backroad.audit.nodes import At, Wrong, but, said

# Nobody expects these by name.
_GENERIC = {"Exception", "RuntimeError", "AssertionError", "NotImplementedError"}


def decorator(node: ast.AST) -> Iterator[Wrong]:
    """A decorator is forgotten."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for one in node.decorator_list:
            yield said(one), At(one, ast.parse("lambda it: it", mode="eval").body)


def returned(node: ast.AST) -> Iterator[Wrong]:
    """A return or a yield gives None."""
    if isinstance(node, ast.Return | ast.Yield) and not _is_none(node.value):
        yield type(node).__name__.lower(), but(node, value=None)


def leap(node: ast.AST) -> Iterator[Wrong]:
    """`break` becomes `continue`, and the other way round."""
    if isinstance(node, ast.Break):
        yield "break continue", ast.Continue()
    if isinstance(node, ast.Continue):
        yield "continue break", ast.Break()


def statement(node: ast.AST) -> Iterator[Wrong]:
    """A step is forgotten: a call, a write to an object, a deletion, a raise."""
    is_write = isinstance(node, ast.Assign) and not any(isinstance(to, ast.Name) for to in node.targets)
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await | ast.YieldFrom)
    if is_write or is_call or isinstance(node, ast.AugAssign | ast.Delete | ast.Raise):
        yield said(node), ast.Pass()


def variable(node: ast.AST) -> Iterator[Wrong]:
    """A variable is not set anew: the second and later assignments of a name in a function."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        seen = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        for inner in _own_statements(node):
            names = {name.id for name in ast.walk(inner) if isinstance(name, ast.Name)}
            bound = _bound(inner)
            if isinstance(inner, ast.Assign | ast.AnnAssign) and inner.value and bound and bound <= seen:
                yield said(inner), At(inner, ast.Pass())
            seen |= bound & names


def loop(node: ast.AST) -> Iterator[Wrong]:
    """A loop is not entered."""
    if isinstance(node, ast.For):
        yield said(node.iter), At(node.iter, ast.Tuple(elts=[]))


def exception(node: ast.AST) -> Iterator[Wrong]:
    """An exception of a type that callers do not expect."""
    raised = node.exc if isinstance(node, ast.Raise) else None
    name = raised.func if isinstance(raised, ast.Call) else raised
    if raised is not None and isinstance(name, ast.Name) and _is_specific(name.id):
        other = ast.Call(ast.Name("Exception"), [], [])
        yield f"{name.id} Exception", At(raised, other)


def _is_specific(name: str) -> bool:
    return name[:1].isupper() and name not in _GENERIC


def _is_none(node: ast.AST | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _own_statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    """Yield the statements of a function in the order of the text, without those of functions inside."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a statement assigns, where it assigns nothing else."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.For):
        targets = [node.target]
    flat = [name for target in targets for name in getattr(target, "elts", [target])]
    return {name.id for name in flat if isinstance(name, ast.Name)} if all(map(_is_name, flat)) else set()


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)
