"""Tokens that checks forge and read."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from backroad.referee.evidence import Trouble
from backroad.referee.tokens import decode, encode, forge_jwt, read_jwt

KEY = "a key that is long enough for every one of the three: sixty-four bytes"
CLAIMS = {"sub": "7", "exp": 4_000_000_000, "name": "Zoë"}


def test_the_example_of_the_standard() -> None:
    """RFC 7515 appendix A.1, with its own white space."""
    key = decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
    header = '{"typ":"JWT",\r\n "alg":"HS256"}'
    claims = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
    token = forge_jwt(header, claims, key, "HS256")
    assert token == (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )
    assert read_jwt(token, key) == (json.loads(header), json.loads(claims))


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_a_library_agrees(alg: str) -> None:
    """What is forged is what a library makes and takes."""
    forged = forge_jwt({"alg": alg}, CLAIMS, KEY)
    assert jwt.decode(forged, KEY, algorithms=[alg]) == CLAIMS
    assert read_jwt(jwt.encode(CLAIMS, KEY, alg), KEY) == ({"alg": alg, "typ": "JWT"}, CLAIMS)


def test_a_header_may_lie() -> None:
    """Header and signature need not agree, and nothing needs to be signed at all."""
    assert forge_jwt({"alg": "none"}, CLAIMS, KEY).endswith(".")
    assert forge_jwt({"alg": "nOnE"}, CLAIMS, KEY).endswith(".")
    signed = forge_jwt({"alg": "none"}, CLAIMS, KEY, "HS256")
    assert read_jwt(signed) == ({"alg": "none"}, CLAIMS)
    assert forge_jwt({"alg": "HS512"}, CLAIMS, KEY, "none").endswith(".")
    with pytest.raises(ValueError, match="cannot sign with RS256"):
        forge_jwt({"alg": "RS256"}, CLAIMS, KEY)


@pytest.mark.parametrize("content", ["[1]", "null", "{", "\ud800", ""])
def test_any_text_can_be_a_part(content: str) -> None:
    """What is no JSON object goes into a token as it is."""
    token = forge_jwt({"alg": "HS256"}, content, KEY)
    assert decode(token.split(".")[1]).decode("utf-8", "surrogatepass") == content


PART = encode(b'{"alg":"HS256"}')
BROKEN: dict[str, tuple[Any, str]] = {
    "no-text": (None, "it is no text"),
    "one-part": ("abc", "it has 1 parts, not 3"),
    "four-parts": (f"{PART}.{PART}.x.y", "it has 4 parts, not 3"),
    "empty-signature": (f"{PART}.{PART}.", "a part is empty, or no base64url"),
    "padding": (f"{PART}.{PART}.YQ==", "a part is empty, or no base64url"),
    "no-json": (f"{encode(b'x')}.{PART}.YWE", "its header is no JSON"),
    "no-base64": (f"{PART}.A.YWE", "its payload is no JSON"),
    "no-object": (f"{PART}.{encode(b'[1]')}.YWE", "its payload is no JSON object"),
    "deep": (f"{PART}.{encode(b'[' * 100_000)}.YWE", "its payload is no JSON"),
    "other-key": (forge_jwt({"alg": "HS256"}, CLAIMS, "other"), "the signature is not the one of 'HS256'"),
    "unsigned": (f"{encode(b'{}')}.{PART}.YWE", "the signature is not the one of None"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_token_fails_the_check_in_words(name: str) -> None:
    """Checks need not look at the form of a token before they read it."""
    token, words = BROKEN[name]
    with pytest.raises(Trouble) as caught:
        read_jwt(token, KEY)
    assert str(caught.value).startswith(f"no JSON Web Token: {words}")
