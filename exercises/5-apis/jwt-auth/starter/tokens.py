"""Access tokens: signed claims about a user, which anybody can read and only we can make."""

from __future__ import annotations

from typing import Any

from settings import Settings


class TokenInvalid(Exception):
    """A token that we did not issue, or that is not for this use."""


class TokenExpired(Exception):
    """A token that was good once."""


def issue_access_token(user_id: str, version: int, settings: Settings) -> str:
    """Return a signed token for a user."""
    # Stage 1
    # TODO 2: import jwt; jwt.encode(claims, settings.secret, "HS256"), with the claims of the README's table.
    raise NotImplementedError


def read_access_token(token: str, settings: Settings) -> dict[str, Any]:
    """Return the claims of a good access token; raises TokenExpired or TokenInvalid."""
    # Stage 1
    # TODO 4: jwt.decode(token, settings.secret, algorithms=["HS256"], issuer=…, audience=…)
    # Stage 2
    # TODO 7: jwt.ExpiredSignatureError and jwt.InvalidTokenError become our own two exceptions.
    #         Then go through the table of claims: what does jwt.decode() look at, what not? For typ of the
    #         header, jwt.decode_complete() returns a dict with both, as "header" and "payload".
    raise NotImplementedError
