"""Bearer tokens in HTTP (RFC 6750): how they come with a request, and how they are refused."""

from __future__ import annotations

import re

from flask import Response, abort, request

from given.problems import problem

CREDENTIALS = re.compile(r"Bearer +(\S+) *", re.IGNORECASE)


def bearer_token() -> str:
    """Return the token of the Authorization header, or end the request with a 401."""
    match = CREDENTIALS.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        abort(unauthenticated())
    return match[1]


def unauthenticated(code: str = "unauthenticated") -> Response:
    """Return a 401; only a token that was refused has an error in its challenge, a missing one has not."""
    challenge = 'Bearer realm="backroad"'
    if code != "unauthenticated":
        challenge += ', error="invalid_token"'
    return problem(401, code, headers={"WWW-Authenticate": challenge})
