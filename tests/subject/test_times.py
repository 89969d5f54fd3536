"""A clock that a check moves, and the process's time zone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from backroad.subject.times import fake_clock, set_timezone

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_clock_stands_still_until_it_is_moved() -> None:
    """It goes forward by seconds, and anywhere when it is set."""
    clock = fake_clock(NOON)
    assert clock() == clock() == NOON
    assert clock.advance(1.5) == NOON + timedelta(seconds=1.5)
    clock.set(NOON)
    assert clock() == NOON


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change its time zone")
def test_the_time_zone_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The local time follows, and goes back."""
    monkeypatch.setenv("TZ", "UTC")
    set_timezone("America/New_York")
    assert time.localtime(0).tm_hour == 19
    set_timezone("UTC")
    assert time.localtime(0).tm_hour == 0
