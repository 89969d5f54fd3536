"""Query parameters: read them one by one, then answer every fault at once::

    query = Query("name", "limit")
    name = query.text("name", "World", longest=50)
    limit = query.whole("limit", 20, least=1, most=100)
    query.finish()

A parameter that is wrong reads as its default until ``finish()`` ends the request with a 400.
"""

from __future__ import annotations

import re

from flask import abort, request

from given.problems import Fault, problem

WHITE_SPACE = " \t\r\n"


class Query:
    """The query parameters of the present request, and what is wrong with them so far."""

    def __init__(self, *known: str) -> None:
        """Take the names that this path knows; any other name is a fault."""
        self.faults: list[Fault] = []
        for name in request.args:
            if name not in known:
                self.refuse(name, "unknown_field", "is not a parameter of this path")

    def refuse(self, name: str, code: str, message: str) -> None:
        """Note that a parameter is wrong."""
        self.faults.append(Fault(name, code, message))

    def many(self, name: str) -> list[str]:
        """Return every value of a parameter, in the order sent."""
        return request.args.getlist(name)

    def one(self, name: str) -> str | None:
        """Return the value of a parameter that may come once, or None when it did not come."""
        values = self.many(name)
        if len(values) > 1:
            self.refuse(name, "duplicate", "may be given once")
            return None
        return values[0] if values else None

    def text(self, name: str, default: str, *, longest: int) -> str:
        """Return a text without the white space around it, of one character at least."""
        sent = self.one(name)
        if sent is None:
            return default
        trimmed = sent.strip(WHITE_SPACE)
        if trimmed and len(trimmed) <= longest:
            return trimmed
        if trimmed:
            self.refuse(name, "too_long", f"must have at most {longest} characters")
        else:
            self.refuse(name, "blank", "must not be empty")
        return default

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within limits, written in the digits 0 to 9 and nothing else."""
        sent = self.one(name)
        if sent is None:
            return default
        # int() alone would also take 1_0, +5, blanks and the digits of other scripts.
        if not re.fullmatch(r"-?[0-9]{1,100}", sent):
            self.refuse(name, "type", "must be a whole number")
            return default
        number = int(sent)
        if least <= number <= most:
            return number
        code = "too_small" if number < least else "too_large"
        self.refuse(name, code, f"must be from {least} to {most}")
        return default

    def finish(self) -> None:
        """End the request with a 400 that lists every fault, if there was one."""
        if self.faults:
            abort(problem(400, "invalid_parameter", errors=self.faults))
