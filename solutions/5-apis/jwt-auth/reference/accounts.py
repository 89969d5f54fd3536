"""What makes a good e-mail, a good password and a good name, and what is shown of a user."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from given.body import Body

SERVER_OWNED = ("id", "created_at")
COMMON = frozenset(Path(__file__).with_name("given").joinpath("common_passwords.txt").read_text().split())


def email_in(body: Body) -> str:
    """Return the e-mail as it is stored and compared: trimmed, in lower case."""
    email = body.text("email", trimmed=True).lower()
    name, _, domain = email.partition("@")
    # Measured in lower case, as it is stored: "İ" becomes two characters.
    good = name and "@" not in domain and "." in domain and len(email) <= 254
    if not good and not body.is_wrong("email"):
        body.refuse("email", "format", "is no e-mail")
    return email


def password_in(body: Body, field: str, email: str) -> str:
    """Return a new password, every character as it was typed."""
    password = body.text(field, shortest=10, longest=128)
    guessed = password.lower() in COMMON or password.lower() == email
    if guessed and not body.is_wrong(field):
        body.refuse(field, "insecure", "is one of the first that anybody would try")
    return password


def display_name_in(body: Body) -> str:
    """Return the name that others see."""
    return body.text("display_name", trimmed=True, shortest=1, longest=60)


def shown(user: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what users see of themselves: these four, and nothing else ever."""
    return {name: user[name] for name in ("id", "email", "display_name", "created_at")}
