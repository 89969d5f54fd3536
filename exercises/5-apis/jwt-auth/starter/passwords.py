"""Passwords: stored so that whoever reads the database still has to guess each of them, slowly."""

from __future__ import annotations

# Stage 1
# TODO 1: generate_password_hash() and check_password_hash() of werkzeug.security do the work.
#         The checks run with full_cost False: "scrypt:1024:8:1" is a method that takes no time.


def hash_password(password: str, *, full_cost: bool) -> str:
    """Return what is stored: method, salt and hash; another salt each time."""
    raise NotImplementedError


def is_password(password: str, stored: str) -> bool:
    """Return whether the password is the one that was stored."""
    raise NotImplementedError
