"""Times, days and counts in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backroad.pages.wording import counted, day_text, lasting, short_day, working


@pytest.mark.parametrize(
    ("minutes", "clock", "work"),
    [
        (0, "under a minute", "under a minute"),
        (1, "1 min", "1 min"),
        (59, "59 min", "59 min"),
        (60, "1 h", "1 h"),
        (143, "2 h 23 min", "2 h 23 min"),
        (600, "10 h", "10 h"),
        (60 * 47, "47 h", "47 h"),
        (60 * 50, "2 days", "50 h"),
        (60 * 2400, "100 days", "2,400 h"),
    ],
)
def test_times(minutes: int, clock: str, work: str) -> None:
    """Long times are days by the clock and hours of work."""
    assert (lasting(timedelta(minutes=minutes)), working(timedelta(minutes=minutes))) == (clock, work)


def test_days() -> None:
    """A day has its year when that is not this one."""
    today = date(2026, 3, 4)
    assert (day_text(date(2026, 3, 1), today), day_text(date(2025, 3, 1), today)) == (
        "1 March",
        "1 March 2025",
    )
    assert (short_day(today, today), short_day(date(2025, 9, 16), today), short_day(today)) == (
        "4 Mar",
        "16 Sep 2025",
        "4 Mar",
    )


def test_counts() -> None:
    """One is one, and thousands are set apart."""
    assert (counted(1, "run"), counted(0, "run"), counted(1234, "day")) == ("1 run", "0 runs", "1,234 days")
