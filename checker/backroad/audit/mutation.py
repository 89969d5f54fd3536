"""The audit's own wrong solutions: a file's text → that text with one small mistake each.

Written here because what there is does not fit: cosmic-ray brings SQLAlchemy, aiohttp and Git for operators
without forgotten statements; the generator of mutmut reads its own settings and changes every message.
Changes are made in the text and not by printing the whole tree, so that everything else stays as it was.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from backroad.audit.nodes import is_number, placed
from backroad.audit.operators import OPERATORS

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Nobody who runs the code can tell a difference there, or Python 3.11 does not say where in the text it is.
_LEFT_ALONE = (ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global, ast.Nonlocal, ast.Assert)


@dataclass(frozen=True)
class Generated:
    """One small mistake in one file; `scope` is the function or class it is in.

    The id has no line number: an edit somewhere else in the file leaves it as it is.
    """

    id: str
    file: str
    line: int
    scope: str
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True)
class _Site:
    """A node that may be changed, and the scope it is in."""

    node: ast.AST
    scope: tuple[str, ...]


def mutations(file: str, text: str) -> list[Generated]:
    """Return all small mistakes of a Python file, in the order of its lines."""
    source = _Source(file, text)
    seen: Counter[str] = Counter()
    found = {text}
    made = []
    for site in sorted(_sites(ast.parse(text), ()), key=lambda site: _position(site.node)):
        for name, operator in OPERATORS.items():
            for detail, wrong in operator(site.node):
                one = source.changed(site, f"{name} {detail}", *placed(site.node, wrong))
                if one is not None and one.text not in found:
                    found.add(one.text)
                    made.append(_numbered(one, seen))
    return sorted(made, key=lambda one: one.line)


def scope_at(text: str, line: int) -> str:
    """Return the innermost function or class that a line is in, as mutants name it."""
    found: tuple[str, ...] = ()
    for site in _sites(ast.parse(text), ()):
        node = site.node
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            inside = node.lineno <= line <= (node.end_lineno or node.lineno)
            found = site.scope if inside and len(site.scope) > len(found) else found
    return ".".join(found)


def _numbered(one: Generated, seen: Counter[str]) -> Generated:
    """Tell apart the same change at several places of a scope."""
    seen[one.id] += 1
    if seen[one.id] == 1:
        return one
    return replace(one, id=f"{one.id} ({seen[one.id]})")


def _sites(node: ast.AST, scope: tuple[str, ...]) -> Iterator[_Site]:
    """Yield the nodes that may be changed: no imports, annotations, docstrings, messages of exceptions."""
    if isinstance(node, _LEFT_ALONE):
        return
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        scope = (*scope, node.name)
    yield _Site(node, scope)
    if isinstance(node, ast.Raise) or is_number(node):
        return
    for child in _children(node):
        yield from _sites(child, scope)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        children = value if isinstance(value, list) else [value]
        if (
            name == "body"
            and isinstance(node, _DOCUMENTED)
            and ast.get_docstring(node, clean=False) is not None
        ):
            children = children[1:]
        yield from (child for child in children if isinstance(child, ast.AST))


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


class _Source:
    """A file's bytes by line and column, as the syntax tree counts them."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._bytes = text.encode()
        self._lines = text.split("\n")
        self._starts = [0, *accumulate(len(line.encode()) + 1 for line in self._lines)]

    def changed(self, site: _Site, change: str, node: ast.AST, instead: ast.AST) -> Generated | None:
        """Return the file with `instead` in the place of `node`; None where that is no Python."""
        assert isinstance(node, ast.expr | ast.stmt)
        begin = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        text = (self._bytes[:begin] + _written(instead).encode() + self._bytes[end:]).decode()
        if not _is_python(text):
            return None
        line = node.lineno
        before, after = (lines[line - 1].strip() for lines in (self._lines, text.split("\n")))
        scope = ".".join(site.scope)
        named = ":".join(filter(None, (self._file, scope, change)))
        return Generated(named, self._file, line, scope, before, after, text)


def _written(node: ast.AST) -> str:
    """Return a node as text that keeps its meaning wherever it is put."""
    text = ast.unparse(ast.fix_missing_locations(node))
    simple = isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and not text.startswith("-"))
    return text if simple or isinstance(node, ast.stmt) else f"({text})"


def _is_python(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
