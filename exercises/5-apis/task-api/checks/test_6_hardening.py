"""Hardening: hostile input, races, retries"""

from urllib.parse import quote

from backroad.checks import answer, anything, fresh, hint, problem, requires

PATH = "/v1/tasks"
JSON = "application/json"
CODES = {400: "malformed_request", 422: "validation_failed"}
SQL = "x'; DROP TABLE tasks; --"
DEEP = 100_000


def create(service, **members):
    """Create a task; return its path and the task."""
    created = service.post(PATH, json={"title": "Tea", **members})
    assert created == answer(201)
    return f"{PATH}/{created.json['id']}", created.json


def invalid(errors):
    """Describe the refusal of a body: each field with its code."""
    return problem(422, "validation_failed", errors)


@hint(
    "One emoji is one character for people, two units for JavaScript and Java, four bytes in UTF-8",
    "Count code points: len() of a Python str does",
    "len(title) <= 200, and a column that counts characters, not bytes",
)
def test_lengths_count_code_points(service):
    """200 emoji are a title, 5,000 a description, 30 a tag; one more is too long

    A limit in bytes lets an English title be four times as long as a Chinese or Arabic one
    """
    tea = "🍵"
    longest = {"title": tea * 200, "description": tea * 5_000, "tags": [tea * 30]}
    path, task = create(service, **longest)
    assert {name: task[name] for name in longest} == longest
    assert service.get(path) == answer(200, task)
    longer = {"title": tea * 201, "description": tea * 5_001, "tags": [tea * 31]}
    errors = {"title": "too_long", "description": "too_long", "tags[0]": "too_long"}
    assert service.post(PATH, json=longer) == invalid(errors)


@hint(
    "Some characters cannot be stored everywhere: U+0000 and halves of surrogate pairs",
    "PostgreSQL refuses U+0000; no encoder of UTF-8 takes half a surrogate pair",
    "re.search('[\\0\\ud800-\\udfff]', text): Fault(name, 'characters', '…')",
)
def test_unfit_characters_are_refused(service):
    """U+0000 and half a surrogate pair are refused in title, description and tags

    They pass through your code and crash a driver, a log or the client that reads the list
    """
    path, task = create(service)
    for unfit in ("a\0b", "a\ud800b", "\udfff"):
        wrong = {"title": unfit, "description": unfit, "tags": ["ok", unfit]}
        errors = {"title": "characters", "description": "characters", "tags[1]": "characters"}
        assert service.post(PATH, json=wrong) == invalid(errors)
        assert service.put(path, json=wrong) == invalid(errors)
        assert service.patch(path, json=wrong) == invalid(errors)
        others = {"status": unfit, "due_at": unfit, "title": "Tea"}
        assert service.post(PATH, json=others) == invalid({"status": anything, "due_at": anything})
    assert service.post(PATH, json={"title": "Tea", "a\0b": 1, "\ud800": 1}).status == 422
    assert service.get(path) == answer(200, task)
    whole = {"title": "🍵", "description": "\x01\x7f\u2028\ufeff\uffff", "tags": ["\U0010ffff"]}
    _, kept = create(service, **whole)
    assert {name: kept[name] for name in whole} == whole


@hint(
    "JSON has more numbers than your program: with a fraction of zero, with 5,000 digits, beyond all doubles",
    "given.json refuses what is no number; what is left has a type and limits",
    "type(value) is int, then 1 <= value <= 5",
)
def test_odd_numbers_are_refused(service):
    """2.0 is no integer; 1e999 and numbers of 5,000 digits are refused

    A number that only crashes the database driver is still a number that anybody can send
    """
    path, task = create(service)
    for number in (b"2.0", b"2e0", b"-0.0"):
        body = b'{"title": "Tea", "priority": ' + number + b"}"
        assert service.post(PATH, body=body, content_type=JSON) == invalid({"priority": "type"})
    for number in (b"1e999", b"-1e999", b"9" * 5_000, b"%d" % 2**63, b"-%d" % (2**63 + 1), b"%d" % 2**31):
        for name in (b"priority", b"due_at", b"title"):
            body = b'{"title": "Tea", "' + name + b'": ' + number + b"}"
            reply = service.patch(path, body=body, content_type=JSON)
            assert reply.status in CODES
            assert reply == problem(reply.status, CODES[reply.status])
    assert service.get(path) == answer(200, task)


