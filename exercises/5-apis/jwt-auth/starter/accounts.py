"""What makes a good e-mail, a good password and a good name, and what is shown of a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from given.body import Body

# Stage 5: the rules are in the README. body.text() knows lengths, body.refuse() notes any other fault.


def email_in(body: Body) -> str:
    """Return the e-mail as it is stored and compared: trimmed, in lower case."""
    # TODO 14
    return body.text("email")


def password_in(body: Body, field: str, email: str) -> str:
    """Return a new password, every character as it was typed."""
    # TODO 15
    return body.text(field)


def display_name_in(body: Body) -> str:
    """Return the name that others see."""
    # TODO 16
    return body.text("display_name")


def shown(user: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what users see of themselves: these four, and nothing else ever."""
    return {name: user[name] for name in ("id", "email", "display_name", "created_at")}
