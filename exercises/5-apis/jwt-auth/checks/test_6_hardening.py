"""Hardening: guessing, changing keys, hostile tokens, callers at once"""

import json
import time
from uuid import uuid4

from backroad.checks import answer, anything, forge_jwt, fresh, hint, problem, read_jwt

PASSWORD = "correct horse battery"
SECRET = "the checks know this key and it is no secret at all"
NEXT_SECRET = "the key that comes after it and is known as well"
WINDOW = 3
CALLERS = 5


def register(service):
    """Register somebody new and return their e-mail."""
    email = f"{uuid4().hex}@example.org"
    assert service.post("/v1/auth/register", json={"email": email, "password": PASSWORD}) == answer(201)
    return email


def log_in(service, email, password=PASSWORD):
    """Send a login."""
    return service.post("/v1/auth/login", json={"email": email, "password": password})


def me(service, token):
    """Ask who the caller is."""
    return service.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


@hint(
    "Count the failed logins of each e-mail, known or not, and stop looking at passwords after n of them",
    "A table of failures with e-mail and time; only those inside of the window count",
    'problem(429, headers={"Retry-After": str(seconds)}) before the password is compared',
)
@fresh
def test_login_throttling(service):
    """After LOGIN_MAX_FAILURES failures an e-mail has to wait, right password or not

    At a thousand guesses a second the password of a pet's name lasts for minutes
    """
    env = {"LOGIN_MAX_FAILURES": "3", "LOGIN_WINDOW": str(WINDOW)}
    with service.another(env=env) as other:
        email, unknown, bystander = register(other), f"{uuid4().hex}@example.org", register(other)
        for address in (email, unknown):
            for spelled in (address, address.upper(), f" {address}"):
                assert log_in(other, spelled, "wrong password") == problem(401, "invalid_credentials")
            for password in ("wrong password", PASSWORD):
                reply = log_in(other, address, password)
                assert reply == problem(429, "rate_limited")
                wait = reply.headers.get("Retry-After", "")
                assert wait.isdigit()
                assert 1 <= int(wait) <= WINDOW + 1
        assert log_in(other, bystander) == answer(200)
        time.sleep(WINDOW + 0.5)
        assert log_in(other, email) == answer(200)
    for _ in range(6):
        assert log_in(service, email, "wrong password") == problem(401, "invalid_credentials")
    assert log_in(service, email) == answer(200)


@hint(
    "When a key has leaked it is replaced, and those who are logged in should not notice",
    "Sign with the new key, verify with each of them until one fits",
    "for key in (secret, *previous): try jwt.decode(…) except jwt.InvalidSignatureError: continue",
)
def test_previous_secrets_still_verify(service):
    """Tokens of JWT_PREVIOUS_SECRETS are good, new ones are signed with JWT_SECRET

    A key that cannot be changed without logging everybody out is never changed
    """
    email = register(service)
    old = log_in(service, email).json["access_token"]
    header, claims = read_jwt(old, SECRET)
    for previous in (SECRET, f"{'x' * 40},{SECRET}"):
        env = {"JWT_SECRET": NEXT_SECRET, "JWT_PREVIOUS_SECRETS": previous}
        with service.another(env=env) as other:
            assert me(other, old) == answer(200)
            new = log_in(other, email).json["access_token"]
            read_jwt(new, NEXT_SECRET)
            assert me(other, new) == answer(200)
            for key in ("y" * 40, previous + ",", ""):
                if key != previous:
                    assert me(other, forge_jwt(header, claims, key, "HS256")) == problem(401, "token_invalid")
            assert me(service, new) == problem(401, "token_invalid")
            expired = forge_jwt(header, {**claims, "exp": int(time.time()) - 40}, SECRET, "HS256")
            assert me(other, expired) == problem(401, "token_expired")


