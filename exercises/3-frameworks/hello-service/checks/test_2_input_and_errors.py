"""Input and errors"""

from backroad.checks import answer, anything, hint, problem, requires


@hint(
    "The text is a part of the path, not a query parameter",
    "Angle brackets in a route make a parameter of the view: /v1/echo/<text>",
    'return {"text": text, "length": len(text), "reversed": text[::-1]}',
)
def test_echo_describes_the_text(service):
    """GET /v1/echo/abc answers the text, its length and the text reversed

    What a path holds belongs to a resource's address, and every router has its own way to get at it
    """
    assert service.get("/v1/echo/abc") == answer(200, {"text": "abc", "length": 3, "reversed": "cba"})
    assert service.get("/v1/echo/1") == answer(200, {"text": "1", "length": 1, "reversed": "1"})


@hint(
    "The server has turned %25 into % before your view sees the text",
    "Do not call unquote() again, and do not turn + into a space: that rule is for queries only",
    'Use the text as the view gets it: {"text": text, "length": len(text), "reversed": text[::-1]}',
)
@requires("echo_describes_the_text")
def test_echo_decodes_once(service):
    """What is percent-encoded in the path is decoded once, and a plus stays a plus

    Decoding twice lets %252F through every filter for slashes; it is an old way to read foreign files
    """
    texts = {
        "100%25": "100%",
        "%2541": "%41",
        "a%20b": "a b",
        "a+b": "a+b",
        "why%3F%23%26": "why?#&",
        "%3Cb%3E": "<b>",
        "Zo%C3%AB%20%F0%9F%91%8B": "Zoë 👋",
    }
    for sent, text in texts.items():
        expected = {"text": text, "length": len(text), "reversed": text[::-1]}
        assert service.get(f"/v1/echo/{sent}") == answer(200, expected)


@hint(
    "The numbers come in the body of the request, as JSON",
    "read_object() of given.json returns the body as a dictionary, request.get_json() does too",
    'numbers = read_object()["numbers"], then return {"sum": sum(numbers), "count": len(numbers)}',
)
def test_sum_adds_the_numbers(service):
    """POST /v1/sum answers the sum of the numbers and how many there are

    Reading a JSON body and answering with one is what most of a back end's views do all day
    """
    assert service.post("/v1/sum", json={"numbers": [1, 2]}) == answer(200, {"sum": 3, "count": 2})
    assert service.post("/v1/sum", json={"numbers": [0]}) == answer(200, {"sum": 0, "count": 1})
    assert service.post("/v1/sum", json={"numbers": [-5, 7, -9]}) == answer(200, {"sum": -7, "count": 3})


@hint(
    "Flask answers its own errors with HTML pages until you register a handler for them",
    "Flask's errors are HTTPExceptions; a handler for this class gets the 500 of a crash as well",
    "app.register_error_handler(HTTPException, from_error), with from_error of given.problems",
)
def test_errors_are_problem_bodies(service):
    """404, 405, 400, 415 and 500 all answer with a problem body

    A client that expects JSON and gets an HTML page fails in its parser, far away from the cause
    """
    assert service.get("/v1/nothing") == problem(404, "not_found")
    assert service.get("/v1/echo/") == problem(404, "not_found")
    reply = service.get("/v1/sum")
    assert reply == problem(405, "method_not_allowed")
    assert allowed(reply) >= {"POST"}
    reply = service.post("/v1/hello", json={"name": "Ada"})
    assert reply == problem(405, "method_not_allowed")
    assert allowed(reply) >= {"GET"}
    reply = service.post("/v1/sum", body=b"{", content_type="application/json")
    assert reply == problem(400, "malformed_request")
    reply = service.post("/v1/sum", body=b"1", content_type="text/plain")
    assert reply == problem(415, "unsupported_media_type")
    assert service.get("/v1/boom") == problem(500, "internal_error")


def allowed(reply):
    """Return the methods that a reply's Allow header lists."""
    assert "Allow" in reply.headers
    return {method.strip() for method in reply.headers["Allow"].split(",")}


@hint(
    "Callers get a 500 and nothing more; what happened belongs in the log, in every environment",
    "No debug mode that depends on APP_ENV, no str(error) and no traceback in the body",
    "Leave debug alone in app.run(), and return from_error(error) of given.problems for a crash",
)
@requires("errors_are_problem_bodies")
def test_crashes_tell_nothing(service):
    """A crash is a 500 without a traceback, in development too, and ends nothing

    Tracebacks show file names, versions and queries; attackers collect them before they begin
    """
    for environment in ("development", "test", "production"):
        with service.another(env={"APP_ENV": environment}) as other:
            assert other.get("/v1/boom") == problem(500, "internal_error")
            assert other.get("/healthz") == answer(200, {"status": "ok"})


