"""What the environment says, read once: a service with a bad setting does not start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class BadSetting(ValueError):
    """A variable of the environment is missing, or makes no sense; app.py prints why and ends."""


@dataclass(frozen=True)
class Settings:
    """All that can be set."""

    secret: str
    issuer: str
    audience: str
    access_ttl: int
    refresh_ttl: int
    full_cost: bool


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings."""
    # Stage 1
    # TODO 6: no default for JWT_SECRET: raise BadSetting("JWT_SECRET …") when it is missing, or has less
    #         than 32 bytes. len(text.encode()) counts bytes.
    # Stage 2
    # TODO 8: JWT_ISSUER, JWT_AUDIENCE, ACCESS_TOKEN_TTL and REFRESH_TOKEN_TTL come from the environment.
    # Stage 5
    # TODO 19: raise BadSetting for a lifetime that is no whole number from 1 on.
    return Settings(
        secret=environ.get("JWT_SECRET", "change me"),
        issuer="backroad",
        audience="backroad-api",
        access_ttl=900,
        refresh_ttl=1_209_600,
        full_cost=environ.get("APP_ENV") != "test",
    )
