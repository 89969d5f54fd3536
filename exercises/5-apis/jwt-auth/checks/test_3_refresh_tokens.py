"""Refresh tokens"""

import time
from uuid import uuid4

from backroad.checks import a, answer, forge_jwt, fresh, hint, problem, read_jwt, requires

PASSWORD = "correct horse battery"
SECRET = "the checks know this key and it is no secret at all"
PAIR = {
    "access_token": a(str),
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": a(str),
    "refresh_expires_in": 1_209_600,
}
DEAD = ("token_invalid", "token_reused", "token_expired")
CALLERS = 5
ROUNDS = 5


def register(service):
    """Register somebody new and return their e-mail."""
    email = f"{uuid4().hex}@example.org"
    assert service.post("/v1/auth/register", json={"email": email, "password": PASSWORD}) == answer(201)
    return email


def log_in(service, email=None):
    """Log in, somebody new where nobody is named, and return the token pair."""
    reply = service.post("/v1/auth/login", json={"email": email or register(service), "password": PASSWORD})
    assert reply == answer(200)
    return reply.json


def refresh(service, token):
    """Ask for a new pair."""
    return service.post("/v1/auth/refresh", json={"refresh_token": token})


def next_of(service, token):
    """Return the refresh token that comes after this one."""
    reply = refresh(service, token)
    assert reply == answer(200)
    return reply.json["refresh_token"]


def is_refused(reply):
    """Return whether a refresh is refused as it should be, with any of the codes for it."""
    code = reply.json.get("code") if reply.status == 401 else "token_invalid"
    assert reply == problem(401, code)
    return code in DEAD


def me(service, token):
    """Ask who the caller is."""
    return service.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


@hint(
    "At login, store a hash of the refresh token with its user; at refresh, look for that hash",
    "hashlib.sha256(token.encode()).hexdigest() is found in the table; then answer with a new pair",
    "Table refresh_tokens: token_hash (primary key), session_id, expires_at, spent_at",
)
@requires("login_returns_a_pair")
def test_refresh_returns_a_new_pair(service):
    """POST /v1/auth/refresh answers a new pair for the same user

    Access tokens are short so that a stolen one helps for minutes; without this people log in all day
    """
    pair = log_in(service)
    reply = refresh(service, pair["refresh_token"])
    assert reply == answer(200, PAIR)
    directives = reply.headers.get("Cache-Control", "").lower().replace(",", " ").split()
    assert "no-store" in directives
    for name in ("access_token", "refresh_token"):
        found = "the same" if reply.json[name] == pair[name] else "another one"
        assert {f"{name} of the new pair": found} == {f"{name} of the new pair": "another one"}
    assert me(service, reply.json["access_token"]) == answer(200, me(service, pair["access_token"]).json)
    _, before = read_jwt(pair["access_token"], SECRET)
    _, after = read_jwt(reply.json["access_token"], SECRET)
    assert (after["sub"], after.get("use")) == (before["sub"], "access")
    assert after.get("jti") != before.get("jti")
    assert refresh(service, reply.json["refresh_token"]) == answer(200, PAIR)


@hint(
    "What is kept only in memory is gone with the next deployment, and unknown to the second instance",
    "Refresh tokens live in the database beside the users",
    "CREATE TABLE at start, an INSERT at login, a SELECT at refresh: no dict at the top of a module",
)
@requires("refresh_returns_a_new_pair")
def test_every_instance_knows_the_tokens(service):
    """A login at one instance is refreshed at another, and spent for both

    Platforms run several instances and replace them at will; whoever is logged in must not notice
    """
    pair = log_in(service)
    with service.another() as other:
        assert me(other, pair["access_token"]) == answer(200)
        reply = refresh(other, pair["refresh_token"])
        assert reply == answer(200, PAIR)
        assert is_refused(refresh(service, pair["refresh_token"]))


