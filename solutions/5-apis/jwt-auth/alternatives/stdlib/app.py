"""Accounts with nothing but Python's standard library: tokens by hand, sqlite3, http.server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import sqlite3
import sys
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    password BLOB NOT NULL, salt BLOB NOT NULL, ver INTEGER NOT NULL DEFAULT 1, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS family (id TEXT PRIMARY KEY, ver INTEGER NOT NULL, ended TEXT,
    person TEXT NOT NULL REFERENCES person ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS refresh (hash BLOB PRIMARY KEY, until REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0, family TEXT NOT NULL REFERENCES family ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS failure (email TEXT NOT NULL, at REAL NOT NULL);
"""
CODES = {
    400: "malformed_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
}
COMMON = Path(__file__).with_name("common_passwords.txt").read_text("utf-8").splitlines()
BLANK = " \t\r\n"
SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


def setting(name: str, default: int, least: int = 1) -> int:
    text = os.environ.get(name, str(default))
    if not re.fullmatch(r"[0-9]+", text) or int(text) < least:
        sys.exit(f"{name} is {text!r}, and must be a whole number from {least}")
    return int(text)


def key_setting() -> bytes:
    key = os.environ.get("JWT_SECRET", "").encode()
    if len(key) < 32:
        sys.exit(f"JWT_SECRET has {len(key)} bytes, and must have 32 or more")
    return key


KEYS = [
    key_setting(),
    *(key.encode() for key in os.environ.get("JWT_PREVIOUS_SECRETS", "").split(",") if key),
]
ISSUER, AUDIENCE = os.environ.get("JWT_ISSUER", "backroad"), os.environ.get("JWT_AUDIENCE", "backroad-api")
ACCESS_TTL, REFRESH_TTL = setting("ACCESS_TOKEN_TTL", 900), setting("REFRESH_TOKEN_TTL", 1_209_600)
FAILURES, WINDOW = setting("LOGIN_MAX_FAILURES", 0, 0), setting("LOGIN_WINDOW", 60)
ROUNDS = 1_000 if os.environ.get("APP_ENV") == "test" else 600_000
DATABASE = os.environ.get("DATABASE_URL", "sqlite:///app.db").removeprefix("sqlite:///")


