"""Mistakes in what is computed: a node of the syntax tree → what is said of a change, and the wrong node."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backroad.audit.nodes import At, Wrong, but, negated, number_of, said, sign, without

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
_WORD = re.compile(r"(?=.*[A-Za-z])\S+")
# The order of these arguments says nothing.
_SYMMETRIC = {"min", "max", "zip"}


def comparison(node: ast.AST) -> Iterator[Wrong]:
    """`<` becomes `<=` and `>=`: a boundary off by one, and the opposite."""
    if isinstance(node, ast.Compare):
        for place, own in enumerate(node.ops):
            for other in _COMPARISONS[type(own)]:
                ops: list[ast.cmpop] = [*node.ops]
                ops[place] = other()
                yield f"{sign(own)} {sign(other())}", but(node, ops=ops)


def condition(node: ast.AST) -> Iterator[Wrong]:
    """A condition that is no comparison becomes its opposite."""
    test = getattr(node, "test", None)
    plain = isinstance(test, ast.Compare) and len(test.ops) == 1  # `comparison` turns these around
    if isinstance(node, ast.If | ast.While | ast.IfExp) and test is not None and not plain:
        yield said(test), At(test, negated(test))
    for test in node.ifs if isinstance(node, ast.comprehension) else ():
        if not isinstance(test, ast.Compare):
            yield said(test), At(test, negated(test))


def boolean(node: ast.AST) -> Iterator[Wrong]:
    """`and` becomes `or`, and each side is forgotten."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{sign(node.op)} {sign(other)}", but(node, op=other)
        for place, value in enumerate(node.values):
            rest = without(node.values, place)
            kept = rest[0] if len(rest) == 1 else but(node, values=rest)
            yield f"without {said(value)}", kept


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
            yield f"{sign(node.op)}{equals} {sign(other())}{equals}", but(node, op=other())
        if isinstance(node, ast.AugAssign):
            plain = ast.Assign(targets=[node.target], value=node.value)
            yield f"{sign(node.op)}= =", plain


def number(node: ast.AST) -> Iterator[Wrong]:
    """A number is one more, one less; True is False."""
    value = number_of(node)
    if isinstance(value, bool):
        yield f"{value} {not value}", ast.Constant(not value)
    elif value is not None:
        for wrong in (value + 1, value - 1):
            yield f"{value} {wrong}", ast.Constant(wrong)


def word(node: ast.AST) -> Iterator[Wrong]:
    """A text that may be a key, a path or a code is another one; prose, which has spaces, is left alone."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
        yield f"{node.value} {node.value}X", ast.Constant(f"{node.value}X")


def twin(node: ast.AST) -> Iterator[Wrong]:
    """`min` becomes `max`, `any` becomes `all`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TWINS:
        other = _TWINS[node.func.id]
        yield f"{node.func.id} {other}", but(node, func=ast.Name(other))


def swap(node: ast.AST) -> Iterator[Wrong]:
    """The first two arguments of a call change places."""
    if isinstance(node, ast.Call) and len(node.args) > 1 and ast.unparse(node.func) not in _SYMMETRIC:
        first, second, *rest = node.args
        if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
            yield said(node.func), but(node, args=[second, first, *rest])


def element(node: ast.AST) -> Iterator[Wrong]:
    """A dict, a tuple or a list lacks one of its elements."""
    if isinstance(node, ast.Dict) and len(node.values) > 1:
        for place, value in enumerate(node.values):
            keys, values = without(node.keys, place), without(node.values, place)
            yield said(node.keys[place] or value), but(node, keys=keys, values=values)
    elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for place, value in enumerate(node.elts):
            yield said(value), but(node, elts=without(node.elts, place))


def bounds(node: ast.AST) -> Iterator[Wrong]:
    """A slice forgets where it begins, where it ends, its step."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        for name in ("lower", "upper", "step"):
            if getattr(node.slice, name) is not None:
                yield name, but(node, slice=but(node.slice, **{name: None}))
