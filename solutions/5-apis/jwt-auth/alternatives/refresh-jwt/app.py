"""Accounts with refresh tokens that are signed too: the database holds one number for each login."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import sys
import time
from collections.abc import Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import jwt
from flask import Flask, abort, g, jsonify, request
from sqlalchemy import BigInteger, ForeignKey, String, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.exceptions import HTTPException

from given.body import Body
from given.database import make_engine
from given.problems import Fault, from_error, problem
from given.times import format_time, now

COMMON = set(Path(__file__).with_name("given").joinpath("common_passwords.txt").read_text().splitlines())
EMAIL = re.compile(r"[^@]+@[^@]*\.[^@]*")
EXACT: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
LEEWAY = 3


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "accounts"
    # AUTOINCREMENT: SQLite would give the number of the last deleted row away again.
    __table_args__ = EXACT | {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(254))
    salt: Mapped[str] = mapped_column(String(24))
    hash: Mapped[str] = mapped_column(String(88))
    ver: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[str] = mapped_column(String(24))

    def shown(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in ("email", "display_name", "created_at")}
        return {"id": str(self.id), **fields}


class Login(Base):
    """A login: `turn` is the number of its live refresh token; those with a lower one are spent."""

    __tablename__ = "logins"
    __table_args__ = EXACT
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    ver: Mapped[int]
    turn: Mapped[int] = mapped_column(default=0)


class Failure(Base):
    __tablename__ = "failures"
    __table_args__ = EXACT
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[int] = mapped_column(BigInteger)


def setting(name: str, default: str, least: int = 1) -> int:
    text = os.environ.get(name, default)
    if not re.fullmatch("[0-9]+", text) or int(text) < least:
        sys.exit(f"{name}={text} must be a number from {least}")
    return int(text)


SECRET = os.environ.get("JWT_SECRET", "").encode()
PREVIOUS = [key.encode() for key in os.environ.get("JWT_PREVIOUS_SECRETS", "").split(",") if key]
ISSUER = os.environ.get("JWT_ISSUER", "backroad")
AUDIENCE = os.environ.get("JWT_AUDIENCE", "backroad-api")
if len(SECRET) < 32:
    sys.exit("JWT_SECRET must have 32 bytes or more")
ACCESS_TTL, REFRESH_TTL = setting("ACCESS_TOKEN_TTL", "900"), setting("REFRESH_TOKEN_TTL", "1209600")
MAX_FAILURES, WINDOW = setting("LOGIN_MAX_FAILURES", "0", 0), setting("LOGIN_WINDOW", "60")
COST = 2 ** setting("PASSWORD_HASH_ROUNDS", "4") if os.environ.get("APP_ENV") == "test" else 2**15

engine = make_engine()
app = Flask(__name__)
app.register_error_handler(HTTPException, from_error)


def unauthorized(code: str) -> Any:
    error = "" if code == "unauthenticated" else ' error="invalid_token"'
    return problem(401, code, headers={"WWW-Authenticate": f"Bearer{error}"})


# Tokens


def sign(ttl: int, **claims: Any) -> str:
    moment = time.time()
    everything = {"iss": ISSUER, "aud": [AUDIENCE], "iat": moment, "exp": moment + ttl, **claims}
    kid = hashlib.sha256(SECRET).hexdigest()[:8]
    return jwt.encode({**everything, "jti": secrets.token_hex(16)}, SECRET, "HS256", headers={"kid": kid})


def verified(token: str, use: str) -> Mapping[str, Any]:
    """Return the claims of one of our tokens, or end the request with a 401."""
    found: dict[str, Any] | None = None
    for key in (SECRET, *PREVIOUS):
        try:
            options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
            found = jwt.decode_complete(token, key, algorithms=["HS256"], options=options)
            break
        except jwt.InvalidTokenError:
            continue
    if found is None or found["header"].get("typ") not in (None, "JWT", "at+jwt"):
        abort(unauthorized("token_invalid"))
    claims: dict[str, Any] = found["payload"]
    if not is_ours(claims, use):
        abort(unauthorized("token_invalid"))
    if claims["exp"] <= time.time() - (LEEWAY if use == "access" else 0):
        abort(unauthorized("token_expired"))
    return claims


def is_ours(claims: Mapping[str, Any], use: str) -> bool:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    moment = time.time() + LEEWAY
    return (
        claims.get("iss") == ISSUER
        and AUDIENCE in audiences
        and claims.get("use") == use
        and all(is_time(claims.get(name)) for name in ("iat", "exp"))
        and claims["iat"] <= moment
        and is_time(claims.get("nbf", 0))
        and claims.get("nbf", 0) <= moment
        and isinstance(claims.get("jti"), str)
        and isinstance(claims.get("sub"), str)
        and re.fullmatch(r"[0-9]{1,9}", claims["sub"]) is not None
        and type(claims.get("ver")) is int
    )


def is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def pair(login: Login) -> Any:
    who = {"sub": str(login.user_id), "ver": login.ver}
    body = {
        "access_token": sign(ACCESS_TTL, use="access", **who),
        "token_type": "Bearer",
        "expires_in": ACCESS_TTL,
        "refresh_token": sign(REFRESH_TTL, use="refresh", sid=str(login.id), turn=login.turn, **who),
        "refresh_expires_in": REFRESH_TTL,
    }
    return jsonify(body), 200, {"Cache-Control": "no-store"}


def signed_in(view: Any) -> Any:
    """Give the view the caller as g.user; it runs in one session with it."""

    @wraps(view)
    def wrapped() -> Any:
        scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return unauthorized("unauthenticated")
        claims = verified(token.strip(), "access")
        with Session(engine) as session, session.begin():
            g.session, g.user = session, session.get(User, int(claims["sub"]))
            if g.user is None or g.user.ver != claims["ver"]:
                return unauthorized("token_invalid")
            return view()

    return wrapped


# Passwords and rules


def digest(password: str, salt: str) -> str:
    text = password.encode()
    key = hashlib.scrypt(text, salt=salt.encode(), n=COST, r=8, p=3, maxmem=128 * 2**20)
    return base64.b64encode(key).decode()


def is_password(password: str, user: User | None) -> bool:
    salt, stored = (user.salt, user.hash) if user else ("0" * 16, "")
    return hmac.compare_digest(digest(password, salt), stored)


def confirm(password: str) -> None:
    if not is_password(password, g.user):
        abort(problem(403))


def new_password(body: Body, name: str, email: str) -> str:
    password = body.text(name, shortest=10, longest=128)
    if not body.is_wrong(name) and password.casefold() in COMMON | {email}:
        body.refuse(name, "insecure", "is easy to guess")
    return password


def salted(password: str) -> dict[str, str]:
    salt = secrets.token_urlsafe(12)
    return {"salt": salt, "hash": digest(password, salt)}


# Paths


@app.get("/healthz")
def health() -> Any:
    return {"status": "ok"}


@app.post("/v1/auth/register")
def register() -> Any:
    body = Body("email", "password", "display_name", read_only=("id", "created_at"))
    email = body.text("email", trimmed=True).lower()
    name, _, domain = email.partition("@")
    if not body.is_wrong("email") and (not EMAIL.fullmatch(email) or domain == "." or len(email) > 254):
        body.refuse("email", "format", "is no e-mail")
    password = new_password(body, "password", email)
    if "display_name" in body:
        name = body.text("display_name", trimmed=True, shortest=1, longest=60)
    body.finish()
    user = User(email=email, display_name=name, created_at=format_time(now()), **salted(password))
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            session.add(user)
    except IntegrityError:
        return problem(409, errors=[Fault("email", "duplicate", "is taken")])
    return user.shown(), 201, {"Location": f"http://{request.host}/v1/me"}


@app.post("/v1/auth/login")
def log_in() -> Any:
    body = Body("email", "password")
    email, password = body.text("email", trimmed=True).lower(), body.text("password")
    body.finish()
    key, moment = hashlib.sha256(email.encode()).hexdigest(), int(time.time())
    with Session(engine, expire_on_commit=False) as session:
        of_late = select(func.count()).where(Failure.email == key, Failure.at > moment - WINDOW)
        if MAX_FAILURES and (session.scalar(of_late) or 0) >= MAX_FAILURES:
            return problem(429, headers={"Retry-After": str(WINDOW)})
        user = session.scalar(select(User).where(User.email == email))
        if not is_password(password, user) or user is None:
            session.add(Failure(email=key, at=moment))
            session.commit()
            return unauthorized("invalid_credentials")
        login = Login(id=secrets.randbits(62), user_id=user.id, ver=user.ver, turn=0)
        session.add(login)
        session.commit()
    return pair(login)


def refresh_token() -> str:
    body = Body("refresh_token")
    token = body.text("refresh_token")
    body.finish()
    return token


@app.post("/v1/auth/refresh")
def refresh() -> Any:
    claims = verified(refresh_token(), "refresh")
    with Session(engine, expire_on_commit=False) as session:
        mine = update(Login).where(Login.id == int(claims["sid"]), Login.turn == claims["turn"])
        won = session.execute(mine.values(turn=Login.turn + 1)).rowcount
        login = session.get(Login, int(claims["sid"]))
        if login is not None and not won:
            session.delete(login)  # ours, and not the live one: it was spent before
            session.commit()
            return unauthorized("token_reused")
        user = login and session.get(User, login.user_id)
        if login is None or user is None or user.ver != login.ver:
            return unauthorized("token_invalid")
        session.commit()
    return pair(login)


@app.post("/v1/auth/logout")
def log_out() -> Any:
    token = refresh_token()
    try:
        claims = verified(token, "refresh")
    except HTTPException:
        return "", 204
    with Session(engine) as session, session.begin():
        session.execute(delete(Login).where(Login.id == int(claims["sid"])))
    return "", 204


@app.post("/v1/auth/logout-all")
@signed_in
def log_out_everywhere() -> Any:
    g.user.ver = User.ver + 1
    return "", 204


@app.get("/v1/me")
@signed_in
def show() -> Any:
    return g.user.shown()


@app.patch("/v1/me")
@signed_in
def rename() -> Any:
    body = Body("display_name", read_only=("email", "password", "id", "created_at"))
    if "display_name" in body:
        g.user.display_name = body.text("display_name", trimmed=True, shortest=1, longest=60)
    body.finish()
    return g.user.shown()


@app.put("/v1/me/password")
@signed_in
def change_password() -> Any:
    body = Body("current_password", "new_password")
    current = body.text("current_password")
    password = new_password(body, "new_password", g.user.email)
    body.finish()
    confirm(current)
    for name, value in salted(password).items():
        setattr(g.user, name, value)
    g.user.ver = User.ver + 1
    return "", 204


@app.delete("/v1/me")
@signed_in
def leave() -> Any:
    body = Body("password")
    password = body.text("password")
    body.finish()
    confirm(password)
    g.session.execute(delete(User).where(User.id == g.user.id))
    return "", 204


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")), threaded=True)
