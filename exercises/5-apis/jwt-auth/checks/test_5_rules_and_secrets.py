"""Rules and secrets"""

import base64
import binascii
import hashlib
import hmac
import re
import time
from datetime import datetime, timedelta
from uuid import uuid4

from backroad.checks import a, answer, anything, forge_jwt, fresh, hint, problem, read_jwt, requires

PASSWORD = "correct horse battery"
SECRET = "the checks know this key and it is no secret at all"
# 254 characters in parts that every mail server takes.
LONGEST_EMAIL = "a" * 60 + "@" + ("b" * 60 + ".") * 3 + "c" * 6 + ".org"
FAST = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s")
ROUNDS = (1, 2, 10, 100, 1_000, 10_000, 100_000)
ENOUGH_ROUNDS = 600_000
# The hashes that PBKDF2 is used with, and how many rounds of each take as long.
ENOUGH_ROUNDS_OF = {"sha1": 1_300_000, "sha256": ENOUGH_ROUNDS, "sha512": 210_000}
SCRYPT_COSTS = (2, 16, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384)


def fresh_email():
    """Return an e-mail that nobody has."""
    return f"{uuid4().hex}@example.org"


def register(service, email, password=PASSWORD, **more):
    """Send a registration."""
    body = {"email": email, "password": password, **more}
    return service.post("/v1/auth/register", json=body)


def log_in(service, email, password=PASSWORD):
    """Send a login."""
    return service.post("/v1/auth/login", json={"email": email, "password": password})


def header_of(service, email, password=PASSWORD):
    """Register somebody, and return the header that carries their access token."""
    assert register(service, email, password) == answer(201)
    reply = log_in(service, email, password)
    assert reply == answer(200)
    return {"Authorization": f"Bearer {reply.json['access_token']}"}


@hint(
    "People type their address with a capital letter today and without one tomorrow",
    "Trim it and make it lower case before it is stored and before it is looked for",
    'email = body.text("email", trimmed=True).lower(), at register and at login',
)
@requires("login_returns_a_pair")
def test_email_is_one_whatever_its_case(service):
    """Case and white space around an e-mail do not matter; nobody can take it twice

    Two accounts for one person: orders in the one, the password mail for the other
    """
    email = fresh_email()
    reply = register(service, f" \t{email.upper()} ")
    assert reply == answer(201)
    assert reply.json["email"] == email
    assert reply.json["display_name"].lower() == email.partition("@")[0]
    for spelled in (email, email.upper(), email.title(), f"  {email}\n"):
        assert log_in(service, spelled) == answer(200)
        taken = register(service, spelled, "another password")
        assert taken == problem(409, "conflict", {"email": anything})
    assert log_in(service, email) == answer(200)
    assert log_in(service, email, "another password") == problem(401, "invalid_credentials")
    # A service may refuse letters beyond ASCII. One that takes them knows their lower case, and no other.
    name = uuid4().hex
    for first, second, due in (("zoë", "ZOË", 409), ("straße", "strasse", 201)):
        replies = [register(service, f"{name}{word}@example.org") for word in (first, second)]
        if replies[0].status != 422:
            found = [reply.status for reply in replies]
            assert {f"{first}, then {second}": found} == {f"{first}, then {second}": [201, due]}


@hint(
    "One @ with something on both sides, a dot behind it, 3 to 254 characters; no more than that",
    "Body.refuse() notes a fault, and Body.finish() answers them all",
    'name, _, domain = email.partition("@"); body.refuse("email", "format", "…") if not …',
)
@requires("login_returns_a_pair")
def test_register_checks_the_email(service):
    """What is no e-mail is refused with 422 and the field email

    A misspelt address locks its owner out for good, and the mail goes to somebody else
    """
    wrong = [
        7,
        None,
        ["ada@example.org"],
        "",
        "   ",
        "a@",
        "@b",
        "ada",
        "@example.org",
        "ada@",
        "ada@localhost",
        "ada.king@localhost",
    ]
    wrong += [
        "ada@home@example.org",
        "ada@@example.org",
        "@",
        "x" + LONGEST_EMAIL,
        "a" * 300 + "@example.org",
    ]
    for email in wrong:
        reply = register(service, email, display_name="Ada")
        assert reply == problem(422, "validation_failed", {"email": anything})
    local = uuid4().hex.ljust(60, "a")
    longest = local + LONGEST_EMAIL[60:]
    for email in (longest, f"{uuid4().hex}+tag@mail.example.co.uk", f"o'{uuid4().hex}@example.org"):
        assert register(service, email, display_name="Ada") == answer(201)
        assert log_in(service, email) == answer(200)
    local = uuid4().hex.ljust(64, "b")
    reply = register(service, f"{local}@example.org")
    assert reply == answer(201)
    assert {"display_name": reply.json["display_name"]} == {"display_name": local}


