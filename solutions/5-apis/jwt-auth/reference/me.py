"""What users do with their own accounts; every path here needs an access token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort
from sqlalchemy import Row, delete, update

from accounts import SERVER_OWNED, display_name_in, password_in, shown
from bearer import unauthenticated
from context import caller, settings, transaction
from given.body import Body
from given.problems import problem
from passwords import hash_password, is_password
from tables import users

me = Blueprint("me", __name__)


@me.get("/v1/me")
def show() -> Any:
    return shown(caller()._mapping)


@me.patch("/v1/me")
def rename() -> Any:
    user = caller()
    body = Body("display_name", read_only=(*SERVER_OWNED, "email", "password"))
    name = display_name_in(body) if "display_name" in body else user.display_name
    body.finish()
    change(user, display_name=name)
    return shown({**user._mapping, "display_name": name})


@me.put("/v1/me/password")
def change_password() -> Any:
    user = caller()
    body = Body("current_password", "new_password")
    current = body.text("current_password")
    password = password_in(body, "new_password", user.email)
    body.finish()
    confirm(user, current)
    hashed = hash_password(password, full_cost=settings().full_cost)
    change(user, password_hash=hashed, version=user.version + 1)
    return "", 204


@me.delete("/v1/me")
def leave() -> Any:
    user = caller()
    body = Body("password")
    password = body.text("password")
    body.finish()
    confirm(user, password)
    with transaction() as connection:
        connection.execute(delete(users).where(users.c.id == user.id))
    return "", 204


@me.post("/v1/auth/logout-all")
def logout_all() -> Any:
    user = caller()
    change(user, version=user.version + 1)
    return "", 204


def confirm(user: Row[Any], password: str) -> None:
    """End the request with a 403 when this is not the user's password."""
    if not is_password(password, user.password_hash, full_cost=settings().full_cost):
        abort(problem(403))


def change(user: Row[Any], **values: Any) -> None:
    """Change a user, unless somebody logged them out everywhere meanwhile.

    A higher version makes every token that carries an older one worthless at once.
    """
    unchanged = (users.c.id == user.id, users.c.version == user.version)
    with transaction() as connection:
        if connection.execute(update(users).where(*unchanged).values(values)).rowcount != 1:
            abort(unauthenticated("token_invalid"))
