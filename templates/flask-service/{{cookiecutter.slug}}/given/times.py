"""Times as RFC 3339 writes them: ``2026-03-01T09:30:00.000Z``, always UTC, always milliseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# datetime.fromisoformat() reads far more than RFC 3339: dates without a time, week dates, no offset.
FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,  # \d alone also means the digits of other scripts
)


def now() -> datetime:
    """Return the present time in UTC, cut to milliseconds as it will be printed."""
    return cut(datetime.now(UTC))


def parse_time(text: str) -> datetime:
    """Return the time in UTC, cut to milliseconds; a ValueError when it is not RFC 3339 with an offset."""
    match = FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"not an RFC 3339 time with an offset: {text!r}")
    *fields, fraction, sign, hours, minutes = match.groups()
    year, month, day, hour, minute, second = map(int, fields)
    milliseconds = int((fraction or "").ljust(3, "0")[:3])
    local = datetime(year, month, day, hour, minute, second, milliseconds * 1000, UTC)
    if sign is None:
        return local
    try:
        return local - offset(sign, int(hours), int(minutes))
    except OverflowError as error:  # an hour before the year 1, or after the year 9999
        raise ValueError(f"out of range: {text!r}") from error


def offset(sign: str, hours: int, minutes: int) -> timedelta:
    """Return how far a local time is ahead of UTC."""
    if hours > 23 or minutes > 59:
        raise ValueError(f"not an offset: {sign}{hours:02}:{minutes:02}")
    ahead = timedelta(hours=hours, minutes=minutes)
    return -ahead if sign == "-" else ahead


def format_time(moment: datetime) -> str:
    """Return a time that knows its offset as RFC 3339 in UTC with three fraction digits."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without an offset: {moment}")
    return cut(moment).astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def cut(moment: datetime) -> datetime:
    """Return the time without what is finer than a millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
