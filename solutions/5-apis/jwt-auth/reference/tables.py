"""The tables: who there is, and who is logged in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, String, Table

metadata = MetaData()
# MariaDB and MySQL would find that "zoë" and "ZOE" are the same e-mail.
EXACT = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

users = Table(
    "users",
    metadata,
    # Random ids never come back: a token of a deleted user must not fit the next one.
    Column("id", String(32), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("display_name", String(60), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("version", Integer, nullable=False, default=0),
    Column("created_at", String(24), nullable=False),
    **EXACT,
)

# A login and all refresh tokens that came of it, one after the other: a family that lives and dies together.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    **EXACT,
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column(
        "session_id", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("expires_at", BigInteger, nullable=False),
    Column("spent_at", BigInteger),
    **EXACT,
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email_hash", String(64), nullable=False, index=True),
    Column("failed_at", BigInteger, nullable=False),
    **EXACT,
)
