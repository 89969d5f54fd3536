"""Passwords: stored so that whoever reads the database still has to guess each of them, slowly."""

from __future__ import annotations

import secrets
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

# scrypt with N = 2^14, r = 8, p = 5: 16 MiB and about 0.2 s a guess.
FULL = "scrypt:16384:8:5"
CHEAP = "scrypt:1024:8:1"


def hash_password(password: str, *, full_cost: bool) -> str:
    """Return what is stored: method, salt and hash; another salt each time."""
    return generate_password_hash(password, FULL if full_cost else CHEAP)


def is_password(password: str, stored: str | None, *, full_cost: bool) -> bool:
    """Return whether the password is right.

    Without a user to compare with it takes as long, so that time does not tell who is registered.
    """
    return check_password_hash(stored or decoy(full_cost), password)


@cache
def decoy(full_cost: bool) -> str:
    """Return the hash of a password that nobody has."""
    return hash_password(secrets.token_hex(), full_cost=full_cost)
