"""Refuse"""

from datetime import UTC, datetime, timedelta

from backroad.checks import answer, anything, hint, problem, requires

PATH = "/v1/tasks"
SOME = {"title": "Tea", "priority": 4, "tags": ["a"]}
DEFAULTS = {"description": "", "status": "todo", "priority": 3, "due_at": None, "tags": []}
LIMIT = 1_048_576
JSON = "application/json"


def create(service, **members):
    """Create a task; return its path and the task."""
    created = service.post(PATH, json={"title": "Tea", **members})
    assert created == answer(201)
    return f"{PATH}/{created.json['id']}", created.json


def invalid(errors):
    """Describe the refusal of a body: each field with its code."""
    return problem(422, "validation_failed", errors)


def refuses(service, member, wrong):
    """Send wrong values of a member with POST; (value, code) pairs."""
    for value, code in wrong:
        assert service.post(PATH, json={"title": "Tea", member: value}) == invalid({member: code})


@hint(
    "A title is needed, as a text of 1 to 200 characters once the white space at its ends is gone",
    "title.strip(' \\t\\r\\n') first, then the length; what is stored is the stripped text",
    "Fault('title', 'required' | 'blank' | 'too_long', '…') in a list; abort(problem(422, errors=faults))",
)
@requires("create_answers_the_task")
def test_titles_have_rules(service):
    """A title is trimmed, and has 1 to 200 characters then

    A list of tasks without names helps nobody, and a title of a megabyte breaks every page it is on
    """
    assert service.post(PATH, json={}) == invalid({"title": "required"})
    refuses(service, "title", [("", "blank"), (" \t\r\n ", "blank"), ("x" * 201, "too_long")])
    for sent, kept in (("  Write  report\n", "Write  report"), (f"\t{'x' * 200} ", "x" * 200), ("x", "x")):
        created = service.post(PATH, json={"title": sent})
        assert created == answer(201)
        assert created.json["title"] == kept


@hint(
    "Every value has a type, and a value of another one is refused, not converted",
    "In Python True is an int as well: isinstance(True, int) holds, type(True) is int does not",
    "if type(value) is not int: faults.append(Fault('priority', 'type', 'must be an integer'))",
)
@requires("titles_have_rules")
def test_types_are_strict(service):
    """Values of another type are refused: true, "2" and 2.5 are no integers

    A service that guesses turns the mistakes of its callers into data that nobody can repair
    """
    refuses(service, "title", [(value, "type") for value in (5, True, ["Tea"], {"text": "Tea"})])
    refuses(service, "description", [(value, "type") for value in (0, False, [])])
    refuses(service, "status", [(value, "type") for value in (1, True, ["todo"])])
    refuses(service, "priority", [(value, "type") for value in (True, False, "2", 2.5, [2], {})])
    refuses(service, "due_at", [(value, "type") for value in (1772355600, True, {}, [])])
    refuses(service, "tags", [(value, "type") for value in ("work", 1, {"0": "work"}, False)])
    wrong = {"tags[0]": "type", "tags[2]": "type"}
    assert service.post(PATH, json={"title": "Tea", "tags": [1, "ok", ["a"]]}) == invalid(wrong)


@hint(
    "Each member has its limits; the contract's table says which code belongs to which",
    "Compare after the type was found right: None and texts have no order with numbers",
    "if value < 1: too_small; if value > 5: too_large; if status not in STATUSES: choice",
)
@requires("types_are_strict")
def test_values_have_limits(service):
    """Priority, status and description are taken up to their limits only

    Limits that are off by one show up as a bug of whoever trusted the documentation
    """
    refuses(service, "priority", [(0, "too_small"), (6, "too_large"), (-1, anything), (10**6, "too_large")])
    refuses(service, "status", [(value, "choice") for value in ("", "open", "Done", "todo ", "doin")])
    refuses(service, "description", [("x" * 5_001, "too_long")])
    for member, values in {
        "priority": [1, 2, 3, 4, 5],
        "status": ["todo", "doing", "done"],
        "description": ["x" * 5_000, "  kept\n as sent \t", "\r\nkept\r\nas sent\n\n"],
    }.items():
        for value in values:
            created = service.post(PATH, json={"title": "Tea", member: value})
            assert created == answer(201)
            assert created.json[member] == value


