"""Access tokens"""

import json
import time
from uuid import uuid4

from backroad.checks import answer, forge_jwt, fresh, hint, problem, read_jwt, requires

PASSWORD = "correct horse battery"
SECRET = "the checks know this key and it is no secret at all"
GOOD = "200"
INVALID = "401 token_invalid"
EXPIRED = "401 token_expired"
# Far enough from every boundary: the leeway may be 0 to 5 seconds, and a busy machine slow.
FAR = 40


def log_in(service):
    """Register somebody new and return their e-mail and token pair."""
    email = f"{uuid4().hex}@example.org"
    assert service.post("/v1/auth/register", json={"email": email, "password": PASSWORD}) == answer(201)
    reply = service.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    assert reply == answer(200)
    return email, reply.json


def me(service, token):
    """Ask who the caller is."""
    return service.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


def outcome(service, token, due=INVALID):
    """Return what a token leads to: a status, and where it is refused, the code."""
    reply = me(service, token)
    if reply.status >= 500:  # fails, and shows where it crashed
        assert reply == (answer(200) if due == GOOD else problem(401, due.split()[1]))
    if reply.status != 401:
        return str(reply.status)
    code = reply.json.get("code") if isinstance(reply.json, dict) else None
    assert reply == problem(401, code)
    challenge = reply.headers.get("WWW-Authenticate", "")
    if not challenge.lower().startswith("bearer") or 'error="invalid_token"' not in challenge:
        return f"401 {code} with WWW-Authenticate: {challenge or 'nothing'}"
    return f"401 {code}"


class Forger:
    """Makes tokens like a good one, but for what is said."""

    def __init__(self, service):
        self.good = log_in(service)[1]["access_token"]
        self.header, self.claims = read_jwt(self.good)

    def __call__(self, header=(), key=SECRET, alg="HS256", without=(), **claims):
        """Return a good token with changes: in its header, in its claims, or signed otherwise."""
        changed = {name: value for name, value in {**self.claims, **claims}.items() if name not in without}
        return forge_jwt({**self.header, **dict(header)}, changed, key, alg)


@hint(
    "The claims are in the table of the README; the checks read them without your code",
    "A dict with iss, aud, sub, iat, exp, jti, use and ver goes into jwt.encode()",
    '{…, "sub": user.id, "iat": now, "exp": now + ttl, "jti": uuid4().hex, "use": "access", "ver": 0}',
)
@requires("me_shows_the_user")
def test_access_token_has_the_claims(service):
    """The access token is signed with HS256 and carries the eight claims

    Services of other teams read these tokens: a claim that is missing or called otherwise locks users out
    """
    began = time.time()
    email, pair = log_in(service)
    header, claims = read_jwt(pair["access_token"], SECRET)
    assert header["alg"] == "HS256"
    assert str(header.get("typ", "JWT")).lower() in ("jwt", "at+jwt")
    missing = [name for name in "iss aud sub iat exp jti use ver".split() if name not in claims]
    assert {"missing claims": missing} == {"missing claims": []}
    assert claims["iss"] == "backroad"
    assert claims["aud"] in ("backroad-api", ["backroad-api"])
    assert claims["sub"] == me(service, pair["access_token"]).json["id"]
    assert claims["use"] == "access"
    kinds = {name: type(claims[name]).__name__ for name in ("iat", "exp", "jti", "ver")}
    assert kinds["iat"] in ("int", "float")
    assert kinds["exp"] in ("int", "float")
    assert (kinds["jti"], kinds["ver"]) == ("str", "int")
    assert began - FAR < claims["iat"] < time.time() + FAR
    assert 899 <= claims["exp"] - claims["iat"] <= 901
    text = json.dumps([header, claims])
    assert {"the e-mail is inside": email in text, "the password is inside": PASSWORD in text} == {
        "the e-mail is inside": False,
        "the password is inside": False,
    }
    again = service.post("/v1/auth/login", json={"email": email, "password": PASSWORD}).json
    _, later = read_jwt(again["access_token"], SECRET)
    assert later["jti"] != claims["jti"]
    assert later["sub"] == claims["sub"]