@hint(
    "Parsers call themselves for each bracket; a hundred thousand of them end in a RecursionError",
    "Catch RecursionError around the parser, and measure how deep the value is",
    "read_object() of given.json does it, in all three views",
)
def test_deep_nesting_is_refused(service):
    """60 levels are read, 200 and 100,000 are malformed, and the service lives on

    A body of 200 kB that costs an attacker nothing must not end a worker
    """
    path, task = create(service)
    for method, place in (("POST", PATH), ("PUT", path), ("PATCH", path)):

        def send(value, method=method, place=place):
            body = b'{"title": "Tea", "tags": ' + value + b"}"
            return service.request(method, place, body=body, content_type=JSON)

        assert send(b"[" * 59 + b"]" * 59) == invalid({"tags[0]": "type"})
        for levels in (200, DEEP):
            assert send(b"[" * levels + b"]" * levels) == problem(400, "malformed_request")
        assert send(b'{"a":' * 200 + b"1" + b"}" * 200) == problem(400, "malformed_request")
    _, kept = create(service, description="[{" * 200)
    assert kept["description"] == "[{" * 200
    assert service.get(path) == answer(200, task)


@hint(
    "Python's own parser of times reads far more than RFC 3339",
    "A regular expression for the form first, then the numbers",
    "parse_time() of given.times",
)
def test_times_have_one_form(service):
    """Week dates, times without separators and other writings are refused

    What you take today you must take for ever, from every language that sends it
    """
    day = "2026-03-01"
    wrong = ["20260301T093000Z", "2026-W09-7T09:30:00Z", "2026-060T09:30:00Z", "2026-3-1T9:30:00Z"]
    wrong += [f"{day}T09Z", f"{day}T09:30:00+0100", f"{day}T09:30:00,5Z", f"{day}T09:30:00.Z"]
    wrong += [f" {day}T09:30:00Z", f"{day}T09:30:00Z\n", f"+00{day}T09:30:00Z", "٢٠٢٦-03-01T09:30:00Z"]
    for sent in wrong:
        assert service.post(PATH, json={"title": "Tea", "due_at": sent}) == invalid({"due_at": "format"})
    for edge in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        reply = service.post(PATH, json={"title": "Tea", "due_at": edge})
        assert reply.status in (201, 422)
    assert service.get(f"{PATH}?limit=100") == answer(200)


@hint(
    "An id is a text until you know that it is one of yours",
    "int() of a long text is a number that no column holds; a database may convert what you give it",
    "re.fullmatch('[1-9][0-9]{0,8}', task_id), else 404, before the database is asked",
)
def test_odd_ids_are_404(service):
    """Long, encoded and malicious ids are a 404 for every method

    Scanners try these on every address there is, all day; none may cost you an alarm
    """
    path, task = create(service)
    ids = ["-1", "1.5", "1e3", "null", "*", "9" * 10, "9" * 19, "9" * 30, "9" * 2_000, "x" * 2_000]
    ids += [quote(text, safe="") for text in (SQL, "' OR '1'='1", "\0", "1\0", "🍵", "%", "\n", " ", "../..")]
    for odd in ids:
        for method in ("GET", "DELETE"):
            reply = service.request(method, f"{PATH}/{odd}")
            assert reply == problem(404, "not_found")
    for wild in ("%FF", "%E2%82", "%ED%A0%80", "%D9%A1"):
        assert service.get(f"{PATH}/{wild}").status in (400, 404)
    for odd in ("9" * 30, "%00", quote(SQL), "1%00", "x" * 2_000):
        assert service.put(f"{PATH}/{odd}", json={"title": "Tea"}) == problem(404, "not_found")
        assert service.patch(f"{PATH}/{odd}", json={"priority": 1}) == problem(404, "not_found")
    assert service.get(path) == answer(200, task)


