"""What every view needs: the settings, a transaction, and who is calling."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import abort, current_app
from sqlalchemy import Connection, Row, select

from bearer import bearer_token, unauthenticated
from given.body import is_storable
from settings import Settings
from tables import users
from tokens import TokenExpired, TokenInvalid, read_access_token


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
    try:
        claims = read_access_token(bearer_token(), settings())
    except TokenExpired:
        abort(unauthenticated("token_expired"))
    except TokenInvalid:
        abort(unauthenticated("token_invalid"))
    if not is_storable(claims["sub"]):  # a database would raise an error
        abort(unauthenticated("token_invalid"))
    with transaction() as connection:
        user = connection.execute(select(users).where(users.c.id == claims["sub"])).first()
    if user is None or user.version != claims["ver"]:
        abort(unauthenticated("token_invalid"))
    return user
