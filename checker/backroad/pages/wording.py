"""Times, days and counts in words."""

from __future__ import annotations

from datetime import date, timedelta


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lasting(time: timedelta) -> str:
    """Return how long something took, in one or two units."""
    minutes = max(round(time.total_seconds() / 60), 0)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 10:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def day_text(day: date, today: date) -> str:
    """Return a day as people write it, with its year when that is another one."""
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")


def short_day(day: date) -> str:
    """Return a day for where there is little room."""
    return f"{day.day} {day:%b}"