@contextmanager
def transaction() -> Any:
    """Give a connection; what happens on it happens wholly or not at all."""
    with closing(sqlite3.connect(DATABASE, timeout=10, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except Refused:
            connection.commit()
            raise
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


class Refused(Exception):
    """Ends a request with an error."""

    def __init__(self, status: int, code: str = "", faults: Any = (), **headers: str) -> None:
        self.status = status
        self.body = {"title": HTTPStatus(status).phrase, "status": status, "code": code or CODES[status]}
        if faults:
            self.body["errors"] = [{"field": name, "code": what, "message": what} for name, what in faults]
        self.headers = headers
        if status == 401:
            error = "" if code == "unauthenticated" else ', error="invalid_token"'
            self.headers = {"WWW-Authenticate": f'Bearer realm="backroad"{error}'}


# Tokens, as RFC 7515 and RFC 7519 have them


def to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    if not SEGMENT.fullmatch(text):
        raise ValueError("no base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signature(signed: str, key: bytes) -> bytes:
    return hmac.digest(key, signed.encode(), "sha256")


def new_access_token(person: str, ver: int) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": person, "iat": now, "nbf": now, "exp": now + ACCESS_TTL}
    claims |= {"jti": secrets.token_urlsafe(16), "use": "access", "ver": ver}
    parts = ({"alg": "HS256", "typ": "at+jwt"}, claims)
    signed = ".".join(to_base64(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{to_base64(signature(signed, KEYS[0]))}"


def no_number(name: str) -> float:
    """Refuse NaN: a time that is none is never over."""
    raise ValueError(name)


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a good token; any fault is a ValueError, KeyError or TypeError."""
    head, payload, signed = token.split(".")
    header = json.loads(from_base64(head))
    if type(header) is not dict or header.get("alg") != "HS256" or "crit" in header:
        raise ValueError("not signed as we do it")
    if header.get("typ", "JWT") not in ("JWT", "at+jwt"):
        raise ValueError("a token for something else")
    if not any(hmac.compare_digest(signature(f"{head}.{payload}", key), from_base64(signed)) for key in KEYS):
        raise ValueError("not signed by us")
    claims = {"nbf": 0, **json.loads(from_base64(payload), parse_constant=no_number)}
    texts, times = ("iss", "sub", "jti"), ("iat", "exp", "nbf")
    audiences = claims["aud"] if type(claims["aud"]) is list else [claims["aud"]]
    now = time.time()
    good = (
        all(type(claims[name]) is str for name in texts)
        and all(type(claims[name]) in (int, float) for name in times)
        and type(claims["ver"]) is int
        and (claims["iss"], claims["use"]) == (ISSUER, "access")
        and AUDIENCE in audiences
        and claims["iat"] <= now + 5
        and claims["nbf"] <= now + 5
        and re.fullmatch(r"[0-9a-f]{24}", claims["sub"])
    )
    if not good:
        raise ValueError("not for us")
    return claims


def caller(request: Request, connection: sqlite3.Connection) -> sqlite3.Row:
    """Return who sent the request."""
    words = request.headers.get("Authorization", "").split()
    if len(words) != 2 or words[0].lower() != "bearer":
        raise Refused(401, "unauthenticated")
    try:
        claims = claims_of(words[1])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(401, "token_invalid") from None
    if claims["exp"] <= time.time():
        raise Refused(401, "token_expired")
    found = connection.execute("SELECT * FROM person WHERE id = ?", [claims["sub"]]).fetchone()
    if found is None or found["ver"] != claims["ver"]:
        raise Refused(401, "token_invalid")
    return found


def pair(connection: sqlite3.Connection, person: str, ver: int, family: str) -> Any:
    token = secrets.token_hex(24)
    row = (hashlib.sha256(token.encode()).digest(), time.time() + REFRESH_TTL, family)
    connection.execute("INSERT INTO refresh (hash, until, family) VALUES (?, ?, ?)", row)
    body = {"access_token": new_access_token(person, ver), "token_type": "Bearer", "expires_in": ACCESS_TTL}
    return (
        200,
        {**body, "refresh_token": token, "refresh_expires_in": REFRESH_TTL},
        {"Cache-Control": "no-store"},
    )


# Bodies


class Fields:
    """The members of a body and their faults."""

    def __init__(self, request: Request, known: str, read_only: str = "") -> None:
        self.body = request.json()
        self.faults = [
            (name, "read_only" if name in read_only.split() else "unknown_field")
            for name in self.body
            if name not in known.split()
        ]

    def text(self, name: str, least: int = 0, most: int = 2**20, *, trimmed: bool = False) -> str:
        value = self.body.get(name)
        if name not in self.body:
            self.faults.append((name, "required"))
        elif type(value) is not str:
            self.faults.append((name, "type"))
        elif re.search("[\0\ud800-\udfff]", value):
            self.faults.append((name, "characters"))
        else:
            value = value.strip(BLANK) if trimmed else value
            if not least <= len(value) <= most:
                self.faults.append((name, "too_short" if len(value) < least else "too_long"))
            return value
        return ""

    def new_password(self, name: str, email: str) -> str:
        value, before = self.text(name, 10, 128), dict(self.faults)
        if name not in before and (value.lower() in COMMON or value.lower() == email):
            self.faults.append((name, "insecure"))
        return value

    def done(self) -> None:
        if self.faults:
            raise Refused(422, "validation_failed", self.faults)


def hashed(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)


def is_password(password: str, person: sqlite3.Row | None) -> bool:
    salt, stored = (person["salt"], person["password"]) if person else (b"nobody", b"")
    return hmac.compare_digest(hashed(password, salt), stored)


def shown(person: Any) -> dict[str, Any]:
    return {
        "id": person["id"],
        "email": person["email"],
        "display_name": person["name"],
        "created_at": person["created"],
    }


# What the paths do


def health(_: Request) -> Any:
    return 200, {"status": "ok"}, {}


def register(request: Request) -> Any:
    fields = Fields(request, "email password display_name", "id created_at")
    email = fields.text("email", trimmed=True).lower()
    name, _, domain = email.partition("@")
    good = name and "." in domain and "@" not in domain and len(email) <= 254
    if "email" not in dict(fields.faults) and not good:
        fields.faults.append(("email", "format"))
    password = fields.new_password("password", email)
    if "display_name" in fields.body:
        name = fields.text("display_name", 1, 60, trimmed=True)
    fields.done()
    salt = secrets.token_bytes(16)
    created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    person = {"id": secrets.token_hex(12), "email": email, "name": name, "created": created}
    row = {**person, "salt": salt, "password": hashed(password, salt)}
    with transaction() as connection:
        try:
            marks = ", ".join(f":{column}" for column in row)
            connection.execute(f"INSERT INTO person ({', '.join(row)}) VALUES ({marks})", row)
        except sqlite3.IntegrityError:
            raise Refused(409, "conflict", [("email", "duplicate")]) from None
    return 201, shown(person), {"Location": "/v1/me"}


def log_in(request: Request) -> Any:
    fields = Fields(request, "email password")
    email, password = fields.text("email", trimmed=True).lower(), fields.text("password")
    fields.done()
    with transaction() as connection:
        begin = time.time() - WINDOW
        of_late = "SELECT COUNT(*), MIN(at) FROM failure WHERE email = ? AND at > ?"
        count, first = connection.execute(of_late, (email, begin)).fetchone()
        person = connection.execute("SELECT * FROM person WHERE email = ?", [email]).fetchone()
    if FAILURES and count >= FAILURES:
        raise Refused(429, **{"Retry-After": str(max(1, int(first - begin)))})
    right = is_password(password, person)
    with transaction() as connection:
        if not right:
            connection.execute("INSERT INTO failure VALUES (?, ?)", (email, time.time()))
            raise Refused(401, "invalid_credentials")
        family = secrets.token_hex(12)
        row = (family, person["ver"], person["id"])
        connection.execute("INSERT INTO family (id, ver, person) VALUES (?, ?, ?)", row)
        return pair(connection, person["id"], person["ver"], family)


def refresh(request: Request) -> Any:
    """Give a new pair. There is no grace: whoever comes second with a token ends the family."""
    fields = Fields(request, "refresh_token")
    token = hashlib.sha256(fields.text("refresh_token").encode()).digest()
    fields.done()
    with transaction() as connection:
        found = connection.execute(
            "SELECT until, used, family, ended, person, person.ver AS ver, family.ver = person.ver AS valid "
            "FROM refresh JOIN family ON family.id = family JOIN person ON person.id = person WHERE hash = ?",
            [token],
        ).fetchone()
        if found is None or found["ended"] or not found["valid"]:
            raise Refused(401, "token_invalid")
        if found["used"]:
            connection.execute("UPDATE family SET ended = 'reuse' WHERE id = ?", [found["family"]])
            raise Refused(401, "token_reused")
        if found["until"] <= time.time():
            raise Refused(401, "token_expired")
        connection.execute("UPDATE refresh SET used = 1 WHERE hash = ?", [token])
        return pair(connection, found["person"], found["ver"], found["family"])


def log_out(request: Request) -> Any:
    fields = Fields(request, "refresh_token")
    token = hashlib.sha256(fields.text("refresh_token").encode()).digest()
    fields.done()
    with transaction() as connection:
        mine = "(SELECT family FROM refresh WHERE hash = ?)"
        connection.execute(f"UPDATE family SET ended = 'logout' WHERE id = {mine}", [token])
    return 204, None, {}


def log_out_everywhere(request: Request) -> Any:
    with transaction() as connection:
        person = caller(request, connection)
        connection.execute("UPDATE person SET ver = ver + 1 WHERE id = ?", [person["id"]])
    return 204, None, {}


def show(request: Request) -> Any:
    with transaction() as connection:
        return 200, shown(caller(request, connection)), {}


def rename(request: Request) -> Any:
    with transaction() as connection:
        person = caller(request, connection)
        fields = Fields(request, "display_name", "id email password created_at")
        name = (
            fields.text("display_name", 1, 60, trimmed=True)
            if "display_name" in fields.body
            else person["name"]
        )
        fields.done()
        connection.execute("UPDATE person SET name = ? WHERE id = ?", (name, person["id"]))
        return 200, {**shown(person), "display_name": name}, {}


def change_password(request: Request) -> Any:
    with transaction() as connection:
        person = caller(request, connection)
        fields = Fields(request, "current_password new_password")
        current = fields.text("current_password")
        password = fields.new_password("new_password", person["email"])
        fields.done()
        if not is_password(current, person):
            raise Refused(403)
        salt = secrets.token_bytes(16)
        row = (hashed(password, salt), salt, person["id"])
        connection.execute("UPDATE person SET password = ?, salt = ?, ver = ver + 1 WHERE id = ?", row)
    return 204, None, {}


def leave(request: Request) -> Any:
    with transaction() as connection:
        person = caller(request, connection)
        fields = Fields(request, "password")
        password = fields.text("password")
        fields.done()
        if not is_password(password, person):
            raise Refused(403)
        connection.execute("DELETE FROM person WHERE id = ?", [person["id"]])
    return 204, None, {}


PATHS: dict[str, dict[str, Any]] = {
    "/healthz": {"GET": health},
    "/v1/auth/register": {"POST": register},
    "/v1/auth/login": {"POST": log_in},
    "/v1/auth/refresh": {"POST": refresh},
    "/v1/auth/logout": {"POST": log_out},
    "/v1/auth/logout-all": {"POST": log_out_everywhere},
    "/v1/me": {"GET": show, "PATCH": rename, "DELETE": leave},
    "/v1/me/password": {"PUT": change_password},
}


class Request(BaseHTTPRequestHandler):
    """One request; http.server makes one for each connection."""

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body."""
        if self.headers.get_content_type() != "application/json" or "Content-Type" not in self.headers:
            raise Refused(415)
        if len(self.content) > 2**20:
            raise Refused(413)
        try:
            body = json.loads(self.content.decode())
        except (ValueError, RecursionError):
            raise Refused(400) from None
        if type(body) is not dict:
            raise Refused(422, "validation_failed", [("", "type")])
        return body

    def answer(self) -> None:
        """Find what the path does, do it, send what comes of it."""
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        methods = PATHS.get(self.path.partition("?")[0])
        try:
            if methods is None:
                raise Refused(404)
            if self.command not in methods:
                raise Refused(405, Allow=", ".join(methods))
            status, body, headers = methods[self.command](self)
        except Refused as refused:
            status, body, headers = refused.status, refused.body, refused.headers
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer


class Server(ThreadingHTTPServer):
    request_queue_size = 32
    daemon_threads = True


if __name__ == "__main__":
    with closing(sqlite3.connect(DATABASE)) as first:
        first.executescript(SCHEMA)
    address = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    Server(address, Request).serve_forever()
