"""Bearer tokens in HTTP (RFC 6750): how they come with a request, and how they are refused."""

from __future__ import annotations

from flask import Response, request

from given.problems import problem


def bearer_token() -> str:
    """Return the token of the Authorization header, or end the request with a 401."""
    # Stage 1
    # TODO 5: the header is the word Bearer, in any case, a blank, and one token. Anything else is
    #         abort(unauthenticated()), with abort of flask.
    return request.headers["Authorization"].removeprefix("Bearer ")


def unauthenticated(code: str = "unauthenticated") -> Response:
    """Return a 401; only a token that was refused has an error in its challenge, a missing one has not."""
    challenge = 'Bearer realm="backroad"'
    if code != "unauthenticated":
        challenge += ', error="invalid_token"'
    return problem(401, code, headers={"WWW-Authenticate": challenge})
