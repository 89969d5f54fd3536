"""/v1/auth: register, log in, get new tokens, log out."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify
from sqlalchemy import insert

from accounts import display_name_in, email_in, password_in, shown
from context import settings, transaction
from given.body import Body
from given.times import format_time, now
from passwords import hash_password
from tables import users
from tokens import issue_access_token

auth = Blueprint("auth", __name__, url_prefix="/v1/auth")


@auth.post("/register")
def register() -> Any:
    body = Body("email", "password", "display_name", read_only=("id", "created_at"))
    email = email_in(body)
    password = password_in(body, "password", email)
    name = display_name_in(body) if "display_name" in body else email.partition("@")[0]
    body.finish()
    user = {"id": uuid4().hex, "email": email, "display_name": name, "created_at": format_time(now())}
    hashed = hash_password(password, full_cost=settings().full_cost)
    # Stage 5
    # TODO 17: an e-mail that is taken raises an IntegrityError (sqlalchemy.exc) here, and is a 409.
    with transaction() as connection:
        connection.execute(insert(users).values(**user, password_hash=hashed))
    return shown(user), 201, {"Location": "/v1/me"}


# Stage 1
# TODO 3: POST /v1/auth/login finds the user, compares the password and answers token_pair(…).
#         It refuses with 422 only what is no text: whoever logs in may type any e-mail and any password.
#         Until stage 3 the refresh token can be any random text: secrets.token_urlsafe(32).

# Stage 3
# TODO 11: POST /v1/auth/refresh

# Stage 4
# TODO 13: POST /v1/auth/logout


def token_pair(user_id: str, version: int, refresh_token: str) -> Any:
    """Return an answer with both tokens, which no cache may keep."""
    response = jsonify(
        access_token=issue_access_token(user_id, version, settings()),
        token_type="Bearer",
        expires_in=settings().access_ttl,
        refresh_token=refresh_token,
        refresh_expires_in=settings().refresh_ttl,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
