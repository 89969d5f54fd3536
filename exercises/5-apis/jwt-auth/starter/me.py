"""What users do with their own accounts; every path here needs an access token."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from accounts import shown
from context import caller

me = Blueprint("me", __name__)


@me.get("/v1/me")
def show() -> Any:
    return shown(caller()._mapping)


# Stage 4
# TODO 13: POST /v1/auth/logout-all, PUT /v1/me/password and DELETE /v1/me. Each begins with user = caller().

# Stage 5
# TODO 18: PATCH /v1/me