@hint(
    "Whatever stands in a query, a body or a header is a value, and never a part of SQL",
    "SQLAlchemy sends values apart from the statement; f-strings around SQL do not",
    "Refuse U+0000 in q and tag as well: PostgreSQL does not take it in a query either",
)
@requires("list_shows_the_tasks")
def test_hostile_texts_do_no_harm(service):
    """SQL and wild bytes in queries, members and headers are values like others

    One quote that ends your statement early gives the whole table away
    """
    path, task = create(service, title=SQL, description=f"{SQL} {{}} %s %(x)s :x ?", tags=[SQL])
    assert service.get(path) == answer(200, task)
    assert task["title"] == SQL
    assert task["tags"] == [SQL.lower()]
    found = service.get(PATH, {"q": SQL, "tag": SQL})
    assert found == answer(200)
    assert task in found.json["items"]
    names = (
        "status",
        "priority_min",
        "tag",
        "q",
        "due_before",
        "overdue",
        "sort",
        "limit",
        "offset",
        "color",
    )
    for value in (
        quote(SQL),
        "%00",
        "%FF%FE",
        "%ED%A0%80",
        "x" * 3_000,
        "9" * 400,
        "-" + "9" * 30,
        "%25",
        "a&&=&b",
    ):
        for name in names:
            reply = service.get(f"{PATH}?{name}={value}")
            assert reply == (answer(200) if reply.status == 200 else problem(400, "invalid_parameter"))
    for value in ("x", '"', '"a', "W/", ",", ",,,", SQL, '"é"', "x" * 5_000, '"a" "b"', "*, *"):
        reply = service.patch(path, json={"priority": 1}, headers={"If-Match": value})
        assert reply.status in (200, 400, 412)
        if reply.status != 200:
            assert reply == problem(reply.status, anything)
        assert service.get(path, headers={"If-None-Match": value}).status in (200, 304, 400)
    assert service.get(PATH) == answer(200)


@hint(
    "A weak tag says that two answers mean about the same; that is too little for a write",
    "request.if_match compares strongly with `in`; do not strip W/ by hand",
    "tag in request.if_match",
)
@requires("old_etag_is_412")
def test_weak_etags_do_not_match(service):
    """If-Match with W/ in front of the present ETag is a 412

    Caches weaken tags when they change an answer; what they hold is no longer what you sent
    """
    path, task = create(service)
    tag = service.get(path).headers["ETag"]
    for tags in (f"W/{tag}", f'"x", W/{tag}'):
        for method, body in (("PATCH", {"priority": 1}), ("PUT", {"title": "Coffee"}), ("DELETE", None)):
            more = {} if body is None else {"json": body}
            reply = service.request(method, path, headers={"If-Match": tags}, **more)
            assert reply == problem(412, "precondition_failed")
    assert service.get(path) == answer(200, task)


@hint(
    "Who has the present version already is told so, without the task: 304",
    "If-None-Match compares weakly: W/ in front does not matter",
    "if request.if_none_match.contains_weak(tag): an empty answer with status 304 and the ETag",
)
@requires("answers_have_an_etag")
def test_known_versions_are_304(service):
    """GET and HEAD with the present ETag in If-None-Match are a 304 without a body

    A page that looks every few seconds whether something is new costs almost nothing then
    """
    path, task = create(service)
    tag = service.get(path).headers["ETag"]
    for tags in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        for method in ("GET", "HEAD"):
            reply = service.request(method, path, headers={"If-None-Match": tags})
            assert reply.status == 304
            assert reply.headers.get("ETag") == tag
            assert reply.body == b""
    assert service.get(path, headers={"If-None-Match": '"x"'}) == answer(200, task)
    assert service.patch(path, json={"priority": 1}) == answer(200)
    changed = service.get(path, headers={"If-None-Match": tag})
    assert changed == answer(200, {**task, "priority": 1, "updated_at": anything})
    assert service.get(f"{PATH}/abc", headers={"If-None-Match": "*"}) == problem(404, "not_found")


def locked(database, seconds):
    """Let another program hold the tasks, so that writes wait and then all want to go first."""
    tables = database.tables()
    table = next((table for table in tables if "title" in database.columns(table)), tables[0])
    return database.locked(table, seconds)


@hint(
    "A database that is busy is waited for, and ids come from the database, not from counting rows",
    "SQLite: PRAGMA busy_timeout; short transactions that begin with their write",
    "make_engine() of given.database sets the timeout; primary_key=True lets the database choose ids",
)
@requires("answers_have_an_etag")
@fresh
def test_parallel_creates_lose_nothing(service, database):
    """40 tasks of eight callers at once are all there, also when it is locked

    The busiest minute of the year is the one in which tasks must not get lost
    """
    with locked(database, seconds=1):
        created = service.parallel(
            8, lambda caller: [service.post(PATH, json={"title": f"Tea {caller}-{i}"}) for i in range(5)]
        )
    replies = [reply for own in created for reply in own]
    for reply in replies:
        assert reply == answer(201)
    ids = [reply.json["id"] for reply in replies]
    assert {"different ids": len(set(ids))} == {"different ids": 40}
    for reply in replies:
        assert service.get(f"{PATH}/{reply.json['id']}") == answer(200, reply.json)


