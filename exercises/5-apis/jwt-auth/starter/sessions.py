"""Refresh tokens: each is good once, and a second use ends the login that it belongs to."""

from __future__ import annotations

import hashlib


class TokenReused(Exception):
    """A spent token came back: two parties hold it, and one of them has stolen it."""


# Stage 3
# TODO 9:  one table of logins: id, user_id, version, revoked.
#          One table of refresh tokens: token_hash, session_id, expires_at, spent_at.
#          See tables.py for how one is made. Column("user_id", ForeignKey("users.id", ondelete="CASCADE"))
#          has the rows go with their user. Times as whole seconds fit into a BigInteger.
#          app.py makes the tables when it starts; remove app.db after you have changed one.
# TODO 10: open a session at login: a row for the login, a row for its first token, which is returned.
#          secrets.token_urlsafe(32) is 256 random bits; only its hash is stored.
# TODO 11: spend a token and return the next one. One UPDATE … WHERE spent_at IS NULL asks and marks;
#          its rowcount tells whether you were first.
# TODO 12: a token that was spent already ends the session that it belongs to. The request is refused, and the
#          end has to be committed all the same: an exception that leaves transaction() takes it back.

# Stage 4
# TODO 13: end the session of a token.


def hash_of(token: str) -> str:
    """Return what is stored of a token. A fast hash will do: nobody can try out 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
