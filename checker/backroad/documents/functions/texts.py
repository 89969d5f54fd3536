"""Texts in expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bson import Decimal128, Regex
from bson.datetime_ms import DatetimeMS

from backroad.documents import patterns
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.functions.conversions import to_text
from backroad.documents.functions.signatures import Function, Named, nothing, one, some, two
from backroad.documents.values import is_number, type_name

SPACE = "\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"


def _text(name: str, value: Any, code: Code) -> str:
    if not isinstance(value, str):
        raise CommandFailure(code, f"{name} requires a string argument, found: {type_name(value)}")
    return value


def _concat(*values: Any) -> str | None:
    if nothing(*values):
        return None
    return "".join(_text("$concat", value, Code.Location16702) for value in values)


def _cased(change: Callable[[str], str]) -> Function:
    def changed(value: Any) -> str:
        if nothing(value):
            return ""
        if not isinstance(value, (str, DatetimeMS, Decimal128)) and not is_number(value):
            raise CommandFailure(
                Code.Location16007, f"can't convert from BSON type {type_name(value)} to String"
            )
        return change(to_text(value))

    return one(changed)


def ascii_case(text: str, *, upper: bool) -> str:
    """Return a text with its ASCII letters in one case; MongoDB leaves all others alone."""
    return "".join((c.upper() if upper else c.lower()) if c.isascii() else c for c in text)


def _length(value: Any) -> int:
    return len(_text("$strLenCP", value, Code.Location34471))


def _part(value: Any, start: Any, count: Any) -> str:
    if not all(
        isinstance(number, (int, float)) and number >= 0 and number == int(number)
        for number in (start, count)
    ):
        raise CommandFailure(
            Code.Location34450, "$substrCP: starting index and length must be whole and >= 0"
        )
    return "" if nothing(value) else to_text(value)[int(start) : int(start) + int(count)]


def _split(value: Any, separator: Any) -> list[str] | None:
    if nothing(value, separator):
        return None
    text, between = (_text("$split", part, Code.Location40085) for part in (value, separator))
    if not between:
        raise CommandFailure(Code.Location40087, "$split requires a non-empty separator")
    return text.split(between)


def _index(value: Any, wanted: Any, *bounds: Any) -> int | None:
    if nothing(value):
        return None
    text, part = (_text("$indexOfCP", item, Code.Location40093) for item in (value, wanted))
    return text.find(part, *bounds)


def _trimmed(strip: Callable[[str, str], str]) -> Named:
    def apply(input: Any, chars: Any = SPACE) -> str | None:
        if nothing(input, chars):
            return None
        return strip(*(_text("$trim", part, Code.Location50699) for part in (input, chars)))

    return Named(apply, ("input",), ("chars",))


def _matches(input: Any, regex: Any, options: Any = None) -> bool:
    if nothing(input, regex):
        return False
    _text("$regexMatch", input, Code.Location51104)
    if isinstance(regex, Regex):
        return patterns.of_regex(regex).search(input) is not None
    pattern = patterns.compiled(_text("$regexMatch", regex, Code.Location51105), options or "")
    return pattern.search(input) is not None


def _replaced(count: int) -> Named:
    def apply(input: Any, find: Any, replacement: Any) -> str | None:
        if nothing(input, find, replacement):
            return None
        text, old, new = (
            _text("$replaceOne", part, Code.Location51746) for part in (input, find, replacement)
        )
        return text.replace(old, new, count)

    return Named(apply, ("input", "find", "replacement"))


def _case_compared(left: Any, right: Any) -> int:
    first, second = (ascii_case("" if nothing(v) else to_text(v), upper=True) for v in (left, right))
    return (first > second) - (first < second)


TEXT_FUNCTIONS: dict[str, Function] = {
    "$concat": some(_concat),
    "$toLower": _cased(lambda text: ascii_case(text, upper=False)),
    "$toUpper": _cased(lambda text: ascii_case(text, upper=True)),
    "$strcasecmp": two(_case_compared),
    "$strLenCP": one(_length),
    "$substrCP": Function(_part, 3, 3),
    "$split": two(_split),
    "$indexOfCP": Function(_index, 2, 4),
}
TEXT_NAMED: dict[str, Named] = {
    "$trim": _trimmed(lambda text, chars: text.strip(chars)),
    "$ltrim": _trimmed(lambda text, chars: text.lstrip(chars)),
    "$rtrim": _trimmed(lambda text, chars: text.rstrip(chars)),
    "$regexMatch": Named(_matches, ("input", "regex"), ("options",)),
    "$replaceOne": _replaced(1),
    "$replaceAll": _replaced(-1),
}
