"""Positions that travel through a client and come back unchanged, or not at all."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from given.fields import Fault

KEY = b"kept by all processes that have to read each other's cursors"
SEAL = 16  # bytes


def sealed(position: dict[str, Any], purpose: str) -> str:
    """Return a position (values that JSON knows) as a text for URLs, valid for one purpose only."""
    body = json.dumps(position).encode("ascii")
    return urlsafe_b64encode(_seal(body, purpose) + body).decode("ascii").rstrip("=")


def opened(cursor: Any, purpose: str) -> dict[str, Any]:
    """Return the position in a cursor; raises Fault for all that `sealed` did not make for this purpose."""
    if type(cursor) is not str:
        raise Fault("type", "must be a text")
    try:
        data = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        genuine = hmac.compare_digest(data[:SEAL], _seal(data[SEAL:], purpose))
    except ValueError:
        genuine = False
    # Base64 ignores some bits of its last character, so the text itself is compared, too.
    if not genuine or urlsafe_b64encode(data).decode("ascii").rstrip("=") != cursor:
        raise Fault("format", "must come from the page before")
    position: dict[str, Any] = json.loads(data[SEAL:])
    return position


def _seal(body: bytes, purpose: str) -> bytes:
    return hmac.new(KEY, purpose.encode("utf-8") + b"\0" + body, hashlib.sha256).digest()[:SEAL]