@hint(
    "Each tag is read like a title, then turned to lower case; a repeat of an earlier one is dropped",
    "dict.fromkeys(tags) drops repeats and keeps the order",
    "Fault(f'tags[{index}]', 'blank', '…') for an element, Fault('tags', 'too_many', '…') for the list",
)
@requires("types_are_strict")
def test_tags_are_tidied(service):
    """Tags are trimmed, lower-cased, not repeated; wrong ones are named by place

    Work, work and " work" are one tag for people, and three for a filter that nobody told
    """
    sent = ["  Work ", "q1", "\tq1\n", "WORK", "É", "Straße", "two  words", "x" * 30]
    created = service.post(PATH, json={"title": "Tea", "tags": sent})
    assert created == answer(201)
    assert created.json["tags"] == ["work", "q1", "é", "straße", "two  words", "x" * 30]
    ten = [f"t{number}" for number in range(10)]
    created = service.post(PATH, json={"title": "Tea", "tags": ten})
    assert created == answer(201)
    assert created.json["tags"] == ten
    assert service.post(PATH, json={"title": "Tea", "tags": [*ten, "one"]}) == invalid({"tags": "too_many"})
    wrong = ["ok", "", " \n", "x" * 31, f" {'y' * 30} ", None]
    errors = {"tags[1]": "blank", "tags[2]": "blank", "tags[3]": "too_long", "tags[5]": anything}
    assert service.post(PATH, json={"title": "Tea", "tags": wrong}) == invalid(errors)


@hint(
    "A time with an offset is a moment; store and print it in UTC",
    "parse_time() of given.times reads RFC 3339, cuts to milliseconds and gives UTC",
    "format_time(parse_time(value)), and a Fault with the code 'format' for a ValueError",
)
@requires("types_are_strict")
def test_times_become_utc(service):
    """due_at is answered in UTC with milliseconds, whatever offset it was sent with

    Times that keep their offsets cannot be compared as texts, and people in two countries see two deadlines
    """
    for sent, printed in {
        "2026-03-01T10:30:00+01:00": "2026-03-01T09:30:00.000Z",
        "2026-03-01T00:30:00.5+05:45": "2026-02-28T18:45:00.500Z",
        "2026-12-31T23:59:59.999999999-00:30": "2027-01-01T00:29:59.999Z",
        "2024-02-29T00:00:00.0009Z": "2024-02-29T00:00:00.000Z",
        "2026-03-01T09:30:00.123Z": "2026-03-01T09:30:00.123Z",
        "2026-03-01t09:30:00z": "2026-03-01T09:30:00.000Z",
    }.items():
        created = service.post(PATH, json={"title": "Tea", "due_at": sent})
        assert created == answer(201)
        assert created.json["due_at"] == printed
        path = f"{PATH}/{created.json['id']}"
        assert service.get(path) == answer(200, created.json)
        _, other = create(service)
        changed = service.patch(f"{PATH}/{other['id']}", json={"due_at": sent})
        assert changed == answer(200)
        assert changed.json["due_at"] == printed


@hint(
    "A text that is no time, or one without an offset, is refused with the code format",
    "datetime.fromisoformat() takes dates and naive times as well; parse_time() of given.times does not",
    "except ValueError: Fault('due_at', 'format', 'must be a time with an offset')",
)
@requires("times_become_utc")
def test_bad_times_are_refused(service):
    """Naive, impossible and half times are refused

    A time without an offset is a different moment in each time zone; guessing one is wrong somewhere
    """
    day = "2026-03-01"
    naive = [f"{day}T09:30:00", f"{day}T09:30:00.000", day]
    impossible = [
        "2026-02-30T09:30:00Z",
        "2026-13-01T09:30:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T09:60:00Z",
    ]
    no_time = [
        "",
        "yesterday",
        "09:30:00Z",
        "1772355600",
        "2026-03-01T09:30:00Zulu",
        "2026-03-01T09:30:00+25:00",
    ]
    refuses(service, "due_at", [(value, "format") for value in naive + impossible + no_time])


@hint(
    "The times that the service sets itself are in UTC as well, wherever its machine stands",
    "datetime.now() is the local time; datetime.now(UTC) is the same everywhere",
    "format_time(now()), both of given.times",
)
@requires("times_become_utc", "completed_at_follows_status")
def test_time_zones_do_not_matter(service):
    """A service in New York or in Tokyo sets and prints the same times

    Most laptops are not in UTC and most servers are: such a bug passes every test on one of them
    """
    for place in ("America/New_York", "Asia/Tokyo"):
        with service.another(env={"TZ": place}) as abroad:
            before = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
            sent = {"title": "Tea", "status": "done", "due_at": "2026-03-01T10:30:00+01:00"}
            created = abroad.post(PATH, json=sent)
            assert created == answer(201)
            path = f"{PATH}/{created.json['id']}"
            assert abroad.patch(path, json={"status": "todo"}) == answer(200)
            patched = abroad.patch(path, json={"status": "done"})
            assert patched == answer(200)
            assert abroad.put(path, json={"title": "Tea"}) == answer(200)
            replaced = abroad.put(path, json=sent)
            assert replaced == answer(200)
            after = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
            for reply in (created, patched, replaced):
                for name in ("created_at", "updated_at", "completed_at"):
                    assert before <= str(reply.json[name]) <= after
                assert reply.json["due_at"] == "2026-03-01T09:30:00.000Z"
            assert abroad.get(path) == answer(200, replaced.json)


