"""The mistakes that people make, one function each: a node of the syntax tree → the wrong nodes in its place.

An operator yields what to say of the change, and the node to write instead. A further mistake is a further
function.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeVar

Wrong = tuple[str, ast.AST]
Node = TypeVar("Node", bound=ast.AST)

# A boundary moved by one, and the opposite.
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_WORD = re.compile(r"\S+")
_SHOWN = 40


def comparison(node: ast.AST) -> Iterator[Wrong]:
    """`<` becomes `<=` and `>=`: a boundary off by one, and the opposite."""
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            for other in _COMPARISONS[type(sign)]:
                ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
                yield f"{_sign(sign)} {_sign(other())}", _but(node, ops=ops)


def condition(node: ast.AST) -> Iterator[Wrong]:
    """A condition that is no comparison becomes its opposite."""
    test = getattr(node, "test", None)
    plain = isinstance(test, ast.Compare) and len(test.ops) == 1  # `comparison` turns these around
    if isinstance(node, ast.If | ast.While | ast.IfExp) and test is not None and not plain:
        yield _said(test), _At(test, _negated(test))
    for test in node.ifs if isinstance(node, ast.comprehension) else ():
        if not isinstance(test, ast.Compare):
            yield _said(test), _At(test, _negated(test))


def boolean(node: ast.AST) -> Iterator[Wrong]:
    """`and` becomes `or`, and each side is forgotten."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{_sign(node.op)} {_sign(other)}", _but(node, op=other)
        for place, value in enumerate(node.values):
            rest = [*node.values[:place], *node.values[place + 1 :]]
            kept = rest[0] if len(rest) == 1 else _but(node, values=rest)
            yield f"without {_said(value)}", kept


def negation(node: ast.AST) -> Iterator[Wrong]:
    """`not x` becomes `x`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", node.operand


def arithmetic(node: ast.AST) -> Iterator[Wrong]:
    """`+` becomes `-`, and `+=` becomes `-=` and `=`."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        other = _ARITHMETIC.get(type(node.op))
        equals = "=" if isinstance(node, ast.AugAssign) else ""
        if other is not None:
            yield f"{_sign(node.op)}{equals} {_sign(other())}{equals}", _but(node, op=other())
        if isinstance(node, ast.AugAssign):
            plain = ast.Assign(targets=[node.target], value=node.value)
            yield f"{_sign(node.op)}= =", plain


def number(node: ast.AST) -> Iterator[Wrong]:
    """A number is one more, one less; True is False."""
    value = _number(node)
    if isinstance(value, bool):
        yield f"{value} {not value}", ast.Constant(not value)
    elif value is not None:
        for wrong in (value + 1, value - 1):
            yield f"{value} {wrong}", ast.Constant(wrong)


def word(node: ast.AST) -> Iterator[Wrong]:
    """A text without spaces, which may be a key, a path or a code, is another one; prose is left alone."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
        yield f"{node.value} {node.value}X", ast.Constant(f"{node.value}X")


def twin(node: ast.AST) -> Iterator[Wrong]:
    """`min` becomes `max`, `any` becomes `all`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TWINS:
        other = _TWINS[node.func.id]
        yield f"{node.func.id} {other}", _but(node, func=ast.Name(other))


def bounds(node: ast.AST) -> Iterator[Wrong]:
    """A slice forgets where it begins, where it ends, its step."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        for name in ("lower", "upper", "step"):
            if getattr(node.slice, name) is not None:
                yield name, _but(node, slice=_but(node.slice, **{name: None}))


def returned(node: ast.AST) -> Iterator[Wrong]:
    """A return or a yield gives None."""
    if isinstance(node, ast.Return | ast.Yield) and not _is_none(node.value):
        yield type(node).__name__.lower(), _but(node, value=None)


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
        yield _said(node), ast.Pass()


def variable(node: ast.AST) -> Iterator[Wrong]:
    """A variable is not set anew: the second and later assignments of a name in a function."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        seen = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        for inner in _own_statements(node):
            names = {name.id for name in ast.walk(inner) if isinstance(name, ast.Name)}
            bound = _bound(inner)
            if isinstance(inner, ast.Assign | ast.AnnAssign) and inner.value and bound and bound <= seen:
                yield _said(inner), _At(inner, ast.Pass())
            seen |= bound & names


def loop(node: ast.AST) -> Iterator[Wrong]:
    """A loop is not entered."""
    if isinstance(node, ast.For):
        yield _said(node.iter), _At(node.iter, ast.Tuple(elts=[]))


def exception(node: ast.AST) -> Iterator[Wrong]:
    """An exception of a type that callers do not expect."""
    raised = node.exc if isinstance(node, ast.Raise) else None
    name = raised.func if isinstance(raised, ast.Call) else raised
    if raised is not None and isinstance(name, ast.Name) and name.id[:1].isupper():
        other = ast.Call(ast.Name("Exception"), [], [])
        yield f"{name.id} Exception", _At(raised, other)


OPERATORS = {
    function.__name__.capitalize(): function
    for function in (
        *(comparison, condition, boolean, negation, arithmetic, number, word, twin, bounds),
        *(returned, leap, statement, variable, loop, exception),
    )
}


class _At(ast.AST):
    """A change in a part of the node that an operator was given."""

    def __init__(self, part: ast.AST, instead: ast.AST) -> None:
        self.part = part
        self.instead = instead


def placed(node: ast.AST, wrong: ast.AST) -> tuple[ast.AST, ast.AST]:
    """Return the node to be replaced, and what stands there instead."""
    return (wrong.part, wrong.instead) if isinstance(wrong, _At) else (node, wrong)


def is_number(node: ast.AST) -> bool:
    """Whether a node is a number as written, with its minus sign."""
    return _number(node) is not None


def _number(node: ast.AST) -> int | float | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return None if value is None or isinstance(value, bool) else -value
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    return None


def _is_none(node: ast.AST | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


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


def _but(node: Node, **changes: object) -> Node:
    """Return a copy of a node with other fields."""
    return type(node)(**({name: getattr(node, name, None) for name in node._fields} | changes))


def _sign(operator: ast.AST) -> str:
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


def _said(node: ast.AST) -> str:
    """Return the first line of a node's text, cut short."""
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
