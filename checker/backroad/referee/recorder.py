"""What a check did, in the words of the check: calls with the names of its own variables."""

from __future__ import annotations

import re
import reprlib
from collections import deque
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from backroad.referee.evidence import Evidence

KEPT = 60
SHOWN = 8
MAX_INT_BITS = 2_000
MARK = "\ufdd0{}\ufdd1"  # non-characters: no text that crosses the wire holds them by accident
MARKED = re.compile("\ufdd0(\\d+)\ufdd1")


class Shortener(reprlib.Repr):
    """A repr that stays on a line and gives objects of the subject as marks, to be named later."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 8
        self.maxstring = self.maxother = self.maxlong = 60
        self.maxlevel = 4

    def repr1(self, x: Any, level: int) -> str:
        """Return the short text of any value."""
        number = getattr(type(x), "backroad_number", None)
        if number is not None:
            return x.backroad_name if x.backroad_what == "class" else MARK.format(number(x))
        if isinstance(x, float | bool) or x is None:
            return repr(x)
        return super().repr1(x, level)

    def repr_int(self, x: int, level: int) -> str:
        """Return an integer, of very long ones only the size: Python refuses to write them out."""
        if x.bit_length() > MAX_INT_BITS:
            return f"an int of {x.bit_length():,} bits"
        return super().repr_int(x, level)


SHORT = Shortener()


def short(value: Any) -> str:
    """Return one line for a value."""
    return SHORT.repr(value)


def arguments(args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Return the text of a call's arguments."""
    return ", ".join([*map(short, args), *(f"{key}={short(value)}" for key, value in kwargs.items())])


class Recorder:
    """Keeps the last things a check did."""

    def __init__(self) -> None:
        self._entries: deque[list[Any]] = deque(maxlen=KEPT)
        self._types: dict[int, str] = {}
        self._lasting: list[str] = []
        self.left_out = 0
        self.server_error: Evidence | None = None
        """What the last answer of 5xx in this check shows."""

    def clear(self) -> None:
        """Start anew for the next check."""
        self._entries.clear()
        self._lasting.clear()
        self.left_out = 0
        self.server_error = None

    def did(self, text: str) -> None:
        """Record something done."""
        if len(self._entries) == KEPT:
            self.left_out += 1
        self._entries.append([text, None])

    @contextmanager
    def during(self, text: str) -> Iterator[None]:
        """Record what all calls in the `with` rest on: if one fails, it is shown however many came after."""
        self.did(text)
        self._lasting.append(text)
        yield
        self._lasting.remove(text)

    def resulted(self, number: int, type_name: str) -> None:
        """Note that the last thing done gave an object of the subject."""
        self._types[number] = type_name
        if self._entries:
            self._entries[-1][1] = number

    def made(self, number: int) -> str | None:
        """Return the line that gave an object, if it is still kept."""
        found = next((text for text, result in reversed(self._entries) if result == number), None)
        return None if found is None else f"{MARK.format(number)} = {found}"

    def lines(self, names: Mapping[int, str], shown: int = SHOWN) -> tuple[str, ...]:
        """Return the last things done, objects called by the check's own variable names.

        The same one in a row is one line; what `during` was told stands first.
        """
        used = {int(number) for text, _ in self._entries for number in MARKED.findall(text)}
        said = [self._line(text, number, names, used) for text, number in self._entries]
        runs = [(line, len(list(same))) for line, same in groupby(said)]
        last = runs[-shown:]
        hidden = self.left_out + len(said) - sum(count for _, count in last)
        ground = self.ground_of(dict(last))
        return (*ground, *earlier(hidden - len(ground)), *(times(line, count) for line, count in last))

    def ground_of(self, lines: Container[str]) -> tuple[str, ...]:
        """Return what these lines rest on, as far as it is not among them."""
        return tuple(text for text in self._lasting if text not in lines)

    def _line(self, text: str, number: int | None, names: Mapping[int, str], used: set[int]) -> str:
        said = self.named(text, names)
        if number is None or (number not in names and number not in used):
            return said
        return f"{self._name(number, names)} = {said}"

    def named(self, text: str, names: Mapping[int, str]) -> str:
        """Return the text with every mark replaced by a name."""
        return MARKED.sub(lambda match: self._name(int(match[1]), names), text)

    def _name(self, number: int, names: Mapping[int, str]) -> str:
        return names.get(number) or f"{snake(self._types.get(number, 'object'))}_{number}"


def times(line: str, count: int) -> str:
    """Return one line for a call that was made so often in a row."""
    return line if count == 1 else f"{line}   ({count} times)"


def earlier(count: int) -> tuple[str, ...]:
    """Return the line that stands for so many calls, if there are any."""
    return (f"… {count} call{'s' * (count != 1)} before",) if count else ()


def snake(name: str) -> str:
    """Return a class name as a variable name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() or "object"
