"""Error answers in one form: problem bodies (RFC 9457), JSON that a program can read.

Return one from a view, or leave the view with it from anywhere below::

    return problem(404)
    abort(problem(422, errors=[Fault("title", "required", "title is missing")]))
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

# The code of each status, unless the caller knows a more exact one (401 has several).
CODES = {
    400: "malformed_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    428: "precondition_required",
    429: "rate_limited",
    500: "internal_error",
    502: "upstream_failed",
    503: "unavailable",
    504: "upstream_timeout",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a request: which field, a code for programs, a message for people."""

    field: str
    code: str
    message: str


def problem(
    status: int,
    code: str | None = None,
    *,
    detail: str | None = None,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the error answer for a status; the code follows from the status when none is given."""
    body: dict[str, object] = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or code_of(status),
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [asdict(fault) for fault in errors]
    return Response(json.dumps(body), status, headers, content_type="application/problem+json")


def code_of(status: int) -> str:
    """Return the code of a status; a rare one gets the code of its family."""
    return CODES.get(status, CODES[500] if status >= 500 else CODES[400])


def from_error(error: HTTPException) -> Response:
    """Return the error answer for an error of Flask: 404, 405, 413, or 500 for an exception of ours.

    Headers that belong to the error stay, such as Allow of a 405.
    """
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return problem(error.code or 500, headers=headers)
