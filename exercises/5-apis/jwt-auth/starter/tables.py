"""The table of users. Tables of other modules go into the same metadata; app.py makes them all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()
# MariaDB and MySQL would find that "zoë" and "ZOE" are the same e-mail.
EXACT: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

users = Table(
    "users",
    metadata,
    # Random ids never come back: a token of a deleted user must not fit the next one.
    Column("id", String(32), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("display_name", String(254), nullable=False),
    Column("password_hash", String(255), nullable=False),
    # Every token of a user carries this number. Raise it, and all older ones are worthless.
    Column("version", Integer, nullable=False, default=0),
    Column("created_at", String(24), nullable=False),
    **EXACT,
)
