"""What the learner's code said to a database, as a check reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Statement:
    """One execution on the driver's cursor; `many` for executemany, `rows` fetched by the learner's code."""

    text: str
    many: bool = False
    rows: int = 0

    @property
    def verb(self) -> str:
        """The first word, in upper case."""
        return (self.text.split(None, 1) or [""])[0].strip("(;").upper()


@dataclass
class Statements:
    """The SQL statements of a `with instruments.statements()`."""

    all: list[Statement] = field(default_factory=list)

    def fill(self, entries: Iterable[Any]) -> None:
        """Take over what the subject recorded."""
        self.all = [Statement(str(text), bool(many), int(rows)) for text, many, rows in entries]

    def count(self, *verbs: str) -> int:
        """Return how many statements there were, or how many that begin with one of these words."""
        wanted = {verb.upper() for verb in verbs}
        return sum(not wanted or statement.verb in wanted for statement in self.all)

    @property
    def fetched(self) -> int:
        """How many rows were fetched in all."""
        return sum(statement.rows for statement in self.all)

    def __repr__(self) -> str:
        return counted(statement.verb for statement in self.all)


@dataclass(frozen=True)
class Command:
    """One command that PyMongo sent; `documents` came back. ObjectIds are text."""

    name: str
    collection: str
    body: dict[str, Any]
    documents: list[Any]


@dataclass
class Commands:
    """The commands of a `with instruments.commands()`."""

    all: list[Command] = field(default_factory=list)

    def fill(self, entries: Iterable[Any]) -> None:
        """Take over what the subject recorded."""
        self.all = [
            Command(str(name), str(place), body, documents) for name, place, body, documents in entries
        ]

    @property
    def names(self) -> list[str]:
        """The names of the commands, in order."""
        return [command.name for command in self.all]

    def __repr__(self) -> str:
        return counted(self.names)


def counted(words: Iterable[str]) -> str:
    """Return how often each word occurs, as a line."""
    return ", ".join(f"{count} {word}" for word, count in Counter(words).items()) or "nothing"
