"""The time at which a command began: it stays the same for all that the command does."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, datetime

_BEGAN: ContextVar[datetime | None] = ContextVar("began", default=None)


def begin() -> None:
    """A new command begins now."""
    _BEGAN.set(_current())


def moment() -> datetime:
    """Return when the command began, in whole milliseconds."""
    return _BEGAN.get() or _current()


def _current() -> datetime:
    now = datetime.now(UTC).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