@hint(
    "A member that the service sets, or does not know, is refused and not ignored",
    "Go through the names of the body, not only through those you expect",
    "for name in body: read_only if name in READ_ONLY, unknown_field if name not in FIELDS",
)
@requires("titles_have_rules")
def test_members_are_known_and_writable(service):
    """Unknown members and those that the service sets are refused

    Ignored members hide misspelt ones; taken ones let anybody write the id, or a date of completion
    """
    ours = dict.fromkeys(("id", "created_at", "updated_at", "completed_at"), "read_only")
    errors = {**ours, **dict.fromkeys(("owner", "Title", "version"), "unknown_field")}
    sent = {"title": "Tea", "id": "9", "created_at": "2026-03-01T09:30:00.000Z", "updated_at": None}
    sent |= {"completed_at": None, "owner": "me", "Title": "Tea", "version": 7}
    before = total(service)
    assert service.post(PATH, json=sent) == invalid(errors)
    assert {"tasks in the list": total(service)} == {"tasks in the list": before}
    path, task = create(service)
    for method in ("PUT", "PATCH"):
        assert service.request(method, path, json=sent) == invalid(errors)
        assert service.request(method, path, json=task) == invalid(ours)
        assert service.get(path) == answer(200, task)


def total(service):
    """Return how many tasks the list counts."""
    reply = service.get(PATH)
    assert reply == answer(200)
    return reply.json["page"]["total"]


@hint(
    "Everything that is wrong is told at once",
    "Gather faults in a list and go on; answer when every member was looked at",
    "faults += …; at the end, once: if faults: abort(problem(422, errors=faults))",
)
@requires("types_are_strict", "members_are_known_and_writable", "tags_are_tidied")
def test_all_faults_are_told(service):
    """A body with eight faults is answered with these eight

    With one fault per answer a form of ten fields takes ten attempts to fill in
    """
    body = {
        "description": 5,
        "status": "open",
        "priority": True,
        "due_at": "tomorrow",
        "tags": ["ok", "", "fine", "x" * 31],
        "owner": 1,
    }
    errors = {
        "title": "required",
        "description": "type",
        "status": "choice",
        "priority": "type",
        "due_at": "format",
        "tags[1]": "blank",
        "tags[3]": "too_long",
        "owner": "unknown_field",
    }
    assert service.post(PATH, json=body) == invalid(errors)
    path, task = create(service)
    assert service.put(path, json=body) == invalid(errors)
    errors.pop("title")
    assert service.patch(path, json=body) == invalid(errors)
    assert service.get(path) == answer(200, task)


@hint(
    "null is not the same as absent: only due_at may be null",
    "Look for the name in the body, then for None, then at the type",
    "if value is None and name != 'due_at': Fault(name, 'null', 'must not be null')",
)
@requires("patch_null_clears_due_at", "types_are_strict")
def test_null_is_refused(service):
    """null for anything but due_at is refused and changes nothing

    Most crashes of PATCH are a null that travels as far as a column that forbids it
    """
    path, task = create(service, **SOME)
    for name in ("title", "description", "status", "priority", "tags"):
        assert service.patch(path, json={name: None}) == invalid({name: "null"})
        assert service.post(PATH, json={"title": "Tea", name: None}) == invalid({name: anything})
        assert service.put(path, json={"title": "Tea", name: None}) == invalid({name: anything})
    every = dict.fromkeys(("title", "description", "status", "priority", "tags"), "null")
    nulls = dict.fromkeys([*every, "due_at"])
    assert service.patch(path, json=nulls) == invalid(every)
    assert service.get(path) == answer(200, task)
    assert service.post(PATH, json={"title": "Tea", "due_at": None}) == answer(201)


