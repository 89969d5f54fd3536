"""Expressions on texts: lengths, parts, places, patterns and replacements."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from bson import Regex

from backroad.documents import patterns
from backroad.documents.conversions import text_of
from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.values import is_null, is_number, shown, small_whole, type_name

SPACES = "\0 \t\n\v\f\r\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))


def bounds(name: str, numbers: tuple[Any, ...], length: int) -> tuple[int, int]:
    """Return where a search starts and ends, which are two operands that may be left out."""
    for number, what in zip(numbers, ("starting", "ending"), strict=False):
        place = small_whole(number)
        if place is None:
            found = f"a value of type: {type_name(number)}, with value: {shown(number)}"
            raise CommandFailure(
                Code.Location40096, f"{name} requires an integral {what} index, found {found}"
            )
        if place < 0:
            message = f"{name} requires a nonnegative {what} index, found: {shown(number)}"
            raise CommandFailure(Code.Location40097, message)
    start, end = (*(small_whole(number) or 0 for number in numbers), *(0, length)[len(numbers) :])
    return start, min(end, length)


def _index_of(text: Any, part: Any, *numbers: Any) -> int | None:
    if is_null(text):
        return None
    for value, place, code in ((text, "first", Code.Location40093), (part, "second", Code.Location40094)):
        if not isinstance(value, str):
            message = f"$indexOfCP requires a string as the {place} argument, found: {type_name(value)}"
            raise CommandFailure(code, message)
    start, end = bounds("$indexOfCP", numbers, len(text))
    if not text and not part and not start:
        return 0
    # What begins before the end is found, even where it goes on behind it.
    found = text.find(part, start)
    return found if 0 <= found < end else -1


def _length(text: Any) -> int:
    if not isinstance(text, str):
        message = f"$strLenCP requires a string argument, found: {type_name(text)}"
        raise CommandFailure(Code.Location34471, message)
    return len(text)


def _substring(value: Any, start: Any, length: Any) -> str:
    text = "" if is_null(value) else None if isinstance(value, bool) else text_of(value)
    if text is None:
        raise CommandFailure(Code.Location16007, f"can't convert from BSON type {type_name(value)} to String")
    if isinstance(value, float) and not math.isfinite(value):
        raise bad_value("$substrCP of a number without end is not known to this server")
    _check_part(start, "starting index", Code.Location34450, Code.Location34451)
    _check_part(length, "length", Code.Location34452, Code.Location34453)
    if length < 0:
        raise CommandFailure(Code.Location34454, "$substrCP: length must be a nonnegative integer.")
    if start < 0:
        message = "$substrCP: the starting index must be nonnegative integer."
        raise CommandFailure(Code.Location34455, message)
    return text[int(start) : int(start) + int(length)]


def _check_part(number: Any, what: str, no_number: Code, no_whole: Code) -> None:
    if not is_number(number):
        message = f"$substrCP: {what} must be a numeric type (is BSON type {type_name(number)})"
        raise CommandFailure(no_number, message)
    if small_whole(number) is None:
        message = f"$substrCP: {what} cannot be represented as a 32-bit integral value: {shown(number)}"
        raise CommandFailure(no_whole, message)


def _trimmed(name: str, strip: Callable[[str, str], str]) -> Callable[..., Any]:
    def trimmed(*, input: Any, chars: Any = SPACES) -> str | None:
        for value, what, code in (
            (input, "its input", Code.Location50699),
            (chars, "'chars'", Code.Location50700),
        ):
            if is_null(value):
                return None
            if not isinstance(value, str):
                found = f"{shown(value)} (of type {type_name(value)})"
                raise CommandFailure(code, f"{name} requires {what} to be a string, got {found} instead.")
        return strip(input, chars)

    return trimmed


def _replaced(name: str, count: int) -> Callable[..., Any]:
    def replaced(*, input: Any, find: Any, replacement: Any) -> str | None:
        for value, what, code in (
            (input, "input", Code.Location51746),
            (find, "find", Code.Location51745),
            (replacement, "replacement", Code.Location51744),
        ):
            if not is_null(value) and not isinstance(value, str):
                message = f"{name} requires that '{what}' be a string, found: {shown(value)}"
                raise CommandFailure(code, message)
        if any(map(is_null, (input, find, replacement))):
            return None
        if not find and not input.isascii():
            raise bad_value(f"{name} of nothing is known for texts of ASCII alone")
        return str(input.replace(find, replacement, count))

    return replaced


def _matches(*, input: Any, regex: Any, options: Any = None) -> bool:
    if not is_null(input) and not isinstance(input, str):
        raise CommandFailure(Code.Location51104, "$regexMatch needs 'input' to be of type string")
    if not is_null(regex) and not isinstance(regex, (str, Regex)):
        raise CommandFailure(Code.Location51105, "$regexMatch needs 'regex' to be of type string or regex")
    if not is_null(options) and not isinstance(options, str):
        raise CommandFailure(Code.Location51106, "$regexMatch needs 'options' to be of type string")
    letters = "" if is_null(options) else options
    if isinstance(regex, Regex):
        if regex.flags and not is_null(options):
            message = "$regexMatch: found regex option(s) specified in both 'regex' and 'option' fields"
            raise CommandFailure(Code.Location51107, message)
        letters, regex = letters or patterns.options_of(regex), regex.pattern
    if unknown := set(letters) - set(patterns.LETTERS):
        raise CommandFailure(Code.Location51108, f"$regexMatch invalid flag in regex options: {min(unknown)}")
    if is_null(regex):
        return False
    if "\0" in regex:
        message = "$regexMatch: regular expression cannot contain an embedded null byte"
        raise CommandFailure(Code.Location51109, message)
    try:
        pattern = patterns.compiled(regex, letters)
    except CommandFailure as failure:
        raise CommandFailure(Code.Location51111, f"Invalid Regex in $regexMatch: {failure.message}") from None
    return not is_null(input) and pattern.search(input) is not None


TEXTS: Mapping[str, Callable[..., Any]] = {
    "$indexOfCP": _index_of,
    "$strLenCP": _length,
    "$substrCP": _substring,
}
TEXTS_BY_NAME: Mapping[str, Callable[..., Any]] = {
    "$trim": _trimmed("$trim", str.strip),
    "$ltrim": _trimmed("$ltrim", str.lstrip),
    "$rtrim": _trimmed("$rtrim", str.rstrip),
    "$replaceOne": _replaced("$replaceOne", 1),
    "$replaceAll": _replaced("$replaceAll", -1),
    "$regexMatch": _matches,
}
