"""The same service with FastAPI: pydantic checks the bodies, dependencies find the caller, SQL is plain."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import jwt
import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException

from given.database import make_engine

SCHEMA = """
CREATE TABLE IF NOT EXISTS members (id VARCHAR(32) PRIMARY KEY, email VARCHAR(254) NOT NULL UNIQUE,
    display_name VARCHAR(254) NOT NULL, secret VARCHAR(200) NOT NULL, ver INTEGER NOT NULL,
    created_at VARCHAR(24) NOT NULL);
CREATE TABLE IF NOT EXISTS refreshes (hash VARCHAR(64) PRIMARY KEY, login VARCHAR(32) NOT NULL,
    member VARCHAR(32) NOT NULL, ver INTEGER NOT NULL, ends BIGINT NOT NULL, spent INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dead (login VARCHAR(32) NOT NULL);
CREATE TABLE IF NOT EXISTS failures (email VARCHAR(254) NOT NULL, moment BIGINT NOT NULL)
"""
CODES = {
    400: "malformed_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "rate_limited",
}
FIELD_CODES = {"missing": "required", "string_type": "type"}
FIELD_CODES |= {"extra_forbidden": "unknown_field", "dict_type": "type", "model_attributes_type": "type"}
COMMON = frozenset(Path("given/common_passwords.txt").read_text("utf-8").split())
READ_ONLY = ("id", "email", "password", "created_at")


def number(name: str, default: int, least: int = 1) -> int:
    value = os.environ.get(name, str(default))
    if not re.fullmatch("[0-9]+", value) or int(value) < least:
        sys.exit(f"{name} must be a whole number, {least} or more")
    return int(value)


KEY = os.environ.get("JWT_SECRET", "")
if len(KEY.encode()) < 32:
    sys.exit("JWT_SECRET needs 32 bytes")
KEYS = [KEY, *filter(None, os.environ.get("JWT_PREVIOUS_SECRETS", "").split(","))]
ISSUER, AUDIENCE = os.environ.get("JWT_ISSUER", "backroad"), os.environ.get("JWT_AUDIENCE", "backroad-api")
ACCESS_TTL, REFRESH_TTL = number("ACCESS_TOKEN_TTL", 900), number("REFRESH_TOKEN_TTL", 1_209_600)
MAX_FAILURES, WINDOW = number("LOGIN_MAX_FAILURES", 0, 0), number("LOGIN_WINDOW", 60)
ROUNDS = 1_000 if os.environ.get("APP_ENV") == "test" else 600_000

engine = make_engine()
app = FastAPI(openapi_url=None)


# Errors


class Refusal(Exception):
    """Ends a request with a problem body."""

    def __init__(self, status: int, code: str = "", errors: Any = (), **headers: str) -> None:
        self.response = problem(status, code, errors, headers)


def problem(status: int, code: str = "", errors: Any = (), headers: Any = None) -> Response:
    body = {"title": CODES.get(status, "Error"), "status": status, "code": code or CODES.get(status, "error")}
    if errors:
        body["errors"] = [{"field": name, "code": what, "message": what} for name, what in errors]
    headers = dict(headers or {})
    if status == 401:
        named = "" if code == "unauthenticated" else ', error="invalid_token"'
        headers["WWW-Authenticate"] = f'Bearer realm="backroad"{named}'
    return Response(json.dumps(body), status, headers, "application/problem+json")


@app.exception_handler(Refusal)
def refused(_: Request, error: Refusal) -> Response:
    return error.response


@app.exception_handler(HTTPException)
def failed(_: Request, error: HTTPException) -> Response:
    return problem(error.status_code, headers=error.headers)


@app.exception_handler(RequestValidationError)
def invalid(request: Request, error: RequestValidationError) -> Response:
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return problem(400)
    if any(len(fault["loc"]) == 1 for fault in faults):  # the body itself: none, or no object
        return problem(422, errors=[("", "type")])
    return problem(422, errors=[(str(fault["loc"][1]), field_code(request, fault)) for fault in faults])


def field_code(request: Request, fault: Any) -> str:
    code = FIELD_CODES.get(fault["type"], fault["type"])
    owned = request.method == "PATCH" and fault["loc"][1] in READ_ONLY
    return "read_only" if owned and code == "unknown_field" else code


# Bodies


def stored(value: str) -> str:
    if re.search("[\0\ud800-\udfff]", value):  # pydantic lets halves of surrogate pairs pass
        raise PydanticCustomError("characters", "holds what no database takes")
    return value


def trimmed_email(value: str) -> str:
    return stored(value).strip().lower()


def email(value: str) -> str:
    value = trimmed_email(value)
    name, _, domain = value.rpartition("@")
    if len(value) > 254 or not name or "@" in name or "." not in domain:
        raise PydanticCustomError("format", "is no e-mail")
    return value


def new_password(value: str, info: ValidationInfo) -> str:
    stored(value)
    if not 10 <= len(value) <= 128:
        raise PydanticCustomError("too_short" if len(value) < 10 else "too_long", "10 to 128 characters")
    if value.lower() in COMMON or value.lower() == info.data.get("email"):
        raise PydanticCustomError("insecure", "is easy to guess")
    return value


def display_name(value: str) -> str:
    value = stored(value).strip()
    if not 1 <= len(value) <= 60:
        raise PydanticCustomError("too_long" if value else "blank", "1 to 60 characters")
    return value


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


Text = Annotated[str, AfterValidator(stored)]
NewPassword = Annotated[str, AfterValidator(new_password)]
DisplayName = Annotated[str, AfterValidator(display_name)]


class Registration(Strict):
    email: Annotated[str, AfterValidator(email)]
    password: NewPassword
    display_name: DisplayName = ""


class Credentials(Strict):
    email: Annotated[str, AfterValidator(trimmed_email)]
    password: Text


class RefreshToken(Strict):
    refresh_token: Text


class Profile(Strict):
    display_name: DisplayName = ""


class PasswordChange(Strict):
    current_password: Text
    new_password: NewPassword


class Confirmation(Strict):
    password: Text


def json_only(request: Request) -> None:
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415)


# Passwords and tokens


def hashed(password: str, salt: bytes) -> str:
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    return f"pbkdf2_sha256${ROUNDS}${salt.hex()}${base64.b64encode(digest).decode()}"


def is_password(password: str, secret: str | None) -> bool:
    salt = bytes.fromhex(secret.split("$")[2]) if secret else b"nobody"
    return hmac.compare_digest(hashed(password, salt), secret or "")


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def one(connection: Connection, sql: str, **values: Any) -> Row[Any] | None:
    return connection.execute(text(sql), values).first()


def change(connection: Connection, sql: str, **values: Any) -> int:
    return connection.execute(text(sql), values).rowcount


def pair(connection: Connection, member: str, ver: int, login: str) -> Response:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": member, "iat": now, "exp": now + ACCESS_TTL, "ver": ver}
    claims |= {"jti": secrets.token_hex(16), "use": "access"}
    token = secrets.token_urlsafe(24)
    change(
        connection,
        "INSERT INTO refreshes VALUES (:hash, :login, :member, :ver, :ends, 0)",
        hash=digest_of(token),
        login=login,
        member=member,
        ver=ver,
        ends=now + REFRESH_TTL,
    )
    body = {
        "access_token": jwt.encode(claims, KEY, "HS256"),
        "token_type": "Bearer",
        "expires_in": ACCESS_TTL,
        "refresh_token": token,
        "refresh_expires_in": REFRESH_TTL,
    }
    return Response(json.dumps(body), headers={"Cache-Control": "no-store"}, media_type="application/json")


def claims_of(token: str) -> dict[str, Any]:
    for key in KEYS:
        try:
            options = {"require": ["exp", "iat", "sub", "jti", "iss", "aud"]}
            decoded = jwt.decode_complete(
                token, key, ["HS256"], options=options, issuer=ISSUER, audience=AUDIENCE, leeway=2
            )
        except jwt.ExpiredSignatureError:
            raise Refusal(401, "token_expired") from None
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidTokenError, ValueError):
            break
        if decoded["header"].get("typ", "JWT") not in ("JWT", "at+jwt"):
            break
        claims: dict[str, Any] = decoded["payload"]
        return claims
    raise Refusal(401, "token_invalid")


def caller(request: Request) -> Row[Any]:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or " " in token.strip():
        raise Refusal(401, "unauthenticated")
    claims = claims_of(token.strip())
    times = (claims["exp"], claims["iat"], claims.get("nbf", 0))
    if any(type(moment) not in (int, float) for moment in times) or claims.get("use") != "access":
        raise Refusal(401, "token_invalid")
    if not claims["sub"].isalnum() or not claims["sub"].isascii():
        raise Refusal(401, "token_invalid")
    with engine.connect() as connection:
        member = one(connection, "SELECT * FROM members WHERE id = :id", id=claims["sub"])
    if member is None or type(claims.get("ver")) is not int or member.ver != claims["ver"]:
        raise Refusal(401, "token_invalid")
    return member


Caller = Annotated[Any, Depends(caller)]
JSON = [Depends(json_only)]


def confirm(member: Row[Any], password: str) -> None:
    if not is_password(password, member.secret):
        raise Refusal(403)


def shown(member: Row[Any]) -> dict[str, str]:
    return {name: getattr(member, name) for name in ("id", "email", "display_name", "created_at")}


# Paths


@app.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/v1/auth/register", status_code=201, dependencies=JSON)
def register(body: Registration, response: Response) -> dict[str, str]:
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    member = {"id": secrets.token_hex(10), "email": body.email, "created_at": created}
    member["display_name"] = body.display_name or body.email.partition("@")[0]
    secret = hashed(body.password, secrets.token_bytes(16))
    columns = "id, email, display_name, created_at, secret, ver"
    values = ":id, :email, :display_name, :created_at, :secret, 0"
    try:
        with engine.begin() as connection:
            change(connection, f"INSERT INTO members ({columns}) VALUES ({values})", **member, secret=secret)
    except IntegrityError:
        raise Refusal(409, errors=[("email", "duplicate")]) from None
    response.headers["Location"] = "/v1/me"
    return member


@app.post("/v1/auth/login", dependencies=JSON)
def log_in(body: Credentials) -> Response:
    key, now = digest_of(body.email), int(time.time())
    with engine.begin() as connection:
        of_late = "SELECT COUNT(*) AS many FROM failures WHERE email = :email AND moment > :begin"
        found = one(connection, of_late, email=key, begin=now - WINDOW)
        member = one(connection, "SELECT * FROM members WHERE email = :email", email=body.email)
    if MAX_FAILURES and found is not None and found.many >= MAX_FAILURES:
        return problem(429, headers={"Retry-After": str(WINDOW)})
    right = is_password(body.password, member and member.secret)
    with engine.begin() as connection:
        if member is None or not right:
            change(connection, "INSERT INTO failures VALUES (:email, :moment)", email=key, moment=now)
            return problem(401, "invalid_credentials")
        return pair(connection, member.id, member.ver, secrets.token_hex(16))


@app.post("/v1/auth/refresh", dependencies=JSON)
def refresh(body: RefreshToken) -> Response:
    hash_, now = digest_of(body.refresh_token), int(time.time())
    with engine.begin() as connection:
        spend = "UPDATE refreshes SET spent = 1 WHERE hash = :hash AND spent = 0 AND ends > :now"
        won = change(connection, spend, hash=hash_, now=now)
        token = one(connection, "SELECT * FROM refreshes WHERE hash = :hash", hash=hash_)
        if token is None:
            return problem(401, "token_invalid")
        member = one(connection, "SELECT * FROM members WHERE id = :id", id=token.member)
        dead = one(connection, "SELECT * FROM dead WHERE login = :login", login=token.login)
        if dead is not None or member is None or member.ver != token.ver:
            return problem(401, "token_invalid")
        if not won and not token.spent:
            return problem(401, "token_expired")
        if not won:
            change(connection, "INSERT INTO dead VALUES (:login)", login=token.login)
            return problem(401, "token_reused")
        return pair(connection, token.member, token.ver, token.login)


@app.post("/v1/auth/logout", status_code=204, dependencies=JSON)
def log_out(body: RefreshToken) -> None:
    with engine.begin() as connection:
        token = one(connection, "SELECT * FROM refreshes WHERE hash = :h", h=digest_of(body.refresh_token))
        if token is not None:
            change(connection, "INSERT INTO dead VALUES (:login)", login=token.login)


@app.post("/v1/auth/logout-all", status_code=204)
def log_out_everywhere(member: Caller) -> None:
    with engine.begin() as connection:
        change(connection, "UPDATE members SET ver = ver + 1 WHERE id = :id", id=member.id)


@app.get("/v1/me")
def show(member: Caller) -> dict[str, str]:
    return shown(member)


@app.patch("/v1/me", dependencies=JSON)
def rename(member: Caller, body: Profile) -> dict[str, str]:
    name = body.display_name or member.display_name
    with engine.begin() as connection:
        change(connection, "UPDATE members SET display_name = :name WHERE id = :id", name=name, id=member.id)
    return {**shown(member), "display_name": name}


@app.put("/v1/me/password", status_code=204, dependencies=JSON)
def change_password(member: Caller, body: PasswordChange) -> None:
    if body.new_password.lower() == member.email:
        raise Refusal(422, errors=[("new_password", "insecure")])
    confirm(member, body.current_password)
    secret = hashed(body.new_password, secrets.token_bytes(16))
    with engine.begin() as connection:
        sql = "UPDATE members SET secret = :secret, ver = ver + 1 WHERE id = :id"
        change(connection, sql, secret=secret, id=member.id)


@app.delete("/v1/me", status_code=204, dependencies=JSON)
def leave(member: Caller, body: Confirmation) -> None:
    confirm(member, body.password)
    with engine.begin() as connection:
        change(connection, "DELETE FROM refreshes WHERE member = :id", id=member.id)
        change(connection, "DELETE FROM members WHERE id = :id", id=member.id)


if __name__ == "__main__":
    with engine.begin() as first:
        for statement in SCHEMA.split(";"):
            first.execute(text(statement))
    address = {"host": os.environ.get("HOST", "127.0.0.1"), "port": int(os.environ.get("PORT", "8000"))}
    uvicorn.run(app, **address, log_level="warning")
