"""Problem bodies."""

import json
from typing import Any

from fastapi import Response

CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    412: "precondition_failed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    500: "internal_error",
}


class Refusal(Exception):
    """An answer that says what is wrong with the request."""

    def __init__(self, status: int, faults: list[dict[str, str]] | None, code: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.faults = faults
        self.code = code


def fault(field: str, code: str) -> dict[str, str]:
    return {"field": field, "code": code, "message": f"is wrong: {code}"}


def problem(status: int, faults: list[dict[str, str]] | None = None, code: str | None = None) -> Response:
    """Return a problem body; json.dumps() writes ASCII, so that no text of the caller can break it."""
    body: dict[str, Any] = {"title": CODES[status], "status": status, "code": code or CODES[status]}
    if faults:
        body["errors"] = faults
    return Response(json.dumps(body), status, media_type="application/problem+json")
