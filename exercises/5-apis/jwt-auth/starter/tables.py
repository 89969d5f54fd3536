"""The tables: who there is, and who is logged in."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table

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
    # Every token of a user carries this number. Raise it, and all older ones are worthless.
    Column("version", Integer, nullable=False, default=0),
    Column("created_at", String(24), nullable=False),
    **EXACT,
)

# Stage 3
# TODO 9: one table of logins: id, user_id, version, revoked.
#         One table of refresh tokens: token_hash, session_id, expires_at, spent_at.
#         Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
#         has the rows go with their user. Times as whole seconds fit into a BigInteger.
#         app.py makes the tables when it starts; remove app.db after you have changed one.
