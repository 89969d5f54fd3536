"""What the environment says, checked once: a service with a bad setting does not start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

LEAST_SECRET = 32  # bytes: an HMAC key shorter than its digest is the weakest part (RFC 7518, 3.2)


class BadSetting(ValueError):
    """A variable of the environment is missing, or makes no sense."""


@dataclass(frozen=True)
class Settings:
    """All that can be set."""

    keys: tuple[bytes, ...]  # the first signs, every one verifies
    issuer: str
    audience: str
    access_ttl: int
    refresh_ttl: int
    max_failures: int
    failure_window: int
    full_cost: bool


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; a BadSetting names the variable that is wrong."""
    previous = [secret for secret in environ.get("JWT_PREVIOUS_SECRETS", "").split(",") if secret]
    return Settings(
        keys=tuple(secret.encode() for secret in (secret_in(environ), *previous)),
        issuer=environ.get("JWT_ISSUER", "backroad"),
        audience=environ.get("JWT_AUDIENCE", "backroad-api"),
        access_ttl=whole_number(environ, "ACCESS_TOKEN_TTL", 900),
        refresh_ttl=whole_number(environ, "REFRESH_TOKEN_TTL", 1_209_600),
        max_failures=whole_number(environ, "LOGIN_MAX_FAILURES", 0, least=0),
        failure_window=whole_number(environ, "LOGIN_WINDOW", 60),
        full_cost=environ.get("APP_ENV") != "test",
    )


def secret_in(environ: Mapping[str, str]) -> str:
    """Return the signing key. There is no default: one that everybody can read signs for everybody."""
    secret = environ.get("JWT_SECRET", "")
    if len(secret.encode()) < LEAST_SECRET:
        raise BadSetting(f"JWT_SECRET must have at least {LEAST_SECRET} bytes")
    return secret


def whole_number(environ: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    """Return a setting that is a number."""
    text = environ.get(name, str(default))
    if not (text.isdigit() and int(text) >= least):
        raise BadSetting(f"{name} must be a whole number of at least {least}")
    return int(text)