@hint(
    "A refresh token is good once: the answer to it is the next one",
    "Mark the row as spent when it is used, and refuse one that is marked",
    "UPDATE refresh_tokens SET spent_at = :now WHERE token_hash = :hash AND spent_at IS NULL",
)
@requires("refresh_returns_a_new_pair")
def test_refresh_tokens_work_once(service):
    """A refresh token that was used is refused, its successor works

    A refresh token that stays good is as good as the password, and lies in every backup of every phone
    """
    tokens = [log_in(service)["refresh_token"]]
    for _ in range(11):
        tokens.append(next_of(service, tokens[-1]))
    assert {"different tokens of twelve": len(set(tokens))} == {"different tokens of twelve": 12}
    # 128 bits take 22 characters of base64; the last of them has two bits, and may be the same by chance.
    differing = sum(len(set(characters)) > 1 for characters in zip(*tokens, strict=False))
    enough = min(map(len, tokens)) >= 22 and differing >= 21
    assert {"characters that differ": differing, "128 random bits": enough} == {
        "characters that differ": differing,
        "128 random bits": True,
    }
    assert is_refused(refresh(service, tokens[0]))


@hint(
    "Two parties hold a token that comes back: you cannot know which is the thief, so the login ends",
    "All tokens of one login share its id; a reuse marks it as revoked, and the 401 must not take that back",
    "UPDATE sessions SET revoked = true WHERE id = :session, and commit before you answer 401",
)
@requires("refresh_tokens_work_once")
def test_reuse_revokes_the_family(service):
    """When a spent token comes back, every later token of that login is dead

    Else a thief who refreshes first keeps the stolen login for ever, and the owner is told to log in again
    """
    first = log_in(service)["refresh_token"]
    second = next_of(service, first)
    third = next_of(service, second)
    reply = refresh(service, first)
    assert is_refused(reply)
    assert reply.json["code"] in ("token_reused", "token_invalid")
    for name, token in {"the third": third, "the second": second, "the first": first}.items():
        assert {name: refresh(service, token).status} == {name: 401}
    first = log_in(service)["refresh_token"]
    second = next_of(service, first)
    assert is_refused(refresh(service, first))
    with service.another() as other:
        assert {"the successor, elsewhere": refresh(other, second).status} == {
            "the successor, elsewhere": 401
        }
    assert {"the successor": refresh(service, second).status} == {"the successor": 401}


@hint(
    "What ends is one login, not all of a user, and never those of others",
    "Each login has an id of its own, made when somebody logs in with a password",
    "session_id = uuid4().hex at login; refresh copies it; revoke WHERE session_id = :id",
)
@requires("reuse_revokes_the_family")
def test_reuse_leaves_other_logins_alone(service):
    """Other logins of the same user, and other users, live on after a reuse

    Whoever can end all logins of a user with one old token can keep them out for good
    """
    email = register(service)
    phone, laptop = log_in(service, email), log_in(service, email)
    stranger = log_in(service)
    next_of(service, phone["refresh_token"])
    assert is_refused(refresh(service, phone["refresh_token"]))
    for name, pair in {"the laptop": laptop, "another user": stranger}.items():
        assert {name: refresh(service, pair["refresh_token"]).status} == {name: 200}
    assert log_in(service, email)["refresh_token"] != laptop["refresh_token"]


@hint(
    "A text that nobody was given is no token: 401, and nothing else happens",
    "No row with this hash: token_invalid. A body without the member, or with another type: 422",
    'row is None: 401 token_invalid; Body("refresh_token").text("refresh_token") for the body',
)
@requires("refresh_returns_a_new_pair")
def test_unknown_refresh_tokens_are_refused(service):
    """Made-up and changed refresh tokens are 401 token_invalid and harm nobody

    A guess must cost its owner nothing, or strangers log people out
    """
    pair = log_in(service)
    token = pair["refresh_token"]
    middle = len(token) // 2
    changed = token[:middle] + ("B" if token[middle] == "A" else "A") + token[middle + 1 :]
    for name, wrong in {
        "a word": "abc",
        "43 characters": "x" * 43,
        "a changed token": changed,
        "half a token": token[:middle],
        "a token and more": token + "A",
        "a token behind a blank": f" {token}",
        **({"a token in another case": token.swapcase()} if token.swapcase() != token else {}),
        "SQL": "' OR '1'='1",
        "a wild card": "%",
    }.items():
        reply = refresh(service, wrong)
        assert {name: (reply.status, reply.json.get("code"))} == {name: (401, "token_invalid")}
    assert refresh(service, wrong) == problem(401, "token_invalid")
    for body, code in (
        ({}, "required"),
        ({"refresh_token": 7}, "type"),
        ({"refresh_token": [token]}, "type"),
    ):
        reply = service.post("/v1/auth/refresh", json=body)
        assert reply == problem(422, "validation_failed", {"refresh_token": code})
    assert refresh(service, token) == answer(200)


