"""What one value has to be: a text or an integer within bounds."""

from __future__ import annotations

from typing import Any

BLANKS = " \t\r\n"


class Fault(ValueError):
    """What is wrong with one value: a code for programs, a message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def any_text(value: Any) -> str:
    """Return the text as it is; raises Fault for what is none, or cannot be stored everywhere."""
    if value is None:
        raise Fault("null", "must not be None")
    if type(value) is not str:
        raise Fault("type", "must be a text")
    # PostgreSQL refuses U+0000, and half a surrogate pair crashes every driver.
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise Fault("characters", "must not hold U+0000 or lone surrogates")
    return value


def text(value: Any, longest: int, shortest: int = 1) -> str:
    """Return the text without white space around it; raises Fault."""
    cleaned = any_text(value).strip(BLANKS)
    if not cleaned:
        raise Fault("blank", "must not be blank")
    if len(cleaned) < shortest:
        raise Fault("too_short", f"must have at least {shortest} characters")
    if len(cleaned) > longest:
        raise Fault("too_long", f"must have at most {longest} characters")
    return cleaned


def integer(value: Any, smallest: int | None = None, largest: int | None = None) -> int:
    """Return the integer; raises Fault, also for True and 1.0, which are none."""
    if value is None:
        raise Fault("null", "must not be None")
    if type(value) is not int:
        raise Fault("type", "must be an integer")
    if smallest is not None and value < smallest:
        raise Fault("too_small", f"must be at least {smallest}")
    if largest is not None and value > largest:
        raise Fault("too_large", f"must be at most {largest}")
    return value
