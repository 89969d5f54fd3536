"""Log in"""

from uuid import uuid4

from backroad.checks import a, answer, fresh, hint, problem, read_jwt, requires

PASSWORD = "correct horse battery"
SECRET = "the checks know this key and it is no secret at all"
PAIR = {
    "access_token": a(str),
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": a(str),
    "refresh_expires_in": 1_209_600,
}


def register(service):
    """Register somebody new and return their e-mail and the reply."""
    email = f"{uuid4().hex}@example.org"
    return email, service.post("/v1/auth/register", json={"email": email, "password": PASSWORD})


def log_in(service, email, password=PASSWORD):
    """Send a login."""
    return service.post("/v1/auth/login", json={"email": email, "password": password})


def me(service, authorization):
    """Ask who the caller is."""
    return service.get("/v1/me", headers={"Authorization": authorization})


@hint(
    "The view is there; what is missing is what it stores of the password",
    "Werkzeug, which comes with Flask, hashes with a salt: see werkzeug.security",
    "In passwords.py: return generate_password_hash(password)",
)
def test_register_creates_a_user(service):
    """POST /v1/auth/register answers 201 with the user, and never with the password

    What is shown once by mistake stays in logs, caches and browser histories for years
    """
    email, reply = register(service)
    name = email.partition("@")[0]
    user = {"id": a(str), "email": email, "display_name": name, "created_at": a(str)}
    assert reply == answer(201, user)
    assert "Location" in reply.headers
    assert reply.headers["Location"].endswith("/v1/me")
    assert 1 <= len(reply.json["id"]) <= 64
    _, another = register(service)
    assert another == answer(201)
    assert another.json["id"] != reply.json["id"]
    body = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD, "display_name": "Ada"}
    reply = service.post("/v1/auth/register", json=body)
    assert reply == answer(201, {**user, "email": body["email"], "display_name": "Ada"})


@hint(
    "Find the user by e-mail, compare the password with its hash, answer with two tokens",
    "jwt.encode() makes the access token, jti another one each time; the refresh token can be random text",
    'jwt.encode({"sub": user.id, "exp": now + 900, …}, secret, "HS256"); secrets.token_urlsafe(32)',
)
@requires("register_creates_a_user")
def test_login_returns_a_pair(service):
    """POST /v1/auth/login answers both tokens, how long they last, and no-store

    Whatever sits between service and caller may keep an answer, unless it says that it must not
    """
    email, _ = register(service)
    reply = log_in(service, email)
    assert reply == answer(200, PAIR)
    directives = reply.headers.get("Cache-Control", "").lower().replace(",", " ").split()
    assert "no-store" in directives
    again = log_in(service, email)
    assert again == answer(200, PAIR)
    for name in ("access_token", "refresh_token"):
        found = "the same" if again.json[name] == reply.json[name] else "another one"
        assert {f"{name} of a second login": found} == {f"{name} of a second login": "another one"}


@hint(
    "A stranger must not learn from the answer whether an e-mail is registered",
    "One answer for both: no such user, and a wrong password",
    'return problem(401, "invalid_credentials") in both cases',
)
@requires("login_returns_a_pair")
def test_wrong_logins_look_alike(service):
    """A wrong password and an unknown e-mail get the same 401

    Who can find out which addresses have an account tries stolen passwords on those only
    """
    email, _ = register(service)
    wrong = log_in(service, email, "correct horse batterY")
    assert wrong == problem(401, "invalid_credentials")
    unknown = log_in(service, f"{uuid4().hex}@example.org")
    assert unknown == problem(401, "invalid_credentials")
    assert without_instance(wrong) == without_instance(unknown)
    assert {"headers": names_of_headers(wrong)} == {"headers": names_of_headers(unknown)}
    assert log_in(service, email, "short") == problem(401, "invalid_credentials")
    assert log_in(service, email) == answer(200)


def without_instance(reply):
    """Return an error body without what names the one request."""
    return {name: value for name, value in reply.json.items() if name != "instance"}


def names_of_headers(reply):
    """Return which headers a reply has; their values may hold a time, or a number of the request."""
    return sorted({name.lower() for name in reply.headers} - {"date"})


