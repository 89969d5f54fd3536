"""Projections: which fields of a document come back, and which are made new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backroad.documents.expressions import Expression, expression, field_path
from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.filters import fits_item
from backroad.documents.values import MISSING, Document, is_number, truthy, type_name, whole

MatchPlace = Callable[[Document, str], int]
Project = Callable[[Document], Document]


@dataclass
class Node:
    """What a projection says about one document: about each field, or a node for what is inside it."""

    fields: dict[str, Node | bool | Expression] = field(default_factory=dict)

    def put(self, parts: tuple[str, ...], said: bool | Expression) -> None:
        """Say something about a path; twice about the same is an error."""
        name, *rest = parts
        there = self.fields.get(name)
        if rest and (there is None or isinstance(there, Node)):
            node = there or Node()
            self.fields[name] = node
            node.put(tuple(rest), said)
        elif there is None:
            self.fields[name] = said
        else:
            code = Code.Location31249 if rest else Code.Location31250
            raise CommandFailure(code, f"Path collision at {'.'.join(parts)}")

    def kept(self, value: Any, scope: Document) -> Any:
        """Return what an inclusion leaves of a value; of an array, what it leaves of each element."""
        if isinstance(value, list):
            parts = (self.kept(item, scope) for item in value)
            return [part for part in parts if part is not MISSING]
        inner: Document = {}
        for name, part in (value if isinstance(value, dict) else {}).items():
            said = self.fields.get(name)
            if said is True:
                inner[name] = part
            elif isinstance(said, Node) and (left := said.kept(part, scope)) is not MISSING:
                inner[name] = left
        self._compute(inner, scope, kept=True)
        return inner if isinstance(value, dict) or inner else MISSING

    def left(self, value: Any) -> Any:
        """Return a value without what an exclusion names."""
        if isinstance(value, list):
            return [self.left(item) for item in value]
        if not isinstance(value, dict):
            return value
        said = self.fields
        return {
            name: node.left(part) if isinstance(node := said.get(name), Node) else part
            for name, part in value.items()
            if said.get(name) is not False
        }

    def added(self, value: Any, scope: Document) -> Any:
        """Return a value with the computed fields put in, as $addFields does."""
        if isinstance(value, list):
            return [self.added(item, scope) for item in value]
        inner: Document = dict(value) if isinstance(value, dict) else {}
        self._compute(inner, scope, kept=False)
        return inner

    def _compute(self, inner: Document, scope: Document, *, kept: bool) -> None:
        for name, said in self.fields.items():
            if isinstance(said, Node):
                if not kept:
                    inner[name] = said.added(inner.get(name, MISSING), scope)
                elif name not in inner and said.computes:
                    inner[name] = said.kept({}, scope)
            elif not isinstance(said, bool):
                if (made := said(scope)) is MISSING:
                    inner.pop(name, None)
                else:
                    inner[name] = made

    @property
    def computes(self) -> bool:
        """Whether fields in it are made new."""
        return any(
            said.computes if isinstance(said, Node) else callable(said) for said in self.fields.values()
        )


def adding(source: Any, stage: str = "$addFields") -> Project:
    """Return the function that adds computed fields to a document."""
    if not isinstance(source, dict):
        raise CommandFailure(Code.Location40272, f"{stage} specification stage must be an object")
    node = Node()
    for path, value in source.items():
        _put_added(node, field_path(path), value)
    return lambda document: node.added(document, document)


def _put_added(node: Node, parts: tuple[str, ...], value: Any) -> None:
    if isinstance(value, dict) and value and not next(iter(value)).startswith("$"):
        for name, inner in value.items():
            _put_added(node, (*parts, name), inner)
    else:
        node.put(parts, expression(value))


@dataclass(frozen=True)
class _Said:
    """One line of a projection, taken apart."""

    parts: tuple[str, ...]
    says: bool | Expression


def projection(source: Any, *, match_place: MatchPlace | None = None) -> Project:
    """Return the function that a projection means; `match_place` lets `a.$` know which element was met."""
    if not isinstance(source, dict):
        raise CommandFailure(Code.TypeMismatch, f"projection has to be a document, not {type_name(source)}")
    arrays = {path: value for path, value in source.items() if _is_array_word(path, value)}
    plain = {path: value for path, value in source.items() if path not in arrays}
    project = _plain(
        plain, includes=any(_includes(path, value) for path, value in arrays.items()), beside=arrays
    )
    changes = [_array_change(path, value, match_place) for path, value in arrays.items()]

    def projected(document: Document) -> Document:
        result = project(document)
        for change in changes:
            result = change(document, result)
        return result

    return projected if changes else project


def _is_array_word(path: str, value: Any) -> bool:
    first = next(iter(value), "") if isinstance(value, dict) else ""
    is_slice = first == "$slice" and not _is_slice_expression(value["$slice"])
    return path.endswith(".$") or first == "$elemMatch" or is_slice


def _is_slice_expression(operand: Any) -> bool:
    return isinstance(operand, list) and not all(is_number(part) for part in operand)


def _includes(path: str, value: Any) -> bool:
    return path.endswith(".$") or "$elemMatch" in value


def _plain(source: Document, *, includes: bool, beside: Document) -> Project:
    said = [line for path, value in source.items() for line in _lines(field_path(path), value)]
    others = [line for line in said if line.parts != ("_id",)]
    own = [line for line in said if line.parts == ("_id",)]
    includes = _mode(others or ([] if beside else own), default=includes)
    node = Node()
    for line in others:
        node.put(line.parts, line.says)
    if not includes:
        for line in own:
            node.put(line.parts, line.says)
        return lambda document: node.left(document)
    return _inclusion(node, own, [path.removesuffix(".$") for path in beside])


def _inclusion(node: Node, own: list[_Said], sliced: list[str]) -> Project:
    says: bool | Expression = own[0].says if own else True
    if says is not False and "_id" not in node.fields:
        node.fields = {"_id": says, **node.fields}
    for path in sliced:
        node.put(field_path(path), True)
    return lambda document: node.kept(document, document)


def _lines(parts: tuple[str, ...], value: Any) -> list[_Said]:
    if isinstance(value, bool) or is_number(value):
        return [_Said(parts, truthy(value))]
    if isinstance(value, dict):
        if not value:
            raise CommandFailure(Code.Location51270, "An empty sub-projection is not a valid value.")
        if not next(iter(value)).startswith("$"):
            return [
                line for name, inner in value.items() for line in _lines((*parts, *field_path(name)), inner)
            ]
    return [_Said(parts, expression(value))]


def _mode(lines: list[_Said], *, default: bool) -> bool:
    """Tell inclusion from exclusion by the first line; the others have to agree."""
    includes = default or (bool(lines) and lines[0].says is not False)
    for line in lines:
        path = ".".join(line.parts)
        if includes and line.says is False:
            message = f"Cannot do exclusion on field {path} in inclusion projection"
            raise CommandFailure(Code.Location31254, message)
        if not includes and line.says is not False:
            message = f"Cannot do inclusion on field {path} in exclusion projection"
            raise CommandFailure(Code.Location31253, message)
    return includes


def _array_change(
    path: str, value: Any, match_place: MatchPlace | None
) -> Callable[[Document, Document], Document]:
    if path.endswith(".$"):
        return _positional(path.removesuffix(".$"), match_place)
    parts = field_path(path)
    if "$elemMatch" in value:
        if len(parts) > 1:
            raise CommandFailure(Code.Location31275, "Cannot use $elemMatch projection on a nested field")
        return _first_match(path, value["$elemMatch"])
    operand = value["$slice"]
    numbers = [
        whole(part, "$slice needs whole numbers")
        for part in (operand if isinstance(operand, list) else [operand])
    ]
    if len(numbers) not in (1, 2) or (len(numbers) == 2 and numbers[1] <= 0):
        raise CommandFailure(Code.Location28724, "First argument to $slice must be an array")
    return lambda _, result: _sliced(result, parts, numbers)


def _first_match(name: str, operand: Any) -> Callable[[Document, Document], Document]:
    if not isinstance(operand, dict):
        raise bad_value("elemMatch: Invalid argument, object required")
    meets = fits_item(operand)

    def change(document: Document, result: Document) -> Document:
        array = document.get(name)
        found = [item for item in array if meets(item)][:1] if isinstance(array, list) else []
        rest = {field: value for field, value in result.items() if field != name}
        return {**rest, name: found} if found else rest

    return change


def _positional(path: str, match_place: MatchPlace | None) -> Callable[[Document, Document], Document]:
    parts = field_path(path)
    if match_place is None or len(parts) > 1:
        raise CommandFailure(
            Code.Location31394, "positional projection is only known for an array at the top"
        )

    def change(document: Document, result: Document) -> Document:
        array = document.get(path)
        if not isinstance(array, list):
            return result
        return {**result, path: [array[match_place(document, path)]]}

    return change


def _sliced(value: Any, parts: tuple[str, ...], numbers: list[int]) -> Any:
    if isinstance(value, list):
        return [_sliced(item, parts, numbers) for item in value]
    if not isinstance(value, dict) or parts[0] not in value:
        return value
    name, rest, inner = parts[0], parts[1:], value[parts[0]]
    changed = (
        _sliced(inner, rest, numbers) if rest else cut(inner, *numbers) if isinstance(inner, list) else inner
    )
    return {**value, name: changed}


def cut(array: list[Any], first: int, count: int | None = None) -> list[Any]:
    """Return the part of an array that `$slice` means: the first or last ones, or some from a place on."""
    if count is None:
        return array[:first] if first >= 0 else array[first:]
    start = first if first >= 0 else max(0, len(array) + first)
    return array[start : start + count]