@hint(
    "PUT and PATCH read their body with the same rules as POST",
    "One function for all three, told whether absent members get their defaults",
    "read_fields(body, partial=True) for PATCH: no defaults, and title is not required",
)
@requires("all_faults_are_told", "same_values_change_nothing")
def test_changes_follow_the_rules(service):
    """PUT and PATCH tidy and refuse like POST; what is refused changes nothing at all

    Rules that hold only at creation are no rules: the next edit breaks them
    """
    path, task = create(service, **SOME)
    wrong = {
        "title": [(" ", "blank"), ("x" * 201, "too_long")],
        "description": [("x" * 5_001, "too_long")],
        "status": [("open", "choice")],
        "priority": [(0, "too_small"), (6, "too_large"), ("2", "type")],
        "due_at": [("2026-03-01T09:30:00", "format")],
        "tags": [([str(number) for number in range(11)], "too_many")],
    }
    for name, pairs in wrong.items():
        for value, code in pairs:
            assert service.patch(path, json={"priority": 1, name: value}) == invalid({name: code})
            assert service.put(path, json={**SOME, name: value}) == invalid({name: code})
    assert service.put(path, json={"priority": 1}) == invalid({"title": "required"})
    assert service.get(path) == answer(200, task)
    untidy = {"title": "  Mate\n", "tags": [" B", "b", "A"], "due_at": "2026-03-01T10:30:00.0009+01:00"}
    tidy = {"title": "Mate", "tags": ["b", "a"], "due_at": "2026-03-01T09:30:00.000Z"}
    patched = service.patch(path, json=untidy)
    assert patched == answer(200, {**task, **tidy, "updated_at": anything})
    replaced = service.put(path, json=untidy)
    assert replaced == answer(200, {**patched.json, **DEFAULTS, **tidy, "updated_at": anything})
    assert service.get(path) == answer(200, replaced.json)


@hint(
    "What is the same but written differently is no change",
    "Compare the tidied values with the row, not those of the body",
    "values = clean(body) first, then changes = {name: value … if row[name] != value}",
)
@requires("changes_follow_the_rules")
def test_other_spellings_change_nothing(service):
    """White space, capitals in tags and another offset are no change

    The same task read from two programs would otherwise never come to rest
    """
    values = {"title": "Tea", "tags": ["a", "b"], "due_at": "2026-03-01T09:30:00.000Z"}
    path, task = create(service, **values)
    untidy = {"title": " Tea ", "tags": ["A ", "b", "B"], "due_at": "2026-03-01T10:30:00+01:00"}
    for name, value in untidy.items():
        assert service.patch(path, json={name: value}) == answer(200, task)
    assert service.patch(path, json=untidy) == answer(200, task)
    assert service.put(path, json=untidy) == answer(200, task)
    assert service.get(path) == answer(200, task)


@hint(
    "JSON that is no object is a 422 like any other broken rule; its field is empty",
    "read_object() of given.json refuses it, for PATCH too",
    "if not isinstance(body, dict): abort(problem(422, errors=[Fault('', 'type', '…')]))",
)
@requires("titles_have_rules", "patch_changes_what_is_sent", "put_replaces_everything")
def test_bodies_are_objects(service):
    """A list, a text, a number, true or null instead of an object is refused

    body['title'] of a list raises, and the caller reads 500: our fault, where it was theirs
    """
    path, _ = create(service)
    for body in (b'[{"title": "Tea"}]', b'"Tea"', b"3", b"true", b"null", b"[]"):
        for method, place in (("POST", PATH), ("PUT", path), ("PATCH", path)):
            reply = service.request(method, place, body=body, content_type=JSON)
            assert reply == invalid({"": "type"})


@hint(
    "Look at Content-Type first, then at the size, then parse",
    "read_object() takes the media types it may read; without any, application/json only",
    "read_object('application/json', 'application/merge-patch+json') in PATCH",
)
@requires("titles_have_rules", "patch_changes_what_is_sent", "put_replaces_everything")
def test_media_types_are_checked(service):
    """What is not sent as JSON is a 415; PATCH takes merge patches too

    Reading a body as something it does not say it is lets a form of any web site write tasks
    """
    path, task = create(service)
    good = b'{"title": "Tea"}'
    requests = (("POST", PATH), ("PUT", path), ("PATCH", path))
    for method, place in requests:
        for media_type in (None, "text/plain", "application/x-www-form-urlencoded", "application/jsonlines"):
            reply = service.request(method, place, body=good, content_type=media_type)
            assert reply == problem(415, "unsupported_media_type")
        status = 201 if method == "POST" else 200
        reply = service.request(method, place, body=good, content_type="application/json; charset=utf-8")
        assert reply == answer(status)
    merge = "application/merge-patch+json"
    assert service.patch(path, body=b'{"priority": 1}', content_type=merge) == answer(
        200, {**task, "priority": 1, "updated_at": anything}
    )
    for method, place in requests[:2]:
        reply = service.request(method, place, body=good, content_type=merge)
        assert reply == problem(415, "unsupported_media_type")