@hint(
    "Of several deletes of one task only one has deleted it",
    "The row count of the DELETE itself tells; a SELECT before it does not",
    "if connection.execute(delete(tasks).where(…)).rowcount == 0: abort(404)",
)
@requires("delete_then_404")
@fresh
def test_parallel_deletes_succeed_once(service, database):
    """Of eight deletes of one task at once, one is a 204 and seven are a 404

    Whoever got a 204 may do what comes after it: refund, e-mail, log; once
    """
    for _ in range(2):
        path, _ = create(service)
        with locked(database, seconds=0.4):
            replies = service.parallel(8, lambda _, path=path: service.delete(path))
        assert sorted(reply.status for reply in replies) == [204] + [404] * 7
        assert service.get(path) == problem(404, "not_found")


@hint(
    "The key and the task are stored together; the same key finds the task again",
    "A table with the key as primary key, a digest of the JSON value and the id of the task",
    "json.dumps(body, sort_keys=True) is the same text for the same value",
)
@requires("create_takes_every_member")
@fresh
def test_idempotency_key_creates_once(service):
    """The same Idempotency-Key and JSON value create one task, also after a restart

    A phone in a tunnel sends again what it got no answer to; the task was created, the answer was lost
    """
    headers = {"Idempotency-Key": "5f2d81-A"}
    sent = {"title": "Tea", "tags": ["a"], "priority": 2}
    first = service.post(PATH, json=sent, headers=headers)
    assert first == answer(201)
    again = service.post(PATH, body=b'{ "priority":2,"tags":["\\u0061"], "title" : "Tea"}', content_type=JSON,
                         headers=headers)  # fmt: skip
    service.restart()
    later = service.post(PATH, json=sent, headers=headers)
    for reply in (again, later):
        assert reply == answer(201)
        assert reply.json["id"] == first.json["id"]
    others = [{**sent, "title": "Coffee"}, {**sent, "status": "todo"}, {"title": "Tea", "tags": ["a"]}]
    for other in (*others, {**sent, "title": " Tea"}, {**sent, "tags": ["A"]}):
        reply = service.post(PATH, json=other, headers=headers)
        assert reply == problem(422, "idempotency_key_reused")
    for key in ("5f2d81-a", "5f2d81", "!" * 64, "~"):
        reply = service.post(PATH, json=sent, headers={"Idempotency-Key": key})
        assert reply == answer(201)
        assert reply.json["id"] != first.json["id"]
    listed = service.get(PATH)
    assert listed == answer(200)
    assert {"tasks": listed.json["page"]["total"]} == {"tasks": 5}
    for key in ("x" * 65, "a b", "é"):
        reply = service.post(PATH, json=sent, headers={"Idempotency-Key": key})
        assert reply == problem(400, "invalid_parameter")
        fields = {error["field"].lower() for error in reply.json["errors"]}
        assert fields == {"idempotency-key"}
    assert service.get(PATH) == answer(200, listed.json)


@hint(
    "Several requests with one key may all find that it is new; only one may be the first to store it",
    "A primary key decides: the second INSERT fails with an IntegrityError, and all of its transaction",
    "with engine.begin(): insert the task, insert the key; except IntegrityError: read what the first stored",
)
@requires("idempotency_key_creates_once")
@fresh
def test_parallel_retries_create_once(service, database):
    """Eight requests with one key at once create one task; each gets it, or a 409

    Impatient clients do not wait for an answer before they try again
    """
    for number in range(2):
        headers = {"Idempotency-Key": f"retry-{number}"}
        with locked(database, seconds=0.4):
            replies = service.parallel(
                8, lambda _, headers=headers: service.post(PATH, json={"title": "Retried"}, headers=headers)
            )
        for reply in replies:
            assert reply == (problem(409, "conflict") if reply.status == 409 else answer(201))
        ids = {reply.json["id"] for reply in replies if reply.status == 201}
        assert {"different ids": len(ids)} == {"different ids": 1}
        found = service.get(PATH, {"q": "Retried"})
        assert found == answer(200)
        assert {"tasks": found.json["page"]["total"]} == {"tasks": number + 1}
