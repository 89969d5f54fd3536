"""What callers may write: JSON values in, clean values out, or a list of everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort

from given.problems import Fault, problem
from given.query import WHITE_SPACE
from given.times import format_time, parse_time

STATUSES = ("todo", "doing", "done")
DEFAULTS = {"description": "", "status": "todo", "priority": 3, "due_at": None, "tags": []}
READ_ONLY = ("id", "created_at", "updated_at", "completed_at")
LEAST_PRIORITY, MOST_PRIORITY = 1, 5
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_TAG = 200, 5_000, 30
MOST_TAGS = 10
# U+0000, which PostgreSQL does not store, and halves of surrogate pairs, which no UTF-8 can hold.
UNFIT = re.compile("[\0\ud800-\udfff]")


class Refused(Exception):
    """A value breaks rules; a fault's field says where inside the value, "" for all of it."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults


@dataclass
class Form:
    """The clean values of a body, and what is wrong with it."""

    values: dict[str, Any]
    faults: list[Fault]

    def clean(self) -> dict[str, Any]:
        """Return the values, or end the request with everything that is wrong."""
        if self.faults:
            abort(problem(422, errors=self.faults))
        return self.values


def read_form(body: dict[str, Any], *, partial: bool = False) -> Form:
    """Return what a body says of a task. Unless it is partial, what it leaves out has its default."""
    form = Form({} if partial else dict(DEFAULTS), [])
    if not partial and "title" not in body:
        form.faults.append(Fault("title", "required", "is missing"))
    for name, value in body.items():
        try:
            form.values[name] = reader(name)(value)
        except Refused as refused:
            form.faults += within(name, refused)
    return form


def within(place: str, refused: Refused) -> list[Fault]:
    """Return the faults of a value, seen from the outside."""
    return [Fault(place + fault.field, fault.code, fault.message) for fault in refused.faults]


def reader(name: str) -> Callable[[Any], Any]:
    """Return the function that makes a clean value of a member."""
    if name in READ_ONLY:
        raise Refused(Fault("", "read_only", "is set by the service"))
    if name not in READERS:
        raise Refused(Fault("", "unknown_field", "is not known here"))
    return READERS[name]


def read_title(value: Any) -> str:
    return read_trimmed(value, LONGEST_TITLE)


def read_description(value: Any) -> str:
    return read_text(value, LONGEST_DESCRIPTION)


def read_status(value: Any) -> str:
    demand_type(value, str, "a text")
    if value not in STATUSES:
        raise Refused(Fault("", "choice", f"must be one of {', '.join(STATUSES)}"))
    return str(value)


def read_priority(value: Any) -> int:
    # type() and not isinstance(): True is an instance of int as well.
    demand_type(value, int, "an integer")
    if value < LEAST_PRIORITY:
        raise Refused(Fault("", "too_small", f"must be at least {LEAST_PRIORITY}"))
    if value > MOST_PRIORITY:
        raise Refused(Fault("", "too_large", f"must be at most {MOST_PRIORITY}"))
    return int(value)


def read_due_at(value: Any) -> str | None:
    """Return the time as it is stored and printed: in UTC, in milliseconds."""
    if value is None:
        return None
    demand_type(value, str, "a text")
    try:
        return format_time(parse_time(value))
    except ValueError:
        message = "must be a time with an offset, such as 2026-03-01T09:30:00Z"
        raise Refused(Fault("", "format", message)) from None


def read_tags(value: Any) -> list[str]:
    """Return the tags without repeats, in the order in which they came first."""
    demand_type(value, list, "a list")
    tags: dict[str, None] = {}
    faults: list[Fault] = []
    for index, item in enumerate(value):
        try:
            tags[read_tag(item)] = None
        except Refused as refused:
            faults += within(f"[{index}]", refused)
    if len(tags) > MOST_TAGS:
        faults.append(Fault("", "too_many", f"must be at most {MOST_TAGS}"))
    if faults:
        raise Refused(*faults)
    return list(tags)


def read_tag(value: Any) -> str:
    return read_trimmed(value, LONGEST_TAG).lower()


def read_trimmed(value: Any, longest: int) -> str:
    """Return a text without the white space around it, of at least one character."""
    demand_type(value, str, "a text")
    text = read_text(value.strip(WHITE_SPACE), longest)
    if not text:
        raise Refused(Fault("", "blank", "must not be empty"))
    return text


def read_text(value: Any, longest: int) -> str:
    demand_type(value, str, "a text")
    text = str(value)
    if len(text) > longest:
        raise Refused(Fault("", "too_long", f"must have at most {longest} characters"))
    if UNFIT.search(text):
        raise Refused(Fault("", "characters", "must not hold U+0000 or half a surrogate pair"))
    return text


def demand_type(value: Any, kind: type, words: str) -> None:
    """Refuse what is of another type; null has a code of its own."""
    if value is None:
        raise Refused(Fault("", "null", "must not be null"))
    if type(value) is not kind:
        raise Refused(Fault("", "type", f"must be {words}"))


READERS: dict[str, Callable[[Any], Any]] = {
    "title": read_title,
    "description": read_description,
    "status": read_status,
    "priority": read_priority,
    "due_at": read_due_at,
    "tags": read_tags,
}
