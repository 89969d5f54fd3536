"""Time beside the learner's code: a clock that a check moves, the process's time zone."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta


class FakeClock:
    """Called, it gives its moment; it moves only when told to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """Return its moment."""
        return self.moment

    def advance(self, seconds: float) -> datetime:
        """Move on, and return the new moment."""
        self.moment += timedelta(seconds=seconds)
        return self.moment

    def set(self, moment: datetime) -> None:
        """Be at another moment."""
        self.moment = moment


def fake_clock(moment: datetime) -> FakeClock:
    """Return a clock that stands at a moment."""
    return FakeClock(moment)


def set_timezone(name: str) -> None:
    """Make this process live in another time zone, where the system has any."""
    os.environ["TZ"] = name
    if hasattr(time, "tzset"):
        time.tzset()
