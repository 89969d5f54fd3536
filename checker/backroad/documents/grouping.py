"""The stage `$group`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from backroad.documents.accumulators import ACCUMULATORS
from backroad.documents.expressions import Expression, expression
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.values import MISSING, Document, order


def group(operand: Any) -> Callable[[Iterable[Document]], Iterable[Document]]:
    """Return the stage; groups come in the order in which they were met first."""
    if not isinstance(operand, dict):
        raise CommandFailure(Code.Location15947, "a group's fields must be specified in an object")
    if "_id" not in operand:
        raise CommandFailure(Code.Location15955, "a group specification must include an _id")
    key = expression(operand["_id"])
    fields = {name: _field(name, value) for name, value in operand.items() if name != "_id"}

    def grouped(documents: Iterable[Document]) -> Iterable[Document]:
        groups: dict[Any, tuple[Any, list[Document]]] = {}
        for document in documents:
            value = key(document)
            value = None if value is MISSING else value
            groups.setdefault(order(value), (value, []))[1].append(document)
        for value, scopes in groups.values():
            made = {name: accumulate(scopes) for name, accumulate in fields.items()}
            yield {"_id": value, **made}

    return grouped


def _field(name: str, source: Any) -> Callable[[list[Document]], Any]:
    if "." in name:
        raise CommandFailure(Code.Location40235, f"The field name '{name}' cannot contain '.'")
    if name.startswith("$"):
        raise CommandFailure(Code.Location40236, f"The field name '{name}' cannot be an operator name")
    if not isinstance(source, dict) or not source:
        raise CommandFailure(Code.Location40234, f"The field '{name}' must be an accumulator object")
    if len(source) != 1:
        raise CommandFailure(Code.Location40238, f"The field '{name}' must specify one accumulator")
    word, operand = next(iter(source.items()))
    if word not in ACCUMULATORS:
        raise CommandFailure(
            Code.Location15952, f"unknown group operator '{word}', or not known to this server"
        )
    if word == "$count" and operand != {}:
        raise CommandFailure(Code.TypeMismatch, "$count takes no arguments, i.e. $count:{}")
    if isinstance(operand, list):
        raise CommandFailure(Code.Location40237, f"The {word} accumulator is a unary operator")
    part: Expression = expression(operand)
    return lambda scopes: ACCUMULATORS[word]([part(scope) for scope in scopes])