@hint(
    "A wrong parameter is answered with 400, code invalid_parameter, and a list of what is wrong",
    "Query of given.query reads a text of 1 to so many characters and knows which names are allowed",
    'query = Query("name"); name = query.text("name", "World", longest=50); query.finish()',
)
def test_hello_rejects_bad_names(service):
    """A blank name, one of 51 characters and an unknown parameter are refused

    A misspelt parameter that is ignored looks like success; the caller learns of it from their own customers
    """
    path = "/v1/hello"
    fifty = "x" * 50
    assert service.get(f"{path}?name={fifty}") == answer(200, {"message": f"Hello, {fifty}!"})
    assert service.get(f"{path}?name={fifty}x") == problem(400, "invalid_parameter", {"name": "too_long"})
    assert service.get(f"{path}?name=") == problem(400, "invalid_parameter", {"name": "blank"})
    assert service.get(f"{path}?name=%20%09") == problem(400, "invalid_parameter", {"name": "blank"})
    assert service.get(f"{path}?nick=Ada") == problem(400, "invalid_parameter", {"nick": "unknown_field"})
    reply = service.get(f"{path}?name=Ada&nick=Bo")
    assert reply == problem(400, "invalid_parameter", {"nick": "unknown_field"})
    both = {"name": "blank", "nick": "unknown_field"}
    assert service.get(f"{path}?name=&nick=Ada") == problem(400, "invalid_parameter", both)


@hint(
    "Look at every number of the list, and collect what is wrong before you answer",
    "In Python True is an int as well: isinstance(True, int) holds, type(True) is int does not",
    'A Fault(f"numbers[{i}]", "type", "…") for each type(n) is not int; abort(problem(422, errors=faults))',
)
@requires("sum_adds_the_numbers")
def test_sum_adds_integers_only(service):
    """Anything but an integer is refused, and every wrong element is named

    A sum that takes true for 1 or "2" for 2 hides a broken client until the books do not balance
    """
    for wrong in (True, False, 2.5, "2", "", [1], {"value": 1}):
        reply = service.post("/v1/sum", json={"numbers": [1, wrong]})
        assert reply == problem(422, "validation_failed", {"numbers[1]": "type"})
    reply = service.post("/v1/sum", json={"numbers": [None, 1]})
    assert reply == problem(422, "validation_failed", {"numbers[0]": anything})
    reply = service.post("/v1/sum", json={"numbers": [True, 1, "2", 3, 4.5]})
    every = {"numbers[0]": "type", "numbers[2]": "type", "numbers[4]": "type"}
    assert reply == problem(422, "validation_failed", every)


@hint(
    "Before you look at the numbers, look at the list: is it there, is it a list, is it of a fair length",
    "A list of faults, and one abort(problem(422, errors=faults)) at the end",
    '"numbers" not in body: required; not isinstance(numbers, list): type; not numbers: too_short',
)
@requires("sum_adds_the_numbers")
def test_sum_wants_1_to_1000_numbers(service):
    """Without a list of 1 to 1,000 numbers the answer is 422 and names the member

    What has no upper limit is a way to stop the service: one request can ask for any amount of work
    """
    reply = service.post("/v1/sum", json={"numbers": [1] * 1_000})
    assert reply == answer(200, {"sum": 1_000, "count": 1_000})
    wrong = [
        ({}, "required"),
        ({"numbers": None}, anything),
        ({"numbers": "12"}, "type"),
        ({"numbers": 12}, "type"),
        ({"numbers": {"0": 1}}, "type"),
        ({"numbers": []}, "too_short"),
        ({"numbers": [1] * 1_001}, "too_many"),
    ]
    for body, code in wrong:
        assert service.post("/v1/sum", json=body) == problem(422, "validation_failed", {"numbers": code})


@hint(
    "Well-formed JSON of the wrong kind is a 422 like any other broken rule; its field is empty",
    "read_object() of given.json refuses it; by hand: isinstance(body, dict)",
    'if not isinstance(body, dict): abort(problem(422, errors=[Fault("", "type", "…")]))',
)
@requires("sum_adds_the_numbers")
def test_sum_wants_an_object(service):
    """A body that is a list, a text, a number, true or null is refused

    body["numbers"] on a list raises, and the caller reads 500: our fault, where it was theirs
    """
    for body in (b"[1, 2]", b'"numbers"', b"3", b"true", b"null", b"[]"):
        reply = service.post("/v1/sum", body=body, content_type="application/json")
        assert reply == problem(422, "validation_failed", {"": "type"})


@hint(
    "Look at Content-Type first: what does not say that it is JSON is not read at all",
    "read_object() of given.json does all of it; request.mimetype is the type without its parameters",
    'if request.mimetype != "application/json": 415; except ValueError around the parser: 400',
)
@requires("sum_adds_the_numbers")
def test_sum_reads_json_only(service):
    """Another media type is a 415, broken or missing JSON is a 400

    Guessing what a body might be lets a plain HTML form of any web site call the service
    """
    good = b'{"numbers": [1, 2]}'
    reply = service.post("/v1/sum", body=good, content_type="application/json; charset=utf-8")
    assert reply == answer(200, {"sum": 3, "count": 2})
    assert service.post("/v1/sum", body=good) == problem(415, "unsupported_media_type")
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonlines"):
        reply = service.post("/v1/sum", body=good, content_type=media_type)
        assert reply == problem(415, "unsupported_media_type")
    for broken in (b"", b"{", b'{"numbers": [1, 2,]}', b"numbers=1"):
        reply = service.post("/v1/sum", body=broken, content_type="application/json")
        assert reply == problem(400, "malformed_request")
    reply = service.post("/v1/sum", body=b"{", content_type="text/plain")
    assert reply == problem(415, "unsupported_media_type")
