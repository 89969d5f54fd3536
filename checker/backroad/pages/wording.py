"""Times, days and counts in words."""

from __future__ import annotations

from datetime import date, timedelta


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lasting(time: timedelta) -> str:
    """Return how long something took by the clock, in days where it took long."""
    return f"{time.days} days" if time.days > 1 else working(time)


def working(time: timedelta) -> str:
    """Return how long somebody was at something, in one or two units."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours:,} h"


def day_text(day: date, today: date) -> str:
    """Return a day as people write it, with its year when that is another one."""
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")


def short_day(day: date, today: date | None = None) -> str:
    """Return a day for where there is little room, with its year when that is another one than today's."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if today and day.year != today.year else "")