@hint(
    "An expired token has a code of its own, so that clients know that a refresh will help",
    "jwt.decode() raises ExpiredSignatureError for these, and InvalidTokenError for all others",
    'except jwt.ExpiredSignatureError: 401 token_expired, with error="invalid_token" in WWW-Authenticate',
)
@requires("me_shows_the_user")
@fresh
def test_expired_tokens_are_refused(service):
    """A token past its time is 401 token_expired, one before it is good

    A stolen token that works for ever is a password that nobody can change
    """
    forge, now = Forger(service), time.time()
    tokens = {
        "exp in 40 s": (forge(exp=int(now) + FAR), GOOD),
        "exp in 40 s, as a fraction": (forge(exp=now + FAR + 0.5), GOOD),
        "exp 40 s ago": (forge(exp=int(now) - FAR), EXPIRED),
        "exp 40 s ago, as a fraction": (forge(exp=now - FAR - 0.5), EXPIRED),
        "exp in 1970": (forge(exp=0), EXPIRED),
        "exp 6 s ago": (forge(exp=int(now) - 6), EXPIRED),
        "exp 40 s ago, signed by somebody else": (forge(exp=int(now) - FAR, key="x" * 32), INVALID),
    }
    for name, (token, due) in tokens.items():
        assert {name: outcome(service, token, due)} == {name: due}
    # Each ends a second after the one before, so the first good one has a second left, whatever is forgiven.
    nearly_over = (forge(exp=int(now) + late) for late in range(-7, FAR))
    token = next(token for token in nearly_over if outcome(service, token, EXPIRED) == GOOD)
    time.sleep(1.2)
    name = "a token that was good, when its time is over"
    assert {name: outcome(service, token, EXPIRED)} == {name: EXPIRED}


@hint(
    "Everybody can read and write tokens; only the signature says that this one is yours",
    "jwt.decode() looks at the signature, unless options or verify=False tell it not to",
    'jwt.decode(token, secret, algorithms=["HS256"], …) and except jwt.InvalidTokenError: 401 token_invalid',
)
@requires("me_shows_the_user")
def test_changed_tokens_are_refused(service):
    """Another user's id, another key or another signature is 401 token_invalid

    Whoever reads claims without a look at the signature lets callers choose who they are
    """
    forge, victim = Forger(service), Forger(service).claims["sub"]
    head, payload, signature = forge.good.split(".")
    other = forge(sub=victim).split(".")[1]
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    tokens = {
        "the token itself": (forge.good, GOOD),
        "forged with the right key": (forge(), GOOD),
        "the payload of another user": (f"{head}.{other}.{signature}", INVALID),
        "the first character of the signature changed": (f"{head}.{payload}.{flipped}", INVALID),
        "half of the signature": (f"{head}.{payload}.{signature[:20]}", INVALID),
        "an empty signature": (f"{head}.{payload}.", INVALID),
        "no signature": (f"{head}.{payload}", INVALID),
        "another key": (forge(key="x" * 48), INVALID),
        "an empty key": (forge(key=""), INVALID),
        "the key secret": (forge(key="secret"), INVALID),
        "the issuer as the key": (forge(key="backroad"), INVALID),
        "the first 32 bytes of the key": (forge(key=SECRET[:32]), INVALID),
        "the key with a line end": (forge(key=SECRET + "\n"), INVALID),
    }
    for name, (token, due) in tokens.items():
        assert {name: outcome(service, token, due)} == {name: due}


@hint(
    "alg none says: nobody signed this. The caller must not be the one to decide that",
    "A list of the algorithms that you take, with one in it, and never the one of the header",
    'algorithms=["HS256"]; by hand: if header.get("alg") != "HS256": 401 token_invalid',
)
@requires("me_shows_the_user")
def test_alg_none_is_refused(service):
    """Tokens that say alg none are refused, in any spelling, with any signature

    In 2015 most libraries took them: every account of every service that used one stood open
    """
    forge = Forger(service)
    signature = forge.good.split(".")[2]
    for alg in ("none", "None", "NONE", "nOnE"):
        unsigned = forge({"alg": alg}, alg="none")
        tokens = {
            f"{alg}, empty signature": unsigned,
            f"{alg}, no third part": unsigned.rstrip("."),
            f"{alg}, a copied signature": unsigned + signature,
            f"{alg}, signed with the key": forge({"alg": alg}),
        }
        for name, token in tokens.items():
            assert {name: outcome(service, token)} == {name: INVALID}


@hint(
    "You sign with HS256, so you verify with HS256: what the header says is only compared",
    "The list of algorithms holds one name, not the family",
    'algorithms=["HS256"]',
)
@requires("me_shows_the_user")
def test_only_hs256_is_accepted(service):
    """Other algorithms are refused, even when they are signed with the right key

    What a verifier takes beyond need is what the next published attack will use
    """
    forge = Forger(service)
    for alg in ("HS384", "HS512"):
        assert {alg: outcome(service, forge({"alg": alg}, alg=alg))} == {alg: INVALID}
    for alg in ("RS256", "ES256", "PS256", "EdDSA", "hs256", "HS384", "", None, 256, ["HS256"]):
        name = f"alg {alg!r}, signed with HS256"
        assert {name: outcome(service, forge({"alg": alg}))} == {name: INVALID}
    bare = forge_jwt({"typ": "JWT"}, forge.claims, SECRET, "HS256")
    assert {"no alg": outcome(service, bare)} == {"no alg": INVALID}


