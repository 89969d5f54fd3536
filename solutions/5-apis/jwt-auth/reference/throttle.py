"""Failed logins: whoever guesses passwords of one e-mail has to wait."""

from __future__ import annotations

import hashlib
import time

from sqlalchemy import Column, Connection, Double, String, Table, func, insert, select

from settings import Settings
from tables import metadata

login_failures = Table(
    "login_failures",
    metadata,
    Column("email_hash", String(64), nullable=False),
    Column("failed_at", Double, nullable=False),
)


def seconds_to_wait(connection: Connection, email: str, settings: Settings) -> int:
    """Return for how long, at most, logins of an e-mail are refused; 0 when they are not."""
    begin = time.time() - settings.failure_window
    of_late = (login_failures.c.email_hash == hash_of(email), login_failures.c.failed_at > begin)
    count = connection.execute(select(func.count()).where(*of_late)).scalar_one()
    is_throttled = settings.max_failures and count >= settings.max_failures
    return settings.failure_window if is_throttled else 0


def note_failure(connection: Connection, email: str, settings: Settings) -> None:
    """Remember a failed login, whether the e-mail is known or not."""
    if settings.max_failures:
        row = {"email_hash": hash_of(email), "failed_at": time.time()}
        connection.execute(insert(login_failures).values(row))


def hash_of(email: str) -> str:
    """Return what is stored of an e-mail: people type passwords into the wrong field."""
    return hashlib.sha256(email.encode()).hexdigest()
