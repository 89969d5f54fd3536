"""Log out"""

import time
from uuid import uuid4

from backroad.checks import answer, anything, forge_jwt, hint, problem, read_jwt, requires

PASSWORD = "correct horse battery"
OTHER = "a better battery staple"
SECRET = "the checks know this key and it is no secret at all"


def register(service):
    """Register somebody new and return their e-mail."""
    email = f"{uuid4().hex}@example.org"
    assert service.post("/v1/auth/register", json={"email": email, "password": PASSWORD}) == answer(201)
    return email


def log_in(service, email, password=PASSWORD):
    """Log in and return the token pair."""
    reply = service.post("/v1/auth/login", json={"email": email, "password": password})
    assert reply == answer(200)
    return reply.json


def log_out(service, token):
    """End the login of a refresh token."""
    return service.post("/v1/auth/logout", json={"refresh_token": token})


def refresh(service, pair):
    """Ask for a new pair."""
    return service.post("/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})


def bearer(pair):
    """Return the header that carries the access token."""
    return {"Authorization": f"Bearer {pair['access_token']}"}


def me(service, pair):
    """Ask who the caller is."""
    return service.get("/v1/me", headers=bearer(pair))


def assert_dead(service, **pairs):
    """Both tokens of each pair are refused."""
    for name, pair in pairs.items():
        reply = me(service, pair)
        found = (reply.status, reply.json.get("code"))
        assert {f"access token, {name}": found} == {f"access token, {name}": (401, "token_invalid")}
        assert 'error="invalid_token"' in reply.headers.get("WWW-Authenticate", "")
        assert {f"refresh token, {name}": refresh(service, pair).status} == {f"refresh token, {name}": 401}


def assert_alive(service, **pairs):
    """Both tokens of each pair are good; the refresh token is spent by this."""
    for name, pair in pairs.items():
        assert {f"access token, {name}": me(service, pair).status} == {f"access token, {name}": 200}
        assert {f"refresh token, {name}": refresh(service, pair).status} == {f"refresh token, {name}": 200}


@hint(
    "The refresh token says which login ends; the access token runs out by itself",
    "Find the session of the token's hash and revoke it; the answer is 204 whether there was one or not",
    'UPDATE sessions SET revoked = true WHERE id = (the token\'s session_id); return "", 204',
)
@requires("refresh_returns_a_new_pair")
def test_logout_ends_the_login(service):
    """POST /v1/auth/logout answers 204, and that login gets no new tokens

    A button that only forgets the token on the screen leaves the login open for whoever copied it
    """
    email = register(service)
    pair, laptop = log_in(service, email), log_in(service, email)
    stranger = log_in(service, register(service))
    reply = log_out(service, pair["refresh_token"])
    assert reply == answer(204)
    assert reply.body == b""
    with service.another() as other:
        name = "a refresh at another instance"
        assert {name: refresh(other, pair).status} == {name: 401}
    assert refresh(service, pair) == problem(401, "token_invalid")
    assert log_out(service, pair["refresh_token"]) == answer(204)
    for unknown in ("abc", "x" * 43, laptop["access_token"], laptop["refresh_token"] + "A"):
        assert log_out(service, unknown) == answer(204)
    assert_alive(service, laptop=laptop, stranger=stranger)
    assert_alive(service, later=log_in(service, email))
    for body, code in (({}, "required"), ({"refresh_token": 7}, "type")):
        reply = service.post("/v1/auth/logout", json=body)
        assert reply == problem(422, "validation_failed", {"refresh_token": code})


@hint(
    "A logout in the middle of a life: the token has successors by then",
    "Revoke what all of them share, not the one row",
    "WHERE session_id = :id, or a column revoked in the table of sessions",
)
@requires("logout_ends_the_login")
def test_logout_works_after_refreshes(service):
    """Any token of a login ends it, the newest one and a spent one

    Nearly every logout comes after a refresh; one that only works on the first token never works
    """
    email = register(service)
    for name, which in {"the newest": -1, "the first, which is spent": 0}.items():
        pairs = [log_in(service, email)]
        for _ in range(2):
            reply = refresh(service, pairs[-1])
            assert reply == answer(200)
            pairs.append(reply.json)
        assert log_out(service, pairs[which]["refresh_token"]) == answer(204)
        reply = refresh(service, pairs[-1])
        assert {f"after a logout with {name}": reply.status} == {f"after a logout with {name}": 401}
        assert reply == problem(401, "token_invalid")


@hint(
    "A number at each user that all their tokens carry: raise it, and every older token is wrong",
    "Access tokens carry it in ver; store it with each session too, and compare at refresh",
    "UPDATE users SET version = version + 1 WHERE id = :id",
)
@requires("refresh_returns_a_new_pair")
def test_logout_all_ends_every_login(service):
    """POST /v1/auth/logout-all ends all logins of the caller, access tokens too

    It is what people press when a laptop is stolen; fifteen minutes later is too late
    """
    email = register(service)
    laptop, phone = log_in(service, email), log_in(service, email)
    stranger = log_in(service, register(service))
    refreshed = refresh(service, phone).json
    reply = service.post("/v1/auth/logout-all", headers=bearer(laptop))
    assert reply == answer(204)
    assert reply.body == b""
    assert_dead(service, laptop=laptop, phone=phone, refreshed=refreshed)
    assert_alive(service, stranger=stranger)
    assert_alive(service, again=log_in(service, email))


@hint(
    "The new password gets a new hash, and the version goes up with it, in one statement",
    "Compare the current password first: 403 forbidden when it is wrong, and nothing changes",
    "UPDATE users SET password_hash = :new, version = version + 1 WHERE id = :id",
)
@requires("logout_all_ends_every_login")
def test_password_change_ends_every_login(service):
    """PUT /v1/me/password takes the new password and ends all logins

    People change a password because somebody else knows it; that somebody is logged in already
    """
    email = register(service)
    long_ago = log_in(service, email)
    assert service.post("/v1/auth/logout-all", headers=bearer(long_ago)) == answer(204)
    mine, thief = log_in(service, email), log_in(service, email)
    stranger = log_in(service, register(service))
    for wrong in (OTHER, "short", ""):
        body = {"current_password": wrong, "new_password": "yet another password"}
        reply = service.put("/v1/me/password", json=body, headers=bearer(mine))
        assert {"current_password": wrong, "status": reply.status} == {
            "current_password": wrong,
            "status": 403,
        }
        assert reply == problem(403, "forbidden")
    reply = service.put("/v1/me/password", json={"new_password": OTHER}, headers=bearer(mine))
    assert reply.status in (403, 422), "without current_password"
    assert me(service, mine) == answer(200)
    log_in(service, email)
    right = {"current_password": PASSWORD, "new_password": OTHER}
    reply = service.put("/v1/me/password", json=right, headers=bearer(mine))
    assert reply == answer(204)
    assert reply.body == b""
    assert_dead(service, mine=mine, thief=thief, long_ago=long_ago)
    for old in (PASSWORD, "yet another password"):
        reply = service.post("/v1/auth/login", json={"email": email, "password": old})
        assert reply == problem(401, "invalid_credentials")
    assert_alive(service, again=log_in(service, email, OTHER), stranger=stranger)


@hint(
    "The user's row goes, and everything that hangs on it; the password is asked for once more",
    "Foreign keys with ON DELETE CASCADE take sessions and tokens along; an id never comes back",
    "DELETE FROM users WHERE id = :id; ids from uuid4(), or AUTOINCREMENT",
)
@requires("refresh_returns_a_new_pair")
def test_deleting_the_account_is_final(service):
    """DELETE /v1/me removes the user, and old tokens never come back to life

    Where numbers of deleted users are given away again, a stranger's old token opens the new account
    """
    email = register(service)
    pair, phone = log_in(service, email), log_in(service, email)
    stranger = log_in(service, register(service))
    before = me(service, pair).json["id"]
    for wrong in (OTHER, "short", ""):
        reply = service.delete("/v1/me", json={"password": wrong}, headers=bearer(pair))
        assert {"password": wrong, "status": reply.status} == {"password": wrong, "status": 403}
        assert reply == problem(403, "forbidden")
    reply = service.delete("/v1/me", json={}, headers=bearer(pair))
    assert reply.status in (403, 422), "without password"
    assert me(service, pair) == answer(200)
    last = register(service)  # the newest row is the one whose number is given away first
    newest = log_in(service, last)
    for account in (pair, newest):
        reply = service.delete("/v1/me", json={"password": PASSWORD}, headers=bearer(account))
        assert reply == answer(204)
        assert reply.body == b""
    assert_dead(service, pair=pair, phone=phone, newest=newest)
    reply = service.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    assert reply == problem(401, "invalid_credentials")
    for address in (last, email):
        body = {"email": address, "password": PASSWORD}
        assert service.post("/v1/auth/register", json=body) == answer(201)
    again = log_in(service, email)
    assert me(service, again).json["id"] != before
    assert_dead(service, pair=pair, phone=phone, newest=newest)
    assert_alive(service, again=again, stranger=stranger)


@hint(
    "Every path of one's own account asks for the access token first",
    "One function that looks at all of the token, at the top of each of these views",
    "user = caller(), before the body is read",
)
@requires("me_needs_a_token")
def test_own_account_needs_a_token(service):
    """Without a good access token the account can be neither changed nor left

    One view that forgot to ask is enough: scanners try every path without a token
    """
    pair = log_in(service, register(service))
    tokens = refused_tokens(pair["access_token"])
    for method, path, data in (
        ("POST", "/v1/auth/logout-all", {}),
        ("PUT", "/v1/me/password", {"current_password": PASSWORD, "new_password": OTHER}),
        ("DELETE", "/v1/me", {"password": PASSWORD}),
    ):
        for name, (token, code) in tokens.items():
            header = {} if token is None else {"Authorization": f"Bearer {token}"}
            found = refusal(service.request(method, path, json=data, headers=header))
            assert {f"{method} {path}, {name}": found} == {f"{method} {path}, {name}": f"401 {code}"}
    assert me(service, pair) == answer(200)


def refused_tokens(good):
    """Return tokens that no path takes, each with the code that it is refused with."""
    header, claims = read_jwt(good)
    wrong = {
        "another version": {"ver": claims["ver"] + 1},
        "use refresh": {"use": "refresh"},
        "another issuer": {"iss": "elsewhere"},
        "another audience": {"aud": "elsewhere"},
        "exp 40 s ago": {"exp": int(time.time()) - 40},
    }
    tokens = {
        name: forge_jwt(header, {**claims, **change}, SECRET, "HS256") for name, change in wrong.items()
    }
    tokens |= {"x.y.z": "x.y.z", "another key": forge_jwt(header, claims, "x" * 48, "HS256")}
    codes = {"exp 40 s ago": "token_expired"}
    refused = {name: (token, codes.get(name, "token_invalid")) for name, token in tokens.items()}
    return {"no token": (None, "unauthenticated"), **refused}


def refusal(reply):
    """Return the status of a reply, and where it is a 401, its code and what is wrong with its challenge."""
    if reply.status != 401:
        return str(reply.status)
    assert reply == problem(401, anything)
    challenge = reply.headers.get("WWW-Authenticate", "").lower()
    return f"401 {reply.json['code']}" + (
        "" if challenge.startswith("bearer") else " without WWW-Authenticate"
    )