@hint(
    "Length is the rule that helps; the others keep out what attackers try first",
    "given/common_passwords.txt holds twenty of those, one a line",
    'body.text("password", shortest=10, longest=128); password.lower() in COMMON: insecure',
)
@requires("login_returns_a_pair")
def test_register_checks_the_password(service):
    """Passwords have 10 to 128 characters of any kind, and are none of the usual ones

    The usual ones are tried first, on every address that ever leaked
    """
    email = fresh_email()
    wrong = [
        ("x" * 9, "too_short"),
        ("", anything),
        ("👋" * 9, "too_short"),
        ("x" * 129, "too_long"),
        ("👋" * 129, "too_long"),
        ("0123456789", "insecure"),
        ("password123", "insecure"),
        ("PASSWORD123", "insecure"),
        ("Passw0rd123", "insecure"),
        ("sunshine123", "insecure"),
        (email, "insecure"),
        (email.upper(), "insecure"),
        (1234567890, "type"),
        (None, anything),
        ("nul\0inside it", "characters"),
    ]
    for password, code in wrong:
        assert register(service, email, password) == problem(422, "validation_failed", {"password": code})
    good = [
        "xyz" * 3 + "x",
        "👋" * 10,
        "👋" * 128,
        "x" * 128,
        "password1234!",
        "          ",
        "pass\tword\nline",
    ]
    for password in good:
        email = fresh_email()
        assert register(service, email, password) == answer(201)
        assert log_in(service, email, password) == answer(200)


@hint(
    "A password is compared exactly as it was typed",
    "No strip(), no lower(), no normalize(), nothing cut off: bcrypt alone looks at 72 bytes only",
    "hash_password(password) of the whole text; before bcrypt, a SHA-256 of it in base64",
)
@requires("login_returns_a_pair")
def test_every_character_of_a_password_counts(service):
    """Spaces, case, every code point and what comes after 72 bytes count

    A password of four words is worth nothing when the service stops reading after two of them
    """
    long = "x" * 72
    passwords = [(f"  {PASSWORD} ", PASSWORD), (PASSWORD, f" {PASSWORD}"), (PASSWORD, f"{PASSWORD}\n")]
    passwords += [
        (long + "first", long + "other"),
        (long + "first", long),
        ("é" * 36 + "one", "é" * 36 + "two"),
    ]
    passwords += [("Correct Horse", "correct horse"), ("x" * 127 + "y", "x" * 127 + "z")]
    passwords += [("👋" * 127 + "a", "👋" * 127 + "b"), ("two  blanks here", "two blanks here")]
    passwords += [("ﬁ" * 10, "fi" * 10), ("Å" * 10, "A\u030a" * 10)]
    for right, wrong in passwords:
        email = fresh_email()
        assert register(service, email, right) == answer(201)
        found = {"password": right, "tried": wrong, "status": log_in(service, email, wrong).status}
        assert found == {"password": right, "tried": wrong, "status": 401}
        assert log_in(service, email, right) == answer(200)


