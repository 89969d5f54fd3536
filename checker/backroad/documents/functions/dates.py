"""Dates in expressions, always in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId, Timestamp
from bson.datetime_ms import DatetimeMS

from backroad.documents.failures import Code, CommandFailure
from backroad.documents.functions.signatures import Function, Named, nothing, one
from backroad.documents.values import MISSING, moment, type_name

FORMATS: dict[str, Callable[[datetime], str]] = {
    "%Y": lambda date: f"{date.year:04d}",
    "%m": lambda date: f"{date.month:02d}",
    "%d": lambda date: f"{date.day:02d}",
    "%H": lambda date: f"{date.hour:02d}",
    "%M": lambda date: f"{date.minute:02d}",
    "%S": lambda date: f"{date.second:02d}",
    "%L": lambda date: f"{date.microsecond // 1000:03d}",
    "%j": lambda date: f"{date.timetuple().tm_yday:03d}",
    "%w": lambda date: str(_day_of_week(date)),
    "%u": lambda date: str(date.isoweekday()),
    "%G": lambda date: f"{date.isocalendar().year:04d}",
    "%V": lambda date: f"{date.isocalendar().week:02d}",
    "%z": lambda _: "+0000",
    "%Z": lambda _: "+000",
    "%%": lambda _: "%",
}
ISO = "%Y-%m-%dT%H:%M:%S.%LZ"


def _date(value: Any) -> datetime:
    if isinstance(value, DatetimeMS):
        return moment(value)
    if isinstance(value, ObjectId):
        return value.generation_time
    if isinstance(value, Timestamp):
        return datetime.fromtimestamp(value.time, UTC)
    raise CommandFailure(Code.Location16006, f"can't convert from BSON type {type_name(value)} to Date")


def _part(take: Callable[[datetime], int]) -> Function:
    return one(lambda value: None if nothing(value) else take(_date(value)))


def _day_of_week(date: datetime) -> int:
    return date.isoweekday() % 7 + 1


def _text(date: Any, format: Any = ISO, timezone: Any = "UTC", onNull: Any = None) -> Any:
    if timezone not in ("UTC", "GMT", "Z", "+00:00"):
        raise CommandFailure(Code.Location40485, f'unrecognized time zone identifier: "{timezone}"')
    if date is None or date is MISSING:
        return onNull
    when = _date(date)
    return re.sub("%.?", lambda found: _formatted(found[0], when), format, flags=re.DOTALL)


def _formatted(word: str, date: datetime) -> str:
    if word not in FORMATS:
        raise CommandFailure(Code.Location18536, f"Invalid format character '{word}' in format string")
    return FORMATS[word](date)


DATE_FUNCTIONS: dict[str, Function] = {
    "$year": _part(lambda date: date.year),
    "$month": _part(lambda date: date.month),
    "$dayOfMonth": _part(lambda date: date.day),
    "$hour": _part(lambda date: date.hour),
    "$minute": _part(lambda date: date.minute),
    "$second": _part(lambda date: date.second),
    "$millisecond": _part(lambda date: date.microsecond // 1000),
    "$dayOfWeek": _part(_day_of_week),
    "$dayOfYear": _part(lambda date: date.timetuple().tm_yday),
}
DATE_NAMED: dict[str, Named] = {
    "$dateToString": Named(_text, ("date",), ("format", "timezone", "onNull")),
}
