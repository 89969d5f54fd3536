"""Regular expressions: MongoDB's dialect (PCRE) as far as Python's means the same, else refused."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

from bson import Regex

from backroad.documents.failures import Code, CommandFailure, bad_value

LETTERS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE, "u": re.UNICODE}
LONGEST = 32_764
# PCRE knows only ASCII digits, letters and spaces by these; Python would take all of Unicode's.
OUTSIDE = {
    **{f"\\{c}": f"(?a:\\{c})" for c in "wWdDsSbB"},
    "\\z": "\\Z",
    "\\Z": "(?=\\n?\\Z)",
    "\\h": "[ \\t]",
}
INSIDE = {"\\w": "A-Za-z0-9_", "\\d": "0-9", "\\s": " \\t\\n\\r\\f\\v", "\\h": " \\t", "\\b": "\\b"}
TOKEN = re.compile(r"\\.|\[\^?\]?|\]|\[:|.", re.DOTALL)


def compiled(pattern: str, options: str) -> re.Pattern[str]:
    """Return a pattern ready to search with; refused where Python would not understand it as MongoDB does."""
    if "\0" in pattern:
        raise bad_value("Regular expression cannot contain an embedded null byte")
    if unknown := set(options) - set(LETTERS):
        raise CommandFailure(Code.Location51091, f"invalid flag in regex options: {min(unknown)}")
    if len(pattern) > LONGEST:
        raise _invalid("regular expression is too large")
    return _compiled(pattern, "".join(sorted(options)))


@lru_cache(maxsize=256)
def _compiled(pattern: str, options: str) -> re.Pattern[str]:
    flags = re.NOFLAG
    for letter in options:
        flags |= LETTERS[letter]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Python warns of what it reads differently from others
            return re.compile("".join(_translated(pattern)), flags)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise _invalid(str(error)) from None


def _translated(pattern: str) -> Iterator[str]:
    """Yield the pattern with the classes written out; a set's inside has words of its own."""
    in_set = False
    for token in TOKEN.findall(pattern):
        if in_set and token in ("\\W", "\\D", "\\S", "\\H", "\\B"):
            raise _invalid(f"{token} inside [] is not known to this server")
        if in_set and token[0] == "[" and pattern.find("[:") >= 0:
            raise _invalid("[[:name:]] is not known to this server")
        yield (INSIDE if in_set else OUTSIDE).get(token, token)
        if token[0] == "[":
            in_set = True
        elif token == "]":
            in_set = False


def options_of(regex: Regex[str]) -> str:
    """Return the letters of a BSON regular expression's options."""
    return "".join(letter for letter, flag in LETTERS.items() if letter != "u" and regex.flags & flag)


def _invalid(why: str) -> CommandFailure:
    return CommandFailure(Code.Location51091, f"Regular expression is invalid: {why}")