@hint(
    "A right signature says who made the token, not that it was made for you or for this",
    "iss and aud are arguments of jwt.decode(), required claims an option; use, ver and typ you compare",
    'options={"require": ["exp", "iat", "iss", "aud", "sub", "jti"]}; type(claims["ver"]) is int, then ==',
)
@requires("me_shows_the_user")
def test_claims_are_checked(service):
    """Another typ, issuer, audience, use or version, or a missing claim, is refused

    One key often serves several services: without aud, a token of the least of them opens all
    """
    forge = Forger(service)
    version = forge.claims.get("ver", 0)
    untyped = {name: value for name, value in forge.header.items() if name != "typ"}
    good = {
        "typ JWT": forge({"typ": "JWT"}),
        "typ at+jwt": forge({"typ": "at+jwt"}),
        "no typ": forge_jwt(untyped, forge.claims, SECRET, "HS256"),
        "an audience list of one": forge(aud=["backroad-api"]),
        "an audience list with ours in it": forge(aud=["elsewhere", "backroad-api"]),
        "a claim that nobody knows": forge(scope="all"),
    }
    bad = {
        "typ refresh+jwt": forge({"typ": "refresh+jwt"}),
        "another issuer": forge(iss="elsewhere"),
        "an issuer that begins like ours": forge(iss="backroad-2"),
        "an issuer that is a part of ours": forge(iss="back"),
        "our issuer in capital letters": forge(iss="BACKROAD"),
        "another audience": forge(aud="elsewhere"),
        "an audience list without ours": forge(aud=["elsewhere", "backroad"]),
        "an audience that only begins like ours": forge(aud="backroad-api-2"),
        "an audience that is a part of ours": forge(aud="backroad"),
        "our audience in capital letters": forge(aud="BACKROAD-API"),
        "use refresh": forge(use="refresh"),
        "use id": forge(use="id"),
        "a later version": forge(ver=version + 1),
        "an earlier version": forge(ver=version - 1),
        "a version and a half": forge(ver=version + 0.5),
        "the version as a text": forge(ver=str(version)),
        "a user that is none": forge(sub=uuid4().hex),
        "a user's e-mail as sub": forge(sub="ada@example.org"),
        "an empty sub": forge(sub=""),
        "a number as jti": forge(jti=7),
        **{f"no {name}": forge(without=[name]) for name in "iss aud sub iat exp jti use ver".split()},
    }
    if version in (0, 1):
        bad["true or false for the version"] = forge(ver=bool(version))
    for name, token in good.items():
        assert {name: outcome(service, token, GOOD)} == {name: GOOD}
    for name, token in bad.items():
        assert {name: outcome(service, token)} == {name: INVALID}


@hint(
    "Times are numbers of seconds; a text is none, and a token from the future is not good yet",
    "PyJWT looks at iat and nbf, and takes a text of digits and True for numbers: look at the types yourself",
    'type(claims["exp"]) in (int, float), the same for iat, and for nbf where it is there',
)
@requires("me_shows_the_user")
def test_times_are_checked(service):
    """Tokens not good yet are refused, and so are times that are no numbers

    A token that was made for tomorrow must not work today, whoever made it
    """
    forge, now = Forger(service), int(time.time())
    tokens = {
        "nbf 40 s ago": (forge(nbf=now - FAR), GOOD),
        "iat an hour ago": (forge(iat=now - 3600), GOOD),
        "iat a minute ago, as a fraction": (forge(iat=now - 59.5), GOOD),
        "nbf in 40 s": (forge(nbf=now + FAR), INVALID),
        "nbf in an hour": (forge(nbf=now + 3600), INVALID),
        "iat in an hour": (forge(iat=now + 3600, exp=now + 7200), INVALID),
        "iat in 100 s": (forge(iat=now + 100), INVALID),
        "exp as a text": (forge(exp=str(now + 900)), INVALID),
        "exp as a word": (forge(exp="tomorrow"), INVALID),
        "exp as a date": (forge(exp="2099-01-01T00:00:00Z"), INVALID),
        "iat as a text": (forge(iat=str(now)), INVALID),
        "iat true": (forge(iat=True), INVALID),
        "nbf as a text": (forge(nbf=str(now - FAR)), INVALID),
        "nbf true": (forge(nbf=True), INVALID),
    }
    for name, (token, due) in tokens.items():
        assert {name: outcome(service, token, due)} == {name: due}
    soon = forge(nbf=int(time.time()) + 10)  # made when it is sent: 5 s may be forgiven
    assert {"nbf in 10 s": outcome(service, soon)} == {"nbf in 10 s": INVALID}