@hint(
    "The caller sends the access token back in a header: Authorization: Bearer eyJ…",
    "jwt.decode() checks the signature; sub says which user. TODO 5: the word Bearer comes in any case",
    'jwt.decode(token, secret, algorithms=["HS256"], audience=…, issuer=…)["sub"], then find the user',
)
@requires("login_returns_a_pair")
def test_me_shows_the_user(service):
    """GET /v1/me answers whom the access token belongs to

    Nothing but the token says who is calling; all that a service allows rests on reading it right
    """
    email, registered = register(service)
    first = log_in(service, email).json["access_token"]
    assert me(service, f"Bearer {first}") == answer(200, registered.json)
    other_email, other = register(service)
    second = log_in(service, other_email).json["access_token"]
    assert me(service, f"Bearer {second}") == answer(200, other.json)
    for scheme in ("bearer", "BEARER"):
        spelled = f"Authorization: {scheme} <token>"
        assert {spelled: me(service, f"{scheme} {first}").status} == {spelled: 200}


@hint(
    "Without a token the answer is 401, and says in WWW-Authenticate what is wanted: Bearer",
    "Split the header at its blank; anything but the word Bearer and one token is no token",
    'problem(401, "unauthenticated", headers={"WWW-Authenticate": "Bearer"})',
)
@requires("me_shows_the_user")
def test_me_needs_a_token(service):
    """Without a Bearer token in the header the answer is 401 and asks for one

    A header that a client library cannot read as a challenge never makes it log in again
    """
    reply = service.get("/v1/me")
    assert reply == problem(401, "unauthenticated")
    challenge = reply.headers.get("WWW-Authenticate", "")
    assert challenge.lower().startswith("bearer")
    assert "error=" not in challenge
    email, _ = register(service)
    token = log_in(service, email).json["access_token"]
    names = ("access_token", "token", "jwt")
    cookies = "; ".join(f"{name}={token}" for name in names)
    for place, reply in {
        "the query": service.get("/v1/me", dict.fromkeys(names, token)),
        "a cookie": service.get("/v1/me", headers={"Cookie": cookies}),
        "another header": service.get("/v1/me", headers={"X-Access-Token": token, "X-Auth-Token": token}),
    }.items():
        assert {f"a token in {place}": refusal(reply)} == {f"a token in {place}": "401"}
    wrongs = ["Basic YWRhOnNlY3JldA==", f"Basic {token}", f"BearerX {token}", token, "Bearer"]
    wrongs += [f"Bearer {token} {token}", f"Bearer {token}, Bearer {token}", f"Bearer x.y.z, Bearer {token}"]
    for wrong in wrongs:
        shown = wrong.replace(token, "<token>")
        assert {"Authorization": shown, "status": refusal(me(service, wrong))} == {
            "Authorization": shown,
            "status": "401",
        }


def refusal(reply):
    """Return the status of a reply as a text, with what is wrong with its challenge."""
    if reply.status == 401 and not reply.headers.get("WWW-Authenticate", "").lower().startswith("bearer"):
        return "401 without WWW-Authenticate: Bearer"
    return str(reply.status)


@hint(
    "A default secret is one that everybody can read in your source, and sign with",
    "Before app.run(): count the bytes of JWT_SECRET, not its characters, and leave with a message",
    'if len(os.environ.get("JWT_SECRET", "").encode()) < 32: sys.exit("JWT_SECRET needs 32 bytes")',
)
@requires("login_returns_a_pair")
@fresh
def test_refuses_to_start_without_a_real_secret(service):
    """Without JWT_SECRET, or with less than 32 bytes of it, the service does not start

    A service that starts with a guessable key works so well that nobody notices until somebody forges
    """
    bad = [None, "", "secret", "x" * 31]
    service.parallel(len(bad), lambda number: service.refuses_to_start(env={"JWT_SECRET": bad[number]}))
    for secret in ("é" * 16, "é" * 16 + " "):  # 32 bytes in UTF-8, and a blank that belongs to the key
        with service.another(env={"JWT_SECRET": secret}) as other:
            email, _ = register(other)
            reply = log_in(other, email)
            assert {"JWT_SECRET": secret, "status": reply.status} == {"JWT_SECRET": secret, "status": 200}
            assert reply == answer(200, PAIR)
            read_jwt(reply.json["access_token"], secret)