@hint(
    "A body that cannot be read is a 400, one that is too long a 413",
    "read_object() of given.json does both; request.get_json() lets NaN through",
    "Call read_object() in each view that takes a body, before anything else",
)
@requires("titles_have_rules", "patch_changes_what_is_sent", "put_replaces_everything")
def test_broken_bodies_are_refused(service):
    """Broken JSON is a 400; 1 MiB is read, one byte more is a 413

    Without a limit a handful of requests fill the memory; without a 400 the caller looks for our mistake
    """
    path, task = create(service)
    broken = (
        b"", b"{", b'{"title": "Tea",}', b"title=Tea", b'{"title": "T\xe9a"}', b'{"title": NaN}',
        b'{"title": "Tea", "priority": Infinity}', b"{'title': 'Tea'}",
    )  # fmt: skip
    for method, place in (("POST", PATH), ("PUT", path), ("PATCH", path)):
        for body in broken:
            reply = service.request(method, place, body=body, content_type=JSON)
            assert reply == problem(400, "malformed_request")
        full = b'{"title": "Tea"}'.ljust(LIMIT)
        reply = service.request(method, place, body=full, content_type=JSON)
        assert reply == answer(201 if method == "POST" else 200)
        reply = service.request(method, place, body=full + b" ", content_type=JSON)
        assert reply == problem(413, "payload_too_large")
    assert service.get(path) == answer(200, task)


@hint(
    "A path that exists and a method that it does not have is a 405 with Allow",
    "Flask does it by itself for routes made with @app.get() and the like; from_error() keeps Allow",
    "app.register_error_handler(HTTPException, from_error), and no handler of your own for 405",
)
@requires("delete_then_404", "patch_changes_what_is_sent", "put_replaces_everything")
def test_paths_and_methods(service):
    """Unknown paths are a 404 and unknown methods a 405 with Allow

    Callers go by status, Allow and body: a wrong one sends them to look for the fault in the wrong place
    """
    path, _ = create(service)
    for unknown in ("/", "/v1", "/v1/task", "/v2/tasks", f"{path}/tags"):
        assert service.get(unknown) == problem(404, "not_found")
        assert service.post(unknown, json={"title": "Tea"}) == problem(404, "not_found")
    known = {PATH: {"GET", "POST"}, path: {"GET", "PUT", "PATCH", "DELETE"}, "/healthz": {"GET"}}
    for place, methods in known.items():
        for method in {"POST", "PUT", "PATCH", "DELETE"} - methods:
            reply = service.request(method, place, json={"title": "Tea"})
            assert reply == problem(405, "method_not_allowed")
            assert allowed(reply) >= methods
        reply = service.options(place)
        assert reply.status in (200, 204, 405)
        assert allowed(reply) >= methods


def allowed(reply):
    """Return the methods that a reply's Allow header lists."""
    assert "Allow" in reply.headers
    return {method.strip() for method in reply.headers["Allow"].split(",")}


@hint(
    "HEAD asks for everything of a GET but the body",
    "Flask answers HEAD by itself for a view made with @app.get()",
    "Take HEAD out of methods=[…] and of your own handlers, and let Flask do it",
)
@requires("location_leads_to_the_task", "list_shows_the_tasks")
def test_head_is_get_without_a_body(service):
    """HEAD answers like GET without a body; /healthz says ok

    Caches, link checkers and load balancers ask this way, and take a service that refuses for a broken one
    """
    assert service.get("/healthz") == answer(200, {"status": "ok"})
    path, _ = create(service)
    for place in ("/healthz", PATH, f"{PATH}?limit=1", path, f"{PATH}/abc"):
        get, head = service.get(place), service.head(place)
        assert head.status == get.status
        for name in ("Content-Type", "ETag"):
            assert {name: head.headers.get(name)} == {name: get.headers.get(name)}
        assert head.body == b""


@hint(
    "First whether there is such a task, then what is wrong with the body",
    "Read and judge the body, look for the task, and answer with the faults only then",
    "abort(404) when there is no row, before abort(problem(422, errors=faults))",
)
@requires("changes_follow_the_rules", "changes_create_nothing")
def test_404_goes_before_422(service):
    """A body full of faults for a task that there is not is a 404

    Whoever corrects a form for a deleted task corrects it for nothing
    """
    for body in ({"priority": 9}, {"owner": 1}, {"title": None}):
        assert service.put(f"{PATH}/999999999", json=body) == problem(404, "not_found")
        assert service.patch(f"{PATH}/999999999", json=body) == problem(404, "not_found")
