"""Typed reading of TOML tables: every value is asked for once, every problem is gathered."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from backroad.errors import Problem, nearest

T = TypeVar("T")

_SPOKEN: dict[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    list: "an array",
    dict: "a table",
}
_EXAMPLES: dict[type, str] = {
    str: "it in quotes",
    int: "a whole number such as 45, without quotes",
    float: "a number such as 2.5, without quotes",
    list: 'an array such as ["one", "two"]',
    dict: "it as [a.table] of its own",
}


@dataclass
class Table:
    """One TOML table: hands out typed values and gathers what is wrong with them.

    A value with a problem comes back as an empty one of its type, so that reading goes on.
    """

    where: str
    values: Mapping[str, object]
    problems: list[Problem]
    prefix: str = ""
    asked: set[str] = field(default_factory=set)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string that is not blank."""
        value = self._take(key, str, "", default)
        if isinstance(self.values.get(key), str) and not value.strip():
            self.wrong(key, "is empty", "say it in a few words")
        return value

    def raw(self, key: str) -> str:
        """Return a string, which may be empty."""
        return self._take(key, str, "")

    def whole(self, key: str, high: int | None = None, default: int | None = None) -> int:
        """Return a whole number from 1 to `high`."""
        value = self._take(key, int, 1, default)
        if value < 1 or (high is not None and value > high):
            bounds = f"from 1 to {high}" if high is not None else "above 0"
            self.wrong(key, f"is {value}", f"write a whole number {bounds}")
        return value

    def number(self, key: str, default: float) -> float:
        """Return a number above 0."""
        given = self.values.get(key)
        value = float(self._take(key, int, 1)) if type(given) is int else self._take(key, float, 1.0, default)
        if not 0 < value < float("inf"):
            self.wrong(key, f"is {value:g}", "write a number above 0")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return an array of strings, each of them once."""
        values = self._take(key, list, [], None if default is None else list(default))
        for place, value in enumerate(values, start=1):
            if not isinstance(value, str):
                self.wrong(key, f"entry {place} is {spoken(value)}, not a string", "put it in quotes")
        texts = [value for value in values if isinstance(value, str)]
        for text in sorted({text for text in texts if texts.count(text) > 1}):
            self.wrong(key, f"names {text} more than once", "name it once")
        return tuple(dict.fromkeys(texts))

    def choice(self, key: str, options: Iterable[str]) -> str:
        """Return one of the options; empty when the value is none of them."""
        known = list(options)
        value = self.text(key)
        if value and value not in known:
            self.wrong(key, f"{value} is not known", nearest(value, known))
        return value if value in known else ""

    def table(self, key: str, default: Mapping[str, object] | None = None) -> Table:
        """Return the table below this one."""
        found = self._take(key, dict, {}, None if default is None else dict(default))
        return self._below(found, key)

    def tables(self, key: str) -> list[Table]:
        """Return an array of tables, which may be missing."""
        found = self._take(key, list, [], [])
        for place, value in enumerate(found, start=1):
            if not isinstance(value, dict):
                self.wrong(key, f"entry {place} is {spoken(value)}, not a table", f"write it as [[{key}]]")
        return [
            self._below(value, f"{key} {place}")
            for place, value in enumerate(found, start=1)
            if isinstance(value, dict)
        ]

    def members(self) -> Iterator[tuple[str, Table]]:
        """Yield the tables of a table whose keys are names, in the order of the file."""
        for name in self.values:
            yield name, self.table(name)

    def done(self) -> None:
        """Report the keys that nobody asked for; call it after the last question."""
        for key in self.values:
            if key not in self.asked:
                self.wrong(key, "is no known key", nearest(key, self.asked))

    def wrong(self, key: str, what: str, remedy: str = "") -> None:
        """Gather one problem of this table's `key`."""
        self.problems.append(Problem(f"{self.where}: {self.prefix}{key}", what, remedy))

    def _below(self, values: Mapping[str, object], name: str) -> Table:
        return Table(self.where, values, self.problems, f"{self.prefix}{name}.")

    def _take(self, key: str, kind: type[T], empty: T, default: T | None = None) -> T:
        self.asked.add(key)
        if key not in self.values:
            if default is None:
                self.wrong(key, "is missing", f"add it: {_SPOKEN[kind]}")
            return empty if default is None else default
        value = self.values[key]
        # `type` and not `isinstance`: true is no number here.
        if type(value) is kind:
            return value
        self.wrong(key, f"is {spoken(value)}, not {_SPOKEN[kind]}", f"write {_EXAMPLES[kind]}")
        return empty


def spoken(value: object) -> str:
    """Say what a TOML value is, in TOML's words."""
    return _SPOKEN.get(type(value), "a date or time")


def read_table(path: Path, problems: list[Problem]) -> Table | None:
    """Read a TOML file; None, and a problem gathered, when it cannot be read."""
    text = read_text(path, problems)
    return None if text is None else parse_table(text, str(path), problems)


def parse_table(text: str, where: str, problems: list[Problem]) -> Table | None:
    """Return the outermost table of a TOML text; None, and a problem gathered, when it is no TOML."""
    try:
        return Table(where, tomllib.loads(text), problems)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(where, f"is no valid TOML: {error}", "correct that place"))
        return None


def read_text(path: Path, problems: list[Problem]) -> str | None:
    """Read a UTF-8 file; None, and a problem gathered, when it cannot be read."""
    try:
        # Editors on Windows like to put a byte order mark first; it is no part of the text.
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(str(path), f"byte {error.start} is not UTF-8", "save the file as UTF-8"))
    except FileNotFoundError:
        problems.append(Problem(str(path), "is missing", "write it"))
    except OSError as error:
        problems.append(Problem(str(path), f"cannot be read: {error.strerror}", "check its permissions"))
    return None
