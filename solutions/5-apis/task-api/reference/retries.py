"""Idempotency-Key: a POST that is sent again does its work once."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from flask import abort, request

from given.problems import Fault, problem

HEADER = "Idempotency-Key"


def read_key() -> str | None:
    """Return the key that the caller gave the request, or None; a key out of form is a 400."""
    key = request.headers.get(HEADER)
    if key is not None and not re.fullmatch(r"[!-~]{1,64}", key):
        fault = Fault(HEADER, "format", "must be 1 to 64 visible ASCII characters")
        abort(problem(400, "invalid_parameter", errors=[fault]))
    return key


def digest(value: Any) -> str:
    """Return the same text for equal JSON values, however they were written."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
