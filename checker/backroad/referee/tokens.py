"""JSON Web Tokens for checks: builds any, right or wrong, and reads what a service issued.

The compact form is RFC 7515 section 3.1, the claims are RFC 7519 section 4.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.recorder import short
from backroad.report import Verdict

DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}  # RFC 7518 section 3.1
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
FORM = "header.payload.signature, each in base64url without padding"

# What a part of a token is made of: JSON of an object, or a text that is taken as it is.
Content = Mapping[str, Any] | str


def forge_jwt(header: Content, claims: Content, key: str | bytes, alg: str | None = None) -> str:
    """Return a token of any header and claims, signed with `alg`, or else with what its header names.

    `none`, in any spelling, leaves the signature empty.
    """
    signed = f"{encode(json_of(header))}.{encode(json_of(claims))}"
    named = header.get("alg") if isinstance(header, Mapping) else None
    return f"{signed}.{encode(signature(signed, key, str(named) if alg is None else alg))}"


def read_jwt(token: object, key: str | bytes | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token; the check fails where it is none, or not signed with `key`."""
    if not isinstance(token, str):
        raise no_token("it is no text", token)
    parts = token.split(".")
    if len(parts) != 3:
        raise no_token(f"it has {len(parts)} parts, not 3", token)
    if not all(map(BASE64URL.fullmatch, parts)):
        raise no_token("a part is empty, or no base64url", token)
    header, claims = object_in(parts[0], "header", token), object_in(parts[1], "payload", token)
    if key is not None and not is_signed(parts, header, key):
        what = f"the signature is not the one of {short(header.get('alg'))} with the key"
        raise no_token(what, token, "a signature with the configured key")
    return header, claims


def is_signed(parts: list[str], header: Mapping[str, Any], key: str | bytes) -> bool:
    """Return whether the third part signs the first two, by the algorithm that the header names."""
    alg = header.get("alg")
    if alg not in DIGESTS:
        return False
    due = encode(signature(f"{parts[0]}.{parts[1]}", key, alg))
    return hmac.compare_digest(due, parts[2])


def signature(signed: str, key: str | bytes, alg: str) -> bytes:
    """Return the HMAC of a text (RFC 7518 section 3.2); nothing for the algorithm `none`."""
    if alg.lower() == "none":
        return b""
    if alg not in DIGESTS:
        raise ValueError(f"cannot sign with {alg}; name another one for `alg`: {', '.join(DIGESTS)} or none")
    secret = key.encode("utf-8") if isinstance(key, str) else key
    return hmac.digest(secret, signed.encode("ascii"), DIGESTS[alg])


def json_of(content: Content) -> bytes:
    """Return a part of a token before it is encoded."""
    text = content if isinstance(content, str) else json.dumps(content, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def encode(data: bytes) -> str:
    """Return base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(part: str) -> bytes:
    """Return what a part of a token encodes; a ValueError where it is no base64url."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def object_in(part: str, name: str, token: str) -> dict[str, Any]:
    """Return the JSON object that a part of a token holds."""
    try:
        value = json.loads(decode(part))
    except (binascii.Error, ValueError, RecursionError):
        raise no_token(f"its {name} is no JSON", token) from None
    if not isinstance(value, dict):
        raise no_token(f"its {name} is no JSON object", token)
    return value


def no_token(what: str, token: object, expected: str = FORM) -> Trouble:
    """Return the failure of a text that is not the token it should be."""
    evidence = Evidence(Verdict.FAILED, f"no JSON Web Token: {what}", expected=expected, got=short(token))
    return Trouble(evidence)
