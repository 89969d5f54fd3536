"""What one value has to be: a text, a truth, an integer, or the value of an attribute."""

from __future__ import annotations

import re
from typing import Any

BLANKS = " \t\r\n"


class Fault(ValueError):
    """What is wrong with one value: a code for programs, a message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def any_text(value: Any, longest: int | None = None) -> str:
    """Return the text as it is; raises Fault for what is none, or is too long."""
    if value is None:
        raise Fault("null", "must not be None")
    if type(value) is not str:
        raise Fault("type", "must be a text")
    # Half a surrogate pair has no bytes in UTF-8, so no driver can send it.
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise Fault("characters", "must not hold U+0000 or lone surrogates")
    if longest is not None and len(value) > longest:
        raise Fault("too_long", f"must have at most {longest} characters")
    return value


def text(value: Any, longest: int) -> str:
    """Return the text without white space around it; raises Fault, also for an empty one."""
    cleaned = any_text(value).strip(BLANKS)
    if not cleaned:
        raise Fault("blank", "must not be blank")
    return any_text(cleaned, longest)


def matching(value: Any, pattern: str) -> str:
    """Return the text if the whole of it fits a regular expression; raises Fault."""
    if value is None:
        raise Fault("null", "must not be None")
    if type(value) is not str:
        raise Fault("type", "must be a text")
    if not re.fullmatch(pattern, value):
        raise Fault("format", f"must fit {pattern}")
    return value


def truth(value: Any) -> bool:
    """Return True or False; raises Fault for 1 and 0, which are numbers."""
    if value is None:
        raise Fault("null", "must not be None")
    if type(value) is not bool:
        raise Fault("type", "must be True or False")
    return value


def integer(value: Any, smallest: int, largest: int) -> int:
    """Return the integer; raises Fault, also for True and 1.0, which are none."""
    if type(value) is not int:
        raise Fault("type", "must be an integer")
    if value < smallest:
        raise Fault("too_small", f"must be at least {smallest}")
    if value > largest:
        raise Fault("too_large", f"must be at most {largest}")
    return value


def plain(value: Any) -> str | int | float | bool | None:
    """Return a value that is a text, a number, a truth or None; raises Fault for all that has an inside."""
    if type(value) is str:
        return any_text(value)
    if type(value) is int:
        return integer(value, -(2**63), 2**63 - 1)  # BSON's integers end there
    if value is not None and type(value) not in (bool, float):
        raise Fault("type", "must be a text, a number, True, False or None")
    return value  # type: ignore[no-any-return]  # one of these four by the lines above
