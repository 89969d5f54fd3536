"""What a list is asked for: query parameters in, parts of a SELECT out."""

import re
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from sqlalchemy import and_, func, or_

from problems import Refusal, fault
from schemas import Tag, faults_of, printed, text_of
from store import STATUSES, Task, marked

SORTS = {
    "created_at": Task.created_at,
    "updated_at": Task.updated_at,
    "due_at": Task.due_at,
    "priority": Task.priority,
    "title": func.lower(Task.title),
    "status": Task.stage,
}
ONE_TAG = TypeAdapter(dict[str, Tag])


class Wrong(Exception):
    """A parameter is wrong."""


def refuse(code: str) -> Any:
    raise Wrong(code)


def one(values: list[str]) -> str:
    return values[0] if len(values) == 1 else refuse("duplicate")


def whole(values: list[str], least: int, most: int) -> int:
    sent = one(values)
    if re.fullmatch("-?[0-9]{1,500}", sent) is None:
        refuse("type")
    return (
        int(sent) if least <= int(sent) <= most else refuse("too_small" if int(sent) < least else "too_large")
    )


def time(values: list[str]) -> str:
    try:
        return printed(one(values)) or refuse("format")
    except PydanticCustomError:
        return refuse("format")


def tag(sent: str) -> str:
    try:
        return ONE_TAG.validate_python({"tag": sent})["tag"]
    except ValidationError as error:
        return refuse(faults_of(error)[0]["code"])


class Listing:
    """Which tasks, in which order, from where to where."""

    def __init__(self) -> None:
        self.conditions: list[Any] = []
        self.order: list[Any] = [Task.created_at.desc()]
        self.limit, self.offset = 20, 0

    @classmethod
    def of(cls, sent: list[tuple[str, str]]) -> Self:
        """Return what the parameters ask for; all that is wrong with them is raised at once."""
        listing = cls()
        grouped = defaultdict(list)
        for name, value in sent:
            grouped[name].append(value)
        faults = []
        for name, values in grouped.items():
            try:
                if not hasattr(cls, f"read_{name}"):
                    refuse("unknown_field")
                getattr(listing, f"read_{name}")(values)
            except Wrong as error:
                faults.append(fault(name, str(error)))
        if faults:
            raise Refusal(400, faults, "invalid_parameter")
        return listing

    def read_status(self, values: list[str]) -> None:
        if set(values) - set(STATUSES):
            refuse("choice")
        self.conditions.append(Task.stage.in_([STATUSES.index(value) for value in values]))

    def read_priority_min(self, values: list[str]) -> None:
        self.conditions.append(Task.priority >= whole(values, 1, 5))

    def read_priority_max(self, values: list[str]) -> None:
        self.conditions.append(Task.priority <= whole(values, 1, 5))

    def read_tag(self, values: list[str]) -> None:
        for value in values:
            self.conditions.append(Task.marks.contains(marked(tag(value)), autoescape=True))

    def read_q(self, values: list[str]) -> None:
        try:
            words = text_of(one(values))
        except PydanticCustomError:
            refuse("characters")
        if not 0 < len(words) <= 100:
            refuse("too_long" if words else "blank")
        found = [column.icontains(words, autoescape=True) for column in (Task.title, Task.description)]
        self.conditions.append(or_(*found))

    def read_due_before(self, values: list[str]) -> None:
        self.conditions.append(Task.due_at < time(values))

    def read_due_after(self, values: list[str]) -> None:
        self.conditions.append(Task.due_at >= time(values))

    def read_overdue(self, values: list[str]) -> None:
        wanted = one(values)
        if wanted not in ("true", "false"):
            refuse("choice")
        now = printed(datetime.now(UTC).isoformat())
        done = STATUSES.index("done")
        late = and_(Task.due_at < now, Task.stage != done)
        other = or_(Task.due_at.is_(None), Task.due_at >= now, Task.stage == done)
        self.conditions.append(late if wanted == "true" else other)

    def read_sort(self, values: list[str]) -> None:
        keys = [(name.removeprefix("-"), name.startswith("-")) for name in one(values).split(",")]
        names = [name for name, _ in keys]
        if set(names) - set(SORTS):
            refuse("choice")
        if len(set(names)) < len(names):
            refuse("duplicate")
        if len(names) > 3:
            refuse("too_many")
        self.order = []
        for name, is_down in keys:
            self.order += [Task.due_at.is_(None)] if name == "due_at" else []
            self.order.append(SORTS[name].desc() if is_down else SORTS[name])

    def read_limit(self, values: list[str]) -> None:
        self.limit = whole(values, 1, 100)

    def read_offset(self, values: list[str]) -> None:
        self.offset = whole(values, 0, 100_000)
