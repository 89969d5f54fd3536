"""What a command gets: its body, the database it is for, and all that the server holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from backroad.documents.collections import Collection
from backroad.documents.cursors import Cursors
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.store import Store, check_collection
from backroad.documents.values import Document, is_number, type_name, whole

# What every command may carry; none of it changes a result here.
COMMON = frozenset(
    """
    lsid $db $clusterTime $readPreference readConcern writeConcern comment maxTimeMS apiVersion apiStrict
    apiDeprecationErrors txnNumber startTransaction autocommit $audit $client mayBypassWriteBlocking
    """.split()
)
PLAIN_COLLATION = {"locale": "simple"}


@dataclass
class State:
    """All that one server holds."""

    store: Store = field(default_factory=Store)
    cursors: Cursors = field(default_factory=Cursors)


@dataclass(frozen=True)
class Request:
    """One command that somebody sent."""

    name: str
    body: Document
    database: str
    state: State
    connection: int = 0

    @property
    def store(self) -> Store:
        """The databases."""
        return self.state.store

    @property
    def target(self) -> str:
        """The name of the collection that the command is for."""
        return check_collection(self.body[self.name], self.database)

    @property
    def namespace(self) -> str:
        """Database and collection, as MongoDB writes them."""
        return f"{self.database}.{self.target}"

    @property
    def collection(self) -> Collection | None:
        """The collection that the command is for, if there is one."""
        return self.store.collection(self.database, self.target)

    def document(self, word: str) -> Document:
        """Return a word of the body that is a document, empty where it is not there."""
        return self.typed(word, dict, {})  # type: ignore[no-any-return]  # a dict by its check

    def array(self, word: str) -> list[Any]:
        """Return a word of the body that is an array."""
        return self.typed(word, list, [])  # type: ignore[no-any-return]  # a list by its check

    def typed(self, word: str, kind: type, default: Any) -> Any:
        """Return a word of the body that has one type."""
        return typed(self.body, f"{self.name}.{word}", kind, default)

    def count(self, word: str, default: int | None = None) -> int | None:
        """Return a word of the body that is a number, and not below 0."""
        value = self.body.get(word)
        if value is None:
            return default
        if not is_number(value):
            raise _type_fault(f"{self.name}.{word}", value, "number")
        number = whole(value, f"{word} has to be a whole number")
        if number < 0:
            message = f"BSON field '{word}' value must be >= 0, actual value '{number}'"
            raise CommandFailure(Code.Location51024, message)
        return number

    def flag(self, word: str, *, default: bool = False) -> bool:
        """Return a word of the body that is true or false; numbers will do."""
        value = self.body.get(word, default)
        if not isinstance(value, bool) and not is_number(value):
            raise _type_fault(f"{self.name}.{word}", value, "bool")
        return bool(value)


def typed(body: Document, path: str, kind: type, default: Any) -> Any:
    """Return a part of a body that has one type, or the default where it is not there."""
    value = body.get(path.rpartition(".")[2])
    if value is None:
        return default
    if not isinstance(value, kind):
        raise _type_fault(path, value, _KINDS[kind])
    return value


def _type_fault(path: str, value: Any, wanted: str) -> CommandFailure:
    message = f"BSON field '{path}' is the wrong type '{type_name(value)}', expected type '{wanted}'"
    return CommandFailure(Code.TypeMismatch, message)


_KINDS: dict[type, str] = {dict: "object", list: "array", str: "string"}
Handler = Callable[[Request], Document]


@dataclass(frozen=True)
class Command:
    """A command: what it does, and the words it knows beside those that all know."""

    run: Handler
    words: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()  # words that it knows as long as they ask for nothing

    def answer(self, request: Request) -> Document:
        """Return the answer; a word that is not known is refused, never passed over."""
        self._check(request)
        return self.run(request)

    def _check(self, request: Request) -> None:
        known = COMMON | self.words | self.idle | {request.name, "collation"}
        for word in request.body:
            if word not in known:
                message = f"BSON field '{request.name}.{word}' is an unknown field."
                raise CommandFailure(Code.Location40415, message)
        refuse_collation(request.body)
        for word in self.idle & set(request.body):
            if request.body[word] not in (None, False, 0, {}, []):
                raise CommandFailure(
                    Code.Location40415, f"'{request.name}.{word}' is not known to this server"
                )


def refuse_collation(body: Document) -> None:
    """Texts compare byte by byte; any other way is refused."""
    if body.get("collation") not in (None, {}, PLAIN_COLLATION):
        raise CommandFailure(Code.BadValue, "collations other than 'simple' are not known to this server")


def command(run: Handler, words: str = "", idle: str = "") -> Command:
    """Return a command whose words are given in one text."""
    return Command(run, frozenset(words.split()), frozenset(idle.split()))


def check_hint(collection: Collection | None, hint: Any) -> None:
    """A hint has to name an index that is there; every search then gives the same result without it."""
    if hint is None or collection is None or hint in ("", {}):
        return
    names: Sequence[Any] = [
        part for index in collection.indexes.values() for part in (index.name, dict(index.key))
    ]
    if hint not in names and hint not in ({"$natural": 1}, {"$natural": -1}):
        message = "error processing query: hint provided does not correspond to an existing index"
        raise CommandFailure(Code.BadValue, message)
