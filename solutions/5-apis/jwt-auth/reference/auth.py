"""/v1/auth: register, log in, get new tokens, log out."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

import sessions
from accounts import SERVER_OWNED, display_name_in, email_in, password_in, shown
from bearer import unauthenticated
from context import settings, transaction
from given.body import Body
from given.problems import Fault, problem
from given.times import format_time, now
from passwords import hash_password, is_password
from tables import users
from throttle import note_failure, seconds_to_wait
from tokens import TokenExpired, TokenInvalid, issue_access_token

auth = Blueprint("auth", __name__, url_prefix="/v1/auth")


@auth.post("/register")
def register() -> Any:
    body = Body("email", "password", "display_name", read_only=SERVER_OWNED)
    email = email_in(body)
    password = password_in(body, "password", email)
    name = display_name_in(body) if "display_name" in body else email.partition("@")[0]
    body.finish()
    user = {"id": uuid4().hex, "email": email, "display_name": name, "created_at": format_time(now())}
    hashed = hash_password(password, full_cost=settings().full_cost)
    try:
        with transaction() as connection:
            connection.execute(insert(users).values(**user, password_hash=hashed))
    except IntegrityError:  # to ask first would leave a gap for a second caller
        return problem(409, errors=[Fault("email", "duplicate", "is registered already")])
    return shown(user), 201, {"Location": "/v1/me"}


@auth.post("/login")
def login() -> Any:
    body = Body("email", "password")
    email, password = body.text("email", trimmed=True).lower(), body.text("password")
    body.finish()
    with transaction() as connection:
        wait = seconds_to_wait(connection, email, settings())
        user = connection.execute(select(users).where(users.c.email == email)).first()
    if wait:
        return problem(429, headers={"Retry-After": str(wait)})
    # Hashing takes its time: no transaction is open meanwhile.
    stored = None if user is None else user.password_hash
    right = is_password(password, stored, full_cost=settings().full_cost)
    with transaction() as connection:
        if user is None or not right:
            note_failure(connection, email, settings())
            return problem(401, "invalid_credentials", headers={"WWW-Authenticate": "Bearer"})
        refresh_token = sessions.open_session(connection, user.id, user.version, settings())
    return token_pair(user.id, user.version, refresh_token)


@auth.post("/refresh")
def refresh() -> Any:
    token = refresh_token_in_body()
    with transaction() as connection:  # committed after a refusal too: a reuse ends the session
        try:
            session, successor = sessions.rotate(connection, token, settings())
        except sessions.TokenReused:
            return unauthenticated("token_reused")
        except TokenExpired:
            return unauthenticated("token_expired")
        except TokenInvalid:
            return unauthenticated("token_invalid")
    return token_pair(session.user_id, session.version, successor)


@auth.post("/logout")
def logout() -> Any:
    token = refresh_token_in_body()
    with transaction() as connection:
        sessions.end_session(connection, token)
    return "", 204


def refresh_token_in_body() -> str:
    """Return the refresh token that was sent, good or not."""
    body = Body("refresh_token")
    token = body.text("refresh_token")
    body.finish()
    return token


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