@hint(
    "Somebody who fills in a form wants to hear of all mistakes at once",
    "Note every fault, answer at the end; members that are not in the table are faults as well",
    'Body("email", "password", "display_name", read_only=("id", "created_at")), then finish()',
)
@requires("register_creates_a_user")
def test_register_lists_every_fault(service):
    """All faults come in one answer; members that callers may not set are among them

    A service that stores whatever it is sent lets callers set their own id, role or password hash
    """
    reply = service.post("/v1/auth/register", json={})
    assert reply == problem(422, "validation_failed", {"email": "required", "password": "required"})
    reply = register(service, "ada", "short", display_name="  ")
    every = {"email": anything, "password": "too_short", "display_name": anything}
    assert reply == problem(422, "validation_failed", every)
    for name in ("is_admin", "version", "ver", "password_hash"):
        reply = register(service, fresh_email(), **{name: 1})
        assert reply == problem(422, "validation_failed", {name: "unknown_field"})
    for name in ("id", "created_at"):
        reply = register(service, fresh_email(), **{name: "7"})
        assert reply == problem(422, "validation_failed", {name: anything})


@hint(
    "The name is the only thing here that a user may change without a password",
    "PATCH changes what is sent and keeps the rest; the answer is the user as it is now",
    'Body("display_name", read_only=("id", "email", "password", "created_at"))',
)
@requires("me_shows_the_user")
def test_display_name_can_be_changed(service):
    """PATCH /v1/me changes the display name and nothing else

    A change of address that asks for no proof is how accounts are taken over
    """
    email = fresh_email()
    header = header_of(service, email)
    before = service.get("/v1/me", headers=header).json
    for sent, stored in (
        ("Ada Lovelace", "Ada Lovelace"),
        ("A", "A"),
        (" \tZoë 👋\n", "Zoë 👋"),
        ("👋" * 60, "👋" * 60),
    ):
        reply = service.patch("/v1/me", json={"display_name": sent}, headers=header)
        assert reply == answer(200, {**before, "display_name": stored})
        assert service.get("/v1/me", headers=header) == answer(200, reply.json)
    wrong = [("display_name", value, anything) for value in ("", " \t", None)]
    wrong += [("display_name", "x" * 61, "too_long"), ("display_name", 7, "type")]
    # Beside a good name: whether the name may be missing is the service's choice.
    wrong += [(name, "x@example.org", "read_only") for name in ("email", "password", "id")]
    wrong += [("created_at", "2026-01-01T00:00:00Z", anything), ("version", 7, "unknown_field")]
    for name, value, code in wrong:
        reply = service.patch("/v1/me", json={"display_name": "Eve", name: value}, headers=header)
        assert reply == problem(422, "validation_failed", {name: code})
    assert service.get("/v1/me", headers=header) == answer(200, {**before, "display_name": "👋" * 60})
    for value, code in (("x" * 61, "too_long"), (7, "type"), ("", anything), (None, anything)):
        reply = register(service, fresh_email(), display_name=value)
        assert reply == problem(422, "validation_failed", {"display_name": code})
    reply = register(service, fresh_email(), display_name="  Ada ")
    assert reply == answer(201)
    assert reply.json["display_name"] == "Ada"


@hint(
    "A name is part of the account: whoever changes it shows a good token first",
    "The same function as for every other path of one's own account, before the body is read",
    "user = caller() in the first line of the view",
)
@requires("display_name_can_be_changed")
def test_changing_the_name_needs_a_token(service):
    """Without a good access token the display name stays as it is

    The path that was added last is the one where nobody remembers to ask who is calling
    """
    header = header_of(service, fresh_email())
    before = service.get("/v1/me", headers=header).json
    head, claims = read_jwt(header["Authorization"].partition(" ")[2])
    changes = {
        "another version": {"ver": claims["ver"] + 1},
        "use refresh": {"use": "refresh"},
        "another audience": {"aud": "elsewhere"},
        "exp 40 s ago": {"exp": int(time.time()) - 40},
    }
    tokens = {
        name: forge_jwt(head, {**claims, **change}, SECRET, "HS256") for name, change in changes.items()
    }
    sent = {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}
    for name, headers in {"no token": {}, "x.y.z": {"Authorization": "Bearer x.y.z"}, **sent}.items():
        reply = service.patch("/v1/me", json={"display_name": "Eve"}, headers=headers)
        assert {name: reply.status} == {name: 401}
        assert reply == problem(401, anything)
    assert service.get("/v1/me", headers=header) == answer(200, before)


