"""Refresh tokens: each is good once, and a second use ends the login that it belongs to."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    insert,
    select,
    update,
)

from settings import Settings
from tables import EXACT, metadata, users
from tokens import TokenExpired, TokenInvalid

# A login and all refresh tokens that came of it: a family that lives and dies together.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    **EXACT,
)
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("spent_at", BigInteger),
    **EXACT,
)


class TokenReused(Exception):
    """A spent token came back: two parties hold it, and one of them has stolen it."""


def open_session(connection: Connection, user_id: str, version: int, settings: Settings) -> str:
    """Remember a login and return its first refresh token."""
    session_id = uuid4().hex
    connection.execute(insert(sessions).values(id=session_id, user_id=user_id, version=version))
    return add_token(connection, session_id, settings)


def add_token(connection: Connection, session_id: str, settings: Settings) -> str:
    """Return a new refresh token of a login: 256 bits that nobody can guess, of which the hash is kept."""
    token = secrets.token_urlsafe(32)
    expires_at = int(time.time()) + settings.refresh_ttl
    row = {"token_hash": hash_of(token), "session_id": session_id, "expires_at": expires_at}
    connection.execute(insert(refresh_tokens).values(row))
    return token


def rotate(connection: Connection, token: str, settings: Settings) -> tuple[Row[Any], str]:
    """Spend a refresh token; return its session and the next token.

    Commit also when this raises: the end of a session must not be rolled back.
    """
    now = int(time.time())
    mine = refresh_tokens.c.token_hash == hash_of(token)
    # One statement asks and changes. Of two callers with the same token one changes a row.
    spend = update(refresh_tokens).where(
        mine, refresh_tokens.c.spent_at.is_(None), refresh_tokens.c.expires_at > now
    )
    won = connection.execute(spend.values(spent_at=now)).rowcount == 1
    found = select(sessions, refresh_tokens.c.spent_at, users.c.version.label("user_version"))
    session = connection.execute(found.join(refresh_tokens).join(users).where(mine)).first()
    if session is None or session.revoked or session.version != session.user_version:
        raise TokenInvalid
    if session.spent_at is None:  # not even by us, just now
        raise TokenExpired
    if not won:
        revoke(connection, session.id)
        raise TokenReused
    return session, add_token(connection, session.id, settings)


def end_session(connection: Connection, token: str) -> None:
    """End the login that a refresh token belongs to, if it belongs to one."""
    found = select(refresh_tokens.c.session_id).where(refresh_tokens.c.token_hash == hash_of(token))
    session_id = connection.scalar(found)
    if session_id is not None:
        revoke(connection, session_id)


def revoke(connection: Connection, session_id: str) -> None:
    """End a login: every token of it is refused from now on, one that is being made just now too."""
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(revoked=True))


def hash_of(token: str) -> str:
    """Return what is stored of a token. A fast hash will do: nobody can try out 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