@hint(
    "Each token is good for one thing: the access token for the API, the refresh token for a refresh",
    "The claim use tells them apart where both are signed",
    'claims.get("use") != "access": 401 token_invalid at /v1/me, and the other way round at refresh',
)
@requires("refresh_returns_a_new_pair")
def test_refresh_token_is_not_an_access_token(service):
    """The refresh token does not open /v1/me, the access token gets no new pair

    A refresh token lives for weeks; where it opens the API, a short access token is worth nothing
    """
    pair = log_in(service)
    assert me(service, pair["refresh_token"]) == problem(401, "token_invalid")
    assert refresh(service, pair["access_token"]) == problem(401, "token_invalid")
    header, claims = read_jwt(pair["access_token"])
    for name, forged in {
        "an access token that says refresh": {**claims, "use": "refresh"},
        "one of next year": {**claims, "use": "refresh", "exp": claims["exp"] + 31_536_000},
    }.items():
        reply = refresh(service, forge_jwt(header, forged, "x" * 48, "HS256"))
        assert {name: reply.status} == {name: 401}
        reply = refresh(service, forge_jwt({**header, "alg": "none"}, forged, ""))
        assert {f"{name}, unsigned": reply.status} == {f"{name}, unsigned": 401}
    assert refresh(service, pair["refresh_token"]) == answer(200)


@hint(
    "Each refresh token ends so many seconds after it was made, the first of a login and all after it",
    "Store with each token when it ends, and compare at refresh",
    "expires_at = now + REFRESH_TOKEN_TTL; … AND expires_at > :now",
)
@requires("refresh_returns_a_new_pair")
@fresh
def test_refresh_tokens_expire(service):
    """After REFRESH_TOKEN_TTL seconds a refresh token is refused

    Phones get lost and sold; a login that nobody uses has to end by itself
    """
    with service.another(env={"REFRESH_TOKEN_TTL": "2"}) as other:
        email = register(other)
        successor = next_of(other, log_in(other, email)["refresh_token"])
        # Refreshed where tokens last for weeks: the new one does not end with the one before it.
        lasting = next_of(service, log_in(other, email)["refresh_token"])
        late = log_in(other, email)["refresh_token"]
        time.sleep(3.2)
        for name, token in {"the first of a login": late, "a successor": successor}.items():
            reply = refresh(other, token)
            assert {name: reply.status} == {name: 401}
            assert is_refused(reply)
            assert reply.json["code"] in ("token_expired", "token_invalid")
        name = "a successor that lasts for weeks"
        assert {name: refresh(service, lasting).status} == {name: 200}
        assert refresh(other, log_in(other, email)["refresh_token"]) == answer(200)


@hint(
    "To look first and to mark then is two steps; between them others look too",
    "One UPDATE that asks and marks: the number of changed rows tells who was first",
    "if connection.execute(update(…).where(hash, spent_at.is_(None)).values(…)).rowcount != 1: refuse",
)
@requires("refresh_tokens_work_once")
@fresh
def test_parallel_refresh_succeeds_at_most_once(service, database):
    """Of five callers with one token at the same moment, one at most gets a new pair

    A thief who is as fast as the owner would otherwise own a login of their own, and no reuse would show
    """
    email = register(service)
    before = row_counts(database)
    pair = log_in(service, email)
    grown = [table for table, count in row_counts(database).items() if count > before.get(table, 0)]
    # All five have looked at the token, and wait, when the lock goes.
    with database.locked((grown or sorted(before))[0], 0.5):
        raced(service, pair["refresh_token"])
    for _ in range(ROUNDS):
        raced(service, log_in(service, email)["refresh_token"])


def raced(service, token):
    """Send one token from several callers at once."""
    replies = service.parallel(CALLERS, lambda _: refresh(service, token))
    for reply in replies:
        assert reply.status == 200 or is_refused(reply)
    new_pairs = sum(reply.status == 200 for reply in replies)
    assert {"new pairs for one token": new_pairs} == {"new pairs for one token": min(new_pairs, 1)}


def row_counts(database):
    """Return how many rows each table has."""
    asked = {table: f"SELECT COUNT(*) AS n FROM {database.quoted(table)}" for table in database.tables()}
    return {table: database.rows(sql)[0]["n"] for table, sql in asked.items()}