@hint(
    "The rules of a password hold wherever one is set",
    "One function for both, with the name of the member as its argument",
    'password_in(body, "new_password", user.email)',
)
@requires("register_checks_the_password", "password_change_ends_every_login")
def test_a_new_password_keeps_the_rules(service):
    """A new password is held to the same rules, as new_password

    The rule that only one of two doors knows is no rule
    """
    email = fresh_email()
    header = header_of(service, email)
    wrong = [
        ("x" * 9, "too_short"),
        ("x" * 129, "too_long"),
        ("password123", "insecure"),
        (email, "insecure"),
        (email.upper(), "insecure"),
    ]
    wrong += [(7, "type"), (None, anything)]
    for password, code in wrong:
        body = {"current_password": PASSWORD, "new_password": password}
        reply = service.put("/v1/me/password", json=body, headers=header)
        assert reply == problem(422, "validation_failed", {"new_password": code})
    reply = service.put("/v1/me/password", json={}, headers=header)
    every = {"current_password": "required", "new_password": "required"}
    assert reply == problem(422, "validation_failed", every)
    reply = service.delete("/v1/me", json={}, headers=header)
    assert reply == problem(422, "validation_failed", {"password": "required"})
    assert service.get("/v1/me", headers=header) == answer(200)


@hint(
    "Login says no more than it must: what is no text is 422, all else is right or wrong",
    "required and type are for the form of the body; the rules of e-mails and passwords are for register",
    'Body("email", "password"), two times body.text(), body.finish(), then compare',
)
@requires("login_returns_a_pair")
def test_bodies_are_checked(service):
    """Bodies that are no JSON object are refused; any two texts are a login

    A body that crashes the login is a 500 that anybody can cause without an account
    """
    for path in ("/v1/auth/register", "/v1/auth/login", "/v1/auth/refresh", "/v1/auth/logout"):
        reply = service.post(path, body=b"{", content_type="application/json")
        assert reply == problem(400, "malformed_request")
        reply = service.post(path, body=b"email=a", content_type="application/x-www-form-urlencoded")
        assert reply == problem(415, "unsupported_media_type")
        reply = service.post(path, json=[1])
        assert reply == problem(422, "validation_failed", {"": "type"})
        assert service.get(path) == problem(405, "method_not_allowed")
    assert service.get("/v1/auth/nothing") == problem(404, "not_found")
    bodies = [
        ({}, {"email": "required", "password": "required"}),
        ({"email": fresh_email()}, {"password": "required"}),
        ({"email": 7, "password": True}, {"email": "type", "password": "type"}),
        ({"email": fresh_email(), "password": None}, {"password": anything}),
        ({"email": ["a"], "password": PASSWORD}, {"email": "type"}),
    ]
    for body, errors in bodies:
        assert service.post("/v1/auth/login", json=body) == problem(422, "validation_failed", errors)
    known = fresh_email()
    assert register(service, known) == answer(201)
    for email, password in (
        (fresh_email(), "x"),
        ("no e-mail", PASSWORD),
        (fresh_email(), "x" * 200),
        (known, "x" * 200),
        (known, ""),
    ):
        assert log_in(service, email, password) == problem(401, "invalid_credentials")


