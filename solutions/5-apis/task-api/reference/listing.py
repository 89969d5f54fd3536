"""What a list is asked for: query parameters in; conditions, order and page out, in the words of SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, not_

from fields import LEAST_PRIORITY, MOST_PRIORITY, STATUSES, Refused, read_due_at, read_tag, read_text
from given.problems import Fault
from given.query import Query
from given.times import format_time, now
from tables import tag_text, tasks

PARAMETERS = (
    "status", "priority_min", "priority_max", "tag", "q", "due_before", "due_after", "overdue",
    "sort", "limit", "offset",
)  # fmt: skip
SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "created_at": tasks.c.created_at,
    "updated_at": tasks.c.updated_at,
    "due_at": tasks.c.due_at,
    "priority": tasks.c.priority,
    "title": func.lower(tasks.c.title),
    "status": case({status: place for place, status in enumerate(STATUSES)}, value=tasks.c.status),
}
MOST_SORT_KEYS = 3
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Listing:
    """Which tasks, in which order, from where to where."""

    conditions: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...]
    limit: int
    offset: int


def read_listing() -> Listing:
    """Return what the query parameters ask for, or end the request with all that is wrong with them."""
    query = Query(*PARAMETERS)
    listing = Listing(
        tuple(conditions(query)),
        (*order(query), tasks.c.id),  # the last word: without it, pages of equal tasks overlap
        query.whole("limit", 20, least=1, most=100),
        query.whole("offset", 0, least=0, most=100_000),
    )
    query.finish()
    return listing


def conditions(query: Query) -> Iterator[ColumnElement[bool]]:
    """Yield what has to hold for a task to be listed."""
    statuses = query.many("status")
    if statuses and all(is_choice(query, "status", status, STATUSES) for status in statuses):
        yield tasks.c.status.in_(statuses)
    limits = {"least": LEAST_PRIORITY, "most": MOST_PRIORITY}
    yield tasks.c.priority >= query.whole("priority_min", LEAST_PRIORITY, **limits)
    yield tasks.c.priority <= query.whole("priority_max", MOST_PRIORITY, **limits)
    for sent in query.many("tag"):
        if tag := attempt(query, "tag", read_tag, sent):
            yield tasks.c.tags.contains(tag_text(tag), autoescape=True)
    if words := attempt(query, "q", read_search, query.one("q")):
        in_title = tasks.c.title.icontains(words, autoescape=True)
        yield in_title | tasks.c.description.icontains(words, autoescape=True)
    # Without a due_at the comparison is NULL, which is not true: such tasks are left out.
    if moment := attempt(query, "due_before", read_due_at, query.one("due_before")):
        yield tasks.c.due_at < moment
    if moment := attempt(query, "due_after", read_due_at, query.one("due_after")):
        yield tasks.c.due_at >= moment
    overdue = query.one("overdue")
    if overdue is not None and is_choice(query, "overdue", overdue, ("true", "false")):
        # The first test keeps NULL out of the second: the opposite of NULL is NULL.
        is_past = tasks.c.due_at.is_not(None) & (tasks.c.due_at < format_time(now()))
        is_late = is_past & (tasks.c.status != "done")
        yield is_late if overdue == "true" else not_(is_late)


def order(query: Query) -> Iterator[ColumnElement[Any]]:
    """Yield what to sort by; a task without due_at comes last in both directions."""
    sent = query.one("sort")
    names = ["-created_at"] if sent is None else sent.split(",")
    keys = [name.removeprefix("-") for name in names]
    if len(set(keys)) < len(keys):
        query.refuse("sort", "duplicate", "must name each key once")
    elif len(keys) > MOST_SORT_KEYS:
        query.refuse("sort", "too_many", f"must name at most {MOST_SORT_KEYS} keys")
    for name in names:
        key = name.removeprefix("-")
        if is_choice(query, "sort", key, SORT_KEYS):
            if key == "due_at":
                yield tasks.c.due_at.is_(None)
            yield SORT_KEYS[key].desc() if name.startswith("-") else SORT_KEYS[key].asc()


def is_choice(query: Query, name: str, value: str, choices: Any) -> bool:
    """Whether a value is one of those there are; if not, that is noted."""
    if value not in choices:
        query.refuse(name, "choice", f"must be one of {', '.join(choices)}")
    return value in choices


def attempt(query: Query, name: str, read: Callable[[str], str | None], sent: str | None) -> str | None:
    """Return what a reader makes of a parameter; None when it was not sent, or refused."""
    if sent is None:
        return None
    try:
        return read(sent)
    except Refused as refused:
        for fault in refused.faults:
            query.refuse(name, fault.code, fault.message)
        return None


def read_search(sent: str) -> str:
    """Return the words to search for, as they were sent."""
    if not sent:
        raise Refused(Fault("", "blank", "must not be empty"))
    return read_text(sent, LONGEST_SEARCH)
