"""Access tokens: signed claims about a user, which anybody can read and only we can make."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import jwt

from settings import Settings

ALGORITHM = "HS256"
TYPES = ("JWT", "at+jwt")  # a refresh+jwt is signed with the same key, perhaps
LEEWAY = 5  # seconds that clocks of two machines may differ
REQUIRED = ["sub", "iat", "exp", "jti", "use", "ver"]  # beside iss and aud, which are compared


class TokenInvalid(Exception):
    """A token that we did not issue, or that is not for this use."""


class TokenExpired(Exception):
    """A token that was good once."""


def issue_access_token(user_id: str, version: int, settings: Settings) -> str:
    """Return a signed token for a user."""
    now = int(time.time())
    claims = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": user_id,
        "iat": now,
        "exp": now + settings.access_ttl,
        "jti": uuid4().hex,
        "use": "access",
        "ver": version,
    }
    return jwt.encode(claims, settings.keys[0], ALGORITHM)


def read_access_token(token: str, settings: Settings) -> dict[str, Any]:
    """Return the claims of a good access token; raises TokenExpired or TokenInvalid."""
    try:
        claims = decode(token, settings)
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except jwt.InvalidTokenError:
        raise TokenInvalid from None
    # PyJWT also takes "1700000000" for a time, and True; in JSON neither is a number.
    if not all(type(claims.get(name, 0)) in (int, float) for name in ("iat", "exp", "nbf")):
        raise TokenInvalid
    if claims["use"] != "access":
        raise TokenInvalid
    if type(claims["ver"]) is not int:  # False would equal version 0
        raise TokenInvalid
    return claims


def decode(token: str, settings: Settings) -> dict[str, Any]:
    """Return the claims when one of our keys signed the token; a change of keys needs several."""
    for key in settings.keys:
        try:
            decoded = jwt.decode_complete(
                token,
                key,
                algorithms=[ALGORITHM],  # ours, whatever the header says
                issuer=settings.issuer,
                audience=settings.audience,
                leeway=LEEWAY,
                options={"require": REQUIRED},
            )
        except jwt.InvalidSignatureError:
            continue
        if decoded["header"].get("typ", "JWT") not in TYPES:
            break
        claims: dict[str, Any] = decoded["payload"]
        return claims
    raise TokenInvalid
