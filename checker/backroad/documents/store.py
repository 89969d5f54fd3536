"""All databases of one server, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext

from backroad.documents.collections import Collection, Guard
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.values import Document

LONGEST_NAME = 255
LONGEST_DATABASE_NAME = 63


class Store:
    """Collections by database and name; they come into being with the first write."""

    def __init__(self, guard: Guard = nullcontext) -> None:
        self._guard = guard
        self.databases: dict[str, dict[str, Collection]] = {}

    def collection(self, database: str, name: str) -> Collection | None:
        """Return a collection if there is one."""
        return self.databases.get(database, {}).get(name)

    def there(self, database: str, name: str) -> Collection:
        """Return a collection that has to be there."""
        found = self.collection(database, name)
        if found is None:
            raise CommandFailure(Code.NamespaceNotFound, f"ns does not exist: {database}.{name}")
        return found

    def made(self, database: str, name: str) -> Collection:
        """Return a collection, made now if need be."""
        found = self.collection(database, name)
        if found is None:
            found = Collection(f"{database}.{name}", self._guard)
            self.databases.setdefault(database, {})[name] = found
        return found

    def documents(self, database: str, name: str) -> Iterable[Document]:
        """Return all documents of a collection, none where there is no such collection."""
        found = self.collection(database, name)
        return found.documents() if found is not None else ()

    def drop(self, database: str, name: str) -> Collection | None:
        """Forget a collection."""
        collections = self.databases.get(database, {})
        dropped = collections.pop(name, None)
        if not collections:
            self.databases.pop(database, None)
        return dropped


def check_database(name: object) -> str:
    """Return a database's name; raises when it cannot be one."""
    bad = set('/\\. "$\0')
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_DATABASE_NAME or bad & set(name):
        raise CommandFailure(Code.InvalidNamespace, f"Invalid database name: '{name}'")
    return name


def check_collection(name: object, database: str) -> str:
    """Return a collection's name; raises when it cannot be one."""
    if not isinstance(name, str):
        raise CommandFailure(Code.InvalidNamespace, "collection name has invalid type")
    if not name or name[0] == "." or {"$", "\0"} & set(name) or name.startswith("system."):
        raise CommandFailure(Code.InvalidNamespace, f"Invalid namespace specified '{database}.{name}'")
    if len(name) + len(database) + 1 > LONGEST_NAME:
        raise CommandFailure(Code.InvalidNamespace, "Fully qualified namespace is too long")
    return name