@hint(
    "A claim can hold any JSON, also where you expect a text or a number",
    "Look at the type of each claim before you use it, and let nothing odd reach the database",
    'type(claims["sub"]) is str and claims["sub"].isalnum(); type(claims["ver"]) is int',
)
def test_odd_claims_never_crash(service):
    """Claims of another type, out of range or nested are 401, never 500

    These are signed with the right key: what another service of ours gets wrong must not take this one down
    """
    header, claims = read_jwt(log_in(service, register(service)).json["access_token"])
    odd = {
        "exp": [None, [], {}, "", -1, False],
        "iat": [None, [], {}, "", "now"],
        "nbf": [[], {}, "soon", 10**300],
        "sub": [
            None,
            10**9,
            2**70,
            [],
            {},
            [claims["sub"]],
            "9" * 40,
            "-1",
            "\0",
            "\ud800",
            "é" * 400,
            "x" * 2_000,
        ],
        "jti": [None, 7, [], {}],
        "ver": [None, "0", [], {}, 2**70, -(2**70)],
        "aud": [None, 7, [], {}, [7], [[]]],
        "iss": [None, 7, [], ["backroad"], {}],
        "use": [None, 7, [], ["access"], ""],
    }
    for name, values in odd.items():
        for value in values:
            token = forge_jwt(header, {**claims, name: value}, SECRET, "HS256")
            reply = me(service, token)
            assert {name: value, "status": reply.status} == {name: value, "status": 401}
            assert reply == problem(401, anything if name == "exp" else "token_invalid")
    for name, text in {
        "NaN": json.dumps({**claims, "exp": float("nan")}),
        "5,000 digits": json.dumps({**claims, "ver": 0}).replace('"ver": 0', '"ver": ' + "9" * 4_400),
        "1,000 brackets": json.dumps({**claims, "ver": 0}).replace(
            '"ver": 0', '"ver": ' + "[" * 1_000 + "]" * 1_000
        ),
        "2,000 open brackets": "[" * 2_000,
    }.items():
        reply = me(service, forge_jwt(header, text, SECRET, "HS256"))
        assert {name: reply.status} == {name: 401}
    for name, text in {"a header of brackets": "[" * 2_000, "a header of objects": '{"a":' * 400}.items():
        reply = me(service, forge_jwt(text, claims, SECRET, "HS256"))
        assert {name: reply.status} == {name: 401}
    endless = json.dumps({**claims, "exp": 0}).replace('"exp": 0', '"exp": 1e999')
    assert me(service, forge_jwt(header, endless, SECRET, "HS256")).status in (200, 401)
    for name, value in {"alg": {}, "typ": 7, "crit": [], "b64": False, "kid": [], "zip": "DEF"}.items():
        reply = me(service, forge_jwt({**header, name: value}, claims, SECRET, "HS256"))
        assert {name: value, "below 500": reply.status < 500} == {name: value, "below 500": True}


@hint(
    "Two registrations at the same moment both find that the e-mail is free",
    "Let the database decide: a unique constraint, and one INSERT without a question before it",
    "except IntegrityError: return problem(409, errors=[Fault('email', 'duplicate', '…')])",
)
@fresh
def test_parallel_registrations_make_one_account(service, database):
    """Of five registrations of one e-mail at once one is 201, the others 409

    With two accounts behind one address the login opens whichever the database finds first
    """
    before = row_counts(database)
    register(service)
    grown = [table for table, count in row_counts(database).items() if count > before.get(table, 0)]
    with database.locked(grown[0], 0.5):
        registered_at_once(service)
    for _ in range(3):
        registered_at_once(service)


def registered_at_once(service):
    """Register one e-mail from several callers at once."""
    email = f"{uuid4().hex}@example.org"
    body = {"email": email, "password": PASSWORD}
    replies = service.parallel(CALLERS, lambda _: service.post("/v1/auth/register", json=body))
    assert sorted(reply.status for reply in replies) == [201] + [409] * (CALLERS - 1)
    assert next(reply for reply in replies if reply.status == 409) == problem(
        409, "conflict", {"email": anything}
    )
    assert log_in(service, email) == answer(200)


def row_counts(database):
    """Return how many rows each table has."""
    asked = {table: f"SELECT COUNT(*) AS n FROM {database.quoted(table)}" for table in database.tables()}
    return {table: database.rows(sql)[0]["n"] for table, sql in asked.items()}


@hint(
    "JSON can carry what a database or an encoder refuses: U+0000 and half of a surrogate pair",
    "Refuse both before the text goes anywhere; Body.text() of given.body does",
    '422 with code "characters"; a login may answer 401 as well',
)
def test_odd_texts_do_no_harm(service):
    """U+0000 and lone surrogates in any text are refused, never a crash

    One database stores them, the next one refuses, and the encoder of the answer falls over
    """
    texts = {"U+0000": b"\\u0000", "half of a pair": b"\\ud800", "the other half": b"\\udc00x"}
    token = log_in(service, register(service)).json["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    bodies = {
        ("POST", "/v1/auth/register"): [
            b'{"email": "a@b.example%s", "password": "correct horse"}',
            b'{"email": "a@b.example", "password": "correct horse%s"}',
            b'{"email": "a@b.example", "password": "correct horse", "display_name": "Ada%s"}',
        ],
        ("POST", "/v1/auth/login"): [
            b'{"email": "a@b.example%s", "password": "correct horse"}',
            b'{"email": "a@b.example", "password": "correct horse%s"}',
        ],
        ("POST", "/v1/auth/refresh"): [b'{"refresh_token": "abc%s"}'],
        ("PATCH", "/v1/me"): [b'{"display_name": "Ada%s"}'],
        ("PUT", "/v1/me/password"): [b'{"current_password": "x%s", "new_password": "correct horse"}'],
    }
    for (method, path), templates in bodies.items():
        for template in templates:
            for name, text in texts.items():
                body = template.replace(b"%s", text)
                reply = service.request(
                    method, path, body=body, content_type="application/json", headers=header
                )
                refused = reply.status in (400, 401, 403, 422)
                assert {f"{path} with {name}": reply.status} == {
                    f"{path} with {name}": reply.status if refused else "a refusal"
                }
    reply = service.post(
        "/v1/auth/logout", body=b'{"refresh_token": "\\ud800"}', content_type="application/json"
    )
    assert reply.status in (204, 400, 422)
    assert me(service, token) == answer(200)
