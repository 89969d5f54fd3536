"""What callers may write, declared for pydantic."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from problems import fault

READ_ONLY = ("id", "created_at", "updated_at", "completed_at")
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3])(:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "literal_error": "choice",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "string_too_short": "blank",
    "string_too_long": "too_long",
    "too_long": "too_many",
    "null": "null",
    "characters": "characters",
    "format": "format",
}


def text_of(value: Any) -> str:
    """Return a text that can be stored."""
    if value is None:
        raise PydanticCustomError("null", "must not be null")
    if not isinstance(value, str):
        raise PydanticCustomError("type", "must be a text")
    if re.search("[\0\ud800-\udfff]", value):
        raise PydanticCustomError("characters", "holds what no text should")
    return value


def not_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("null", "must not be null")
    return value


def printed(value: Any) -> str | None:
    """Return a time as it is stored and printed."""
    if value is None or not isinstance(value, str):
        return value
    match = TIME.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        day, hour, rest, fraction, offset = match.groups()
        milliseconds = (fraction or "").ljust(3, "0")[:3]
        moment = datetime.fromisoformat(f"{day}T{hour}{rest}.{milliseconds}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("format", "must be a time with an offset") from None
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def tidy(value: Any) -> Any:
    return text_of(value).strip(" \t\r\n")


def lower(value: Any) -> Any:
    return tidy(value).lower()


def distinct(value: Any) -> Any:
    """Drop repeats; elements that are wrong stay, so that they are told with their places."""
    if not isinstance(not_null(value), list) or not all(isinstance(item, str) for item in value):
        return value
    tags = [item.strip(" \t\r\n").lower() for item in value]
    is_good = all(0 < len(tag) <= 30 and not re.search("[\0\ud800-\udfff]", tag) for tag in tags)
    return list(dict.fromkeys(tags)) if is_good else value


Title = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(tidy)]
Description = Annotated[str, Field(max_length=5_000), BeforeValidator(text_of)]
Status = Annotated[Literal["todo", "doing", "done"], BeforeValidator(text_of)]
Priority = Annotated[int, Field(ge=1, le=5), BeforeValidator(not_null)]
Time = Annotated[str | None, BeforeValidator(printed)]
Tag = Annotated[str, Field(min_length=1, max_length=30), BeforeValidator(lower)]
Tags = Annotated[list[Tag], BeforeValidator(distinct), Field(max_length=10)]


class Patch(BaseModel):
    """Some members of a task."""

    model_config = ConfigDict(strict=True, extra="forbid")
    title: Title = ""
    description: Description = ""
    status: Status = "todo"
    priority: Priority = 3
    due_at: Time = None
    tags: Tags = []

    def values(self) -> dict[str, Any]:
        """Return the members that were sent."""
        return self.model_dump(exclude_unset=True)


class Whole(Patch):
    """A task: members that were not sent have their defaults."""

    title: Title

    def values(self) -> dict[str, Any]:
        """Return all members."""
        return self.model_dump()


def faults_of(error: ValidationError) -> list[dict[str, str]]:
    """Translate pydantic's errors: ("tags", 1) is written tags[1]."""
    found = []
    for told in error.errors():
        first, *indexes = told["loc"]
        code = "read_only" if first in READ_ONLY else CODES.get(told["type"], "type")
        found.append(fault(str(first) + "".join(f"[{index}]" for index in indexes), code))
    return found
