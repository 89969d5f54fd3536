"""What every view needs: the settings, a transaction, and who is calling."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Row, select

from bearer import bearer_token
from settings import Settings
from tables import users
from tokens import read_access_token


def settings() -> Settings:
    """Return the settings that the service was started with."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def transaction() -> AbstractContextManager[Connection]:
    """Return a connection for a `with`: committed at its end, rolled back when it is left by an error."""
    begun: AbstractContextManager[Connection] = current_app.config["ENGINE"].begin()
    return begun


def caller() -> Row[Any]:
    """Return the user whose access token came with the request, or end the request with a 401."""
    # Stage 2
    # TODO 7: abort(unauthenticated("token_expired")) or "token_invalid" for what read_access_token() raises;
    #         "token_invalid" also for a user who is gone, and for a ver that is not the user's version.
    claims = read_access_token(bearer_token(), settings())
    with transaction() as connection:
        return connection.execute(select(users).where(users.c.id == claims["sub"])).one()
