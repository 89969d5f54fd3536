"""Members of a JSON body: read them one by one, then answer every fault at once::

    body = Body("email", "password")
    email = body.text("email", trimmed=True, longest=254)
    password = body.text("password", shortest=10)
    if password == email:
        body.refuse("password", "insecure", "must not be the e-mail")
    body.finish()

A member that is wrong reads as an empty text until ``finish()`` ends the request with a 422.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort

from given.json import read_object
from given.problems import Fault, problem

WHITE_SPACE = " \t\r\n"


class Body:
    """The JSON object of the present request, and what is wrong with it so far."""

    def __init__(self, *known: str, read_only: Sequence[str] = ()) -> None:
        """Read the request; members that this path does not know are faults."""
        self.values = read_object()
        self.faults: list[Fault] = []
        for name in self.values:
            if name in read_only:
                self.refuse(name, "read_only", "cannot be set")
            elif name not in known:
                self.refuse(name, "unknown_field", "is not known here")

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def refuse(self, name: str, code: str, message: str) -> None:
        """Note that a member is wrong."""
        self.faults.append(Fault(name, code, message))

    def is_wrong(self, name: str) -> bool:
        """Return whether a fault of this member is known already."""
        return any(fault.field == name for fault in self.faults)

    def text(self, name: str, *, shortest: int = 0, longest: int | None = None, trimmed: bool = False) -> str:
        """Return a text; with ``trimmed``, without the white space around it."""
        value = self.values.get(name)
        if name not in self.values:
            self.refuse(name, "required", "is missing")
        elif value is None:
            self.refuse(name, "null", "must not be null")
        elif not isinstance(value, str):
            self.refuse(name, "type", "must be a text")
        elif not is_storable(value):
            self.refuse(name, "characters", "holds a character that cannot be stored")
        else:
            return self._measured(name, value.strip(WHITE_SPACE) if trimmed else value, shortest, longest)
        return ""

    def _measured(self, name: str, text: str, shortest: int, longest: int | None) -> str:
        # len() of a str counts code points: an emoji is one, as for the person who typed it.
        if longest is not None and len(text) > longest:
            self.refuse(name, "too_long", f"must have at most {longest} characters")
        elif not text and shortest:
            self.refuse(name, "blank", "must not be empty")
        elif len(text) < shortest:
            self.refuse(name, "too_short", f"must have at least {shortest} characters")
        return text

    def finish(self) -> None:
        """End the request with a 422 that lists every fault, if there was one."""
        if self.faults:
            abort(problem(422, errors=self.faults))


def is_storable(text: str) -> bool:
    """Return whether every database takes the text: no U+0000, and no half of a surrogate pair."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text)