@hint(
    "Whatever stands behind Bearer is either a good token or a 401",
    "Catch the base class of your library's errors around all that reads the token, its header too",
    "except jwt.InvalidTokenError: 401 token_invalid; by hand: except (ValueError, KeyError, TypeError)",
)
@requires("me_shows_the_user")
def test_malformed_tokens_never_crash(service):
    """Broken parts, foreign keys in the header and hostile kids are 401, never 500

    Scanners send such tokens all day; each 500 is an alarm, and some of them are a way in
    """
    forge = Forger(service)
    head, payload, signature = forge.good.split(".")
    claims, header = json.dumps(forge.claims), json.dumps(forge.header)
    attacker = {"kty": "oct", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"}
    tokens = {
        "one part": "abc",
        "only the header": head,
        "two parts": f"{head}.{payload}",
        "four parts": f"{forge.good}.{signature}",
        "five parts": f"{forge.good}.{payload}.{signature}",
        "only dots": "..",
        "no header": f".{payload}.{signature}",
        "no payload": f"{head}..{signature}",
        "parts that are no base64": "!!!.???.###",
        "a header that is no JSON": forge_jwt("alg=HS256", claims, SECRET, "HS256"),
        "a header that is a list": forge_jwt('["HS256"]', claims, SECRET, "HS256"),
        "a header that is null": forge_jwt("null", claims, SECRET, "HS256"),
        "a payload that is no JSON": forge_jwt(header, "sub=1", SECRET, "HS256"),
        "a payload that is a list": forge_jwt(header, f"[{claims}]", SECRET, "HS256"),
        "a payload that is a text": forge_jwt(header, '"admin"', SECRET, "HS256"),
        "a payload that is a number": forge_jwt(header, "1", SECRET, "HS256"),
        "an empty payload": forge_jwt(header, "", SECRET, "HS256"),
        "an empty object": forge_jwt(header, "{}", SECRET, "HS256"),
        "bytes that are no UTF-8": "_____w.__-_.__8",
        "crit that nobody knows": forge({"crit": ["x"], "x": 1}),
        "crit exp": forge({"crit": ["exp"]}),
        "a key of the attacker in jwk": forge({"jwk": attacker}, key="x" * 32),
        "an address in jku": forge({"jku": "http://127.0.0.1:9/keys"}, key="x" * 32),
        "an address in x5u": forge({"x5u": "http://127.0.0.1:9/cert"}, key="x" * 32),
        "a certificate in x5c": forge({"x5c": ["eHh4"]}, key="x" * 32),
        "kid /dev/null with an empty key": forge({"kid": "../../../../dev/null"}, key=""),
        "kid with SQL": forge({"kid": "' UNION SELECT 'x' -- "}, key="x"),
        "4,000 characters": "a" * 4_000,
        "4,000 dots": "." * 4_000,
    }
    for name, token in tokens.items():
        assert {name: outcome(service, token)} == {name: INVALID}
    found = outcome(service, forge({"typ": None}))
    assert found in (GOOD, INVALID), {"typ null": found}
    for name, kid in {"kid is a path": "../../dev/null", "kid is SQL": "' OR 1=1 --", "kid is 7": 7}.items():
        found = outcome(service, forge({"kid": kid}))
        assert found in (GOOD, INVALID), {name: found}
    assert outcome(service, forge.good, GOOD) == GOOD


@hint(
    "Issuer, audience and lifetimes come from the environment, with defaults",
    'os.environ.get("JWT_ISSUER", "backroad"); lifetimes are numbers, so int() around them',
    'os.environ.get("JWT_AUDIENCE", "backroad-api"), int(os.environ.get("ACCESS_TOKEN_TTL", "900"))',
)
@requires("access_token_has_the_claims")
def test_tokens_follow_the_settings(service):
    """JWT_ISSUER, JWT_AUDIENCE and both lifetimes are what the environment says

    The same program runs for tests, for staging and for customers; only the environment tells them apart
    """
    ours = Forger(service)
    env = {
        "JWT_ISSUER": "https://id.example.org/",
        "JWT_AUDIENCE": "shop",
        "ACCESS_TOKEN_TTL": "77",
        "REFRESH_TOKEN_TTL": "1",
    }
    with service.another(env=env) as other:
        _, pair = log_in(other)
        assert {name: pair.get(name) for name in ("expires_in", "refresh_expires_in")} == {
            "expires_in": 77,
            "refresh_expires_in": 1,
        }
        _, claims = read_jwt(pair["access_token"], SECRET)
        assert claims["iss"] == env["JWT_ISSUER"]
        assert claims["aud"] in ("shop", ["shop"])
        assert 76 <= claims["exp"] - claims["iat"] <= 78
        assert outcome(other, pair["access_token"], GOOD) == GOOD
        assert {"a token of the other issuer": outcome(other, ours.good)} == {
            "a token of the other issuer": INVALID
        }