@hint(
    "An id is a text of letters and digits, a time is RFC 3339 in UTC",
    "format_time() and now() of given.times write 2026-03-01T09:30:00.000Z",
    '"created_at": format_time(now())',
)
@requires("register_creates_a_user")
def test_users_are_shown_in_one_form(service):
    """Ids are short texts, created_at is the time of the registration in UTC

    A time without a zone is wrong by hours for most readers, and nobody can tell for whom
    """
    reply = register(service, fresh_email())
    assert reply == answer(201, {"id": a(str), "email": a(str), "display_name": a(str), "created_at": a(str)})
    assert {
        "id of letters, digits, _ and -": bool(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", reply.json["id"]))
    } == {"id of letters, digits, _ and -": True}
    written = reply.json["created_at"]
    form = bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", written))
    assert {"created_at": written, "like 2026-03-01T09:30:00.000Z": form} == {
        "created_at": written,
        "like 2026-03-01T09:30:00.000Z": True,
    }
    created = datetime.fromisoformat(written)
    assert abs(datetime.now(created.tzinfo) - created) < timedelta(minutes=2)


@hint(
    "Whoever steals a backup must not be able to log in with what they find",
    "Store a hash of the password and a hash of the refresh token, print neither",
    "generate_password_hash(password); hashlib.sha256(token.encode()).hexdigest(); no print(request.json)",
)
@requires("password_change_ends_every_login")
def test_nothing_secret_at_rest_or_in_logs(service, database):
    """Neither database nor log shows passwords, refresh tokens or the key

    Backups and logs are read by more people and machines than anybody counts
    """
    password, later = f"first {uuid4().hex}", f"second {uuid4().hex}"
    email = fresh_email()
    header = header_of(service, email, password)
    pair = log_in(service, email, password).json
    log_in(service, email, f"{password} mistyped")
    reply = service.post("/v1/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    assert reply == answer(200)
    secrets = {
        "the password": password,
        "the first refresh token": pair["refresh_token"],
        "the second refresh token": reply.json["refresh_token"],
        "JWT_SECRET": SECRET,
    }
    body = {"current_password": password, "new_password": later}
    assert service.put("/v1/me/password", json=body, headers=header) == answer(204)
    secrets["the new password"] = later
    stored, log = database.at_rest(), service.log.encode("utf-8", "replace")
    for name, secret in secrets.items():
        for spelled in spellings(secret):
            found = {"in the database": spelled in stored, "in the log": spelled in log}
            assert {name: found} == {name: {"in the database": False, "in the log": False}}


def spellings(secret):
    """Return a secret as bytes, and in the encodings that only look like protection."""
    data = secret.encode()
    return [
        data,
        data[::-1],
        data.hex().encode(),
        base64.b64encode(data).rstrip(b"="),
        base64.b32encode(data)[:-8],
    ]


@hint(
    "A salt of its own for each user makes equal passwords look different",
    "generate_password_hash() and every good library choose a random salt and store it beside the hash",
    "No constant salt, and no hash of the bare password",
)
@requires("register_creates_a_user")
@fresh
def test_equal_passwords_are_stored_differently(service, database):
    """Two users with the same password have different hashes

    Without a salt one table of hashes, computed once, opens all accounts of all services at once
    """
    stored_alike(service, database)
    with service.another(env={"APP_ENV": None}) as other:
        stored_alike(other, database)


def stored_alike(service, database):
    """Two of three users have the same password, and nothing stored that only they share."""
    emails = [fresh_email() for _ in range(3)]
    users = []
    for email, password in zip(emails, (PASSWORD, "a better battery staple", PASSWORD), strict=True):
        reply = register(service, email, password)
        assert reply == answer(201)
        users.append(reply.json)
    first, other, second = stored_for_each(database, users)
    common = {value for value in first & second - other if str(value) not in map(str, users[1].values())}
    assert {"stored values that both have": sorted(map(str, common))} == {"stored values that both have": []}


@hint(
    "A fast hash is guessed a billion times a second; one for passwords is made to be slow",
    "scrypt, argon2id, bcrypt with cost 10, PBKDF2 with 600,000 rounds; a low cost is for tests only",
    'generate_password_hash(password) as it comes; cheaper only if os.environ.get("APP_ENV") == "test"',
)
@requires("login_returns_a_pair")
@fresh
def test_passwords_are_hashed_slowly(service, database):
    """Without APP_ENV=test the hash of a password takes work to guess

    From a stolen table with fast hashes nine of ten passwords are known the same day
    """
    email, password, later = fresh_email(), f"slow {uuid4().hex}", f"later {uuid4().hex}"
    with service.another(env={"APP_ENV": None, "PASSWORD_HASH_ROUNDS": None}) as other:
        reply = register(other, email, password)
        assert reply == answer(201)
        user = reply.json
        found = quick_guess(password, hashes_of(database, user))
        assert {"a quick guess that fits": found} == {"a quick guess that fits": None}
        reply = log_in(other, email, password)
        assert reply == answer(200)
        header = {"Authorization": f"Bearer {reply.json['access_token']}"}
        body = {"current_password": password, "new_password": later}
        assert other.put("/v1/me/password", json=body, headers=header) == answer(204)
    found = quick_guess(later, hashes_of(database, user), thorough=False)
    assert {"after a change of password": found} == {"after a change of password": None}


@hint(
    "A setting for tests that reaches production by mistake must not open the table of passwords there",
    "Compare APP_ENV with the one word test, in this case, and look at other settings of cost only then",
    'full_cost = os.environ.get("APP_ENV") != "test"; no look at PASSWORD_HASH_ROUNDS with it',
)
@requires("passwords_are_hashed_slowly")
@fresh
def test_only_tests_hash_cheaply(service, database):
    """No APP_ENV but test makes hashing cheap, whatever PASSWORD_HASH_ROUNDS says

    A staging system with a copy of the real users is as good as the real one to whoever steals it
    """
    password = f"slow {uuid4().hex}"
    for value in ("development", "TEST"):
        with service.another(env={"APP_ENV": value, "PASSWORD_HASH_ROUNDS": "4"}) as other:
            reply = register(other, fresh_email(), password)
            assert reply == answer(201)
        found = quick_guess(password, hashes_of(database, reply.json), thorough=False)
        assert {f"with APP_ENV={value}": found} == {f"with APP_ENV={value}": None}


def hashes_of(database, user):
    """Return what is stored for a user, without what is shown."""
    return stored_for(database, user) - {user["display_name"], user["created_at"]}


def stored_for(database, user):
    """Return all values of the rows, of any table, that hold the user's id or e-mail."""
    values = set()
    for table in database.tables():
        for row in database.rows(f"SELECT * FROM {database.quoted(table)}"):
            found = values_of(row)
            if {plain(user["email"]), plain(user["id"])} & {plain(value) for value in found}:
                values |= found
    return values


def stored_for_each(database, users):
    """Return for each of several users the values of their rows, and of nobody else's.

    The 1 of the first user stands for a version or a cost too, so a column tells whose a row is only where it
    holds the ids, or the e-mails, of them all.
    """
    values = [set() for _ in users]
    for table in database.tables():
        rows = database.rows(f"SELECT * FROM {database.quoted(table)}")
        for key in ("id", "email"):
            keys = [plain(user[key]) for user in users]
            for column in rows[0] if rows else ():
                if not {*keys} <= {plain(row[column]) for row in rows}:
                    continue
                for row in rows:
                    if plain(row[column]) in keys:
                        values[keys.index(plain(row[column]))] |= values_of(row)
    return values


def values_of(row):
    """Return the values of a row; what is neither bytes nor a whole number as text."""
    return {value if isinstance(value, bytes | int) else str(value) for value in row.values()}


def plain(value):
    """Return a value as text; a UUID is the same with dashes and without."""
    return str(value).replace("-", "")


def quick_guess(password, values, *, thorough=True):
    """Return how somebody with the stored values could test a guess cheaply; None where nobody can.

    Without ``thorough`` only the cheapest ways are tried, as they are usual in tests.
    """
    most = max(ROUNDS) if thorough else 1_024
    texts = [str(value) for value in values]
    weak = [setting for setting in map(weak_setting, texts) if setting]
    if weak:
        return weak[0]
    pieces = {piece for text in texts for piece in (text, *re.split(r"[$:,;.| ]", text))}
    known = {data for piece in pieces for data in readings(piece)} | {
        v for v in values if isinstance(v, bytes)
    }
    hashes = {data[:16] for data in known if len(data) >= 16}
    counts = {int(piece) for piece in pieces if re.fullmatch(r"[1-9][0-9]{3,5}", piece)}
    usual = {count for count in ROUNDS if count <= most}
    rounds = sorted({*usual, *(count for count in counts if count < ENOUGH_ROUNDS)})
    costs = [cost for cost in SCRYPT_COSTS if cost <= most]
    for salt in [b"", *(data for data in known if 4 <= len(data) <= 64)]:
        for name, digest in guesses(password.encode(), salt, rounds, costs):
            if digest[:16] in hashes or digest.hex().encode()[:16] in hashes:
                return name
    return None


def readings(piece):
    """Return the bytes that a piece of text may stand for."""
    yield piece.encode("utf-8", "replace")
    if len(piece) < 8 or not re.fullmatch(r"[A-Za-z0-9+/_-]+=*", piece):
        return
    for decode in (bytes.fromhex, base64.b64decode, base64.urlsafe_b64decode):
        try:
            yield decode(piece if decode is bytes.fromhex else piece + "=" * (-len(piece) % 4))
        except (ValueError, binascii.Error):
            continue


def guesses(secret, salt, counts, costs):
    """Yield name and digest of each cheap way to hash a password with a salt."""
    yield "no hash at all", secret
    for name in FAST:
        for text in {secret, salt + secret, secret + salt}:
            digest = hashlib.new(name, text).digest()
            yield name, digest
            yield f"{name} twice", hashlib.new(name, digest).digest()
            yield f"{name} twice", hashlib.new(name, digest.hex().encode()).digest()
        if not name.startswith("blake"):
            yield f"HMAC with {name}", hmac.digest(salt, secret, name)
            yield f"HMAC with {name}", hmac.digest(SECRET.encode(), salt + secret, name)
    for rounds in counts:
        for name in ("sha256", "sha1", "sha512") if rounds < 10_000 else ("sha256",):
            yield f"PBKDF2 with {rounds} rounds", hashlib.pbkdf2_hmac(name, secret, salt, rounds)
    for cost in costs:
        yield f"scrypt with N = {cost}", hashlib.scrypt(secret, salt=salt, n=cost, r=8, p=1, dklen=64)


def weak_setting(text):
    """Return what is weak in a hash that names its own settings, as the usual libraries write it."""
    bcrypt = re.match(r"\$2[abxy]\$(\d\d)\$", text)
    if bcrypt and int(bcrypt[1]) < 10:
        return f"bcrypt with cost {int(bcrypt[1])}"
    argon = re.match(r"\$argon2\w*\$(?:v=\d+\$)?m=(\d+),t=(\d+)", text)
    if argon and int(argon[1]) * int(argon[2]) < 35_000:
        return f"argon2 with m = {argon[1]} and t = {argon[2]}"
    pbkdf2 = re.match(r"\$?pbkdf2[:_-](?:hmac[:_-])?(sha\d+)[:$](?:i=)?(\d+)", text)
    if pbkdf2 and int(pbkdf2[2]) < ENOUGH_ROUNDS_OF.get(pbkdf2[1], 0):
        return f"PBKDF2 with {pbkdf2[2]} rounds of {pbkdf2[1]}"
    scrypt = re.match(r"scrypt:(\d+):(\d+):(\d+)\$", text)
    if scrypt and int(scrypt[1]) * int(scrypt[2]) * int(scrypt[3]) < 2**18:
        return f"scrypt with N = {scrypt[1]}, r = {scrypt[2]}, p = {scrypt[3]}"
    return None


@hint(
    "A lifetime that is no number of seconds is a mistake in the settings, and nobody sees it later",
    "Read the settings once, before the server starts, and leave with a message",
    'if not text.isdigit() or int(text) < 1: sys.exit("ACCESS_TOKEN_TTL must be a whole number from 1")',
)
@requires("refuses_to_start_without_a_real_secret")
@fresh
def test_refuses_to_start_with_bad_lifetimes(service):
    """Lifetimes that are no positive whole numbers keep the service from starting

    A typing mistake in a setting must fail at the deployment, not at the first login after it
    """
    for pair in (("0", "15m"), ("1_0", "1.5"), ("+5", "")):
        bad = [{name: value} for name in ("ACCESS_TOKEN_TTL", "REFRESH_TOKEN_TTL") for value in pair]
        service.parallel(len(bad), lambda number, bad=bad: service.refuses_to_start(env=bad[number]))
