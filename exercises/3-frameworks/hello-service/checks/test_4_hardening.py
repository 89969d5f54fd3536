"""Hardening: the extremes of the inputs"""

from backroad.checks import answer, anything, hint, problem

LARGEST = 2**63 - 1
SMALLEST = -(2**63)
LIMIT = 1_048_576
CODES = {400: "malformed_request", 422: "validation_failed"}


def post(service, body):
    """Send the bytes of a body to /v1/sum as JSON."""
    return service.post("/v1/sum", body=body, content_type="application/json")


@hint(
    "One emoji is one character for people, two units for JavaScript and Java, four bytes in UTF-8",
    "Trim first, then count code points: len() of a Python str does",
    'name = sent.strip(" \\t\\r\\n"), then len(name) <= 50',
)
def test_hello_counts_code_points(service):
    """50 emoji are a good name, 51 are too long, white space around does not count

    A limit that counts bytes lets an English name be four times as long as a Chinese or Arabic one
    """
    wave = "%F0%9F%91%8B"
    for sent, name in ((wave * 50, "👋" * 50), ("%20%09%0D%0A" + "x" * 50 + "%0D%0A%09%20", "x" * 50)):
        assert service.get(f"/v1/hello?name={sent}") == answer(200, {"message": f"Hello, {name}!"})
    reply = service.get(f"/v1/hello?name={wave * 51}")
    assert reply == problem(400, "invalid_parameter", {"name": "too_long"})
    reply = service.get("/v1/hello?name=%20%09%0D%0A")
    assert reply == problem(400, "invalid_parameter", {"name": "blank"})


@hint(
    "The text is whatever the path holds: accents of their own, white space, a long text",
    "Count and reverse code points, and normalise nothing",
    "len(text) and text[::-1] on the text as the view gets it",
)
def test_echo_takes_any_text(service):
    """Combining accents, spaces at the ends and 3,000 characters come back unchanged

    Code that silently changes a text loses the file, the user or the order that carries its name
    """
    texts = {
        "e%CC%81": "e\u0301",
        "%20x%09": " x\t",
        "%F0%9F%87%A9%F0%9F%87%AA": "🇩🇪",
        "abc" * 1_000: "abc" * 1_000,
    }
    for sent, text in texts.items():
        expected = {"text": text, "length": len(text), "reversed": text[::-1]}
        assert service.get(f"/v1/echo/{sent}") == answer(200, expected)


@hint(
    "Bytes that are no UTF-8 may become anything but a crash: an answer below 500",
    "Flask puts a replacement character in their place; other languages raise while they decode",
    "Around the decoding of the path: try … except → abort(problem(400)) or problem(404)",
)
def test_bad_escapes_do_no_harm(service):
    """Percent escapes that are no UTF-8 never crash the service

    Scanners send such paths within minutes of a service going online
    """
    for path in ("/v1/echo/%FF", "/v1/echo/%E2%82", "/v1/echo/%C0%AF", "/v1/hello?name=%FF", "/%FF"):
        assert service.get(path).status < 500
    assert service.get("/healthz") == answer(200, {"status": "ok"})


@hint(
    "Integers are exact in Python; a float or a double keeps 53 bits of them",
    "sum() of ints stays exact; float(), math.fsum() and numpy do not",
    'return {"sum": sum(numbers), "count": len(numbers)}',
)
def test_sum_is_exact(service):
    """Sums are exact up to 64 bits and beyond

    From 2**53 on a double skips every other number: ids and amounts of money change by one
    """
    for numbers in (
        [2**53 + 1],
        [2**53, 1],
        [LARGEST],
        [SMALLEST],
        [LARGEST, -1],
        [LARGEST, LARGEST],
        [SMALLEST, -1],
        [LARGEST] * 1_000,
    ):
        expected = {"sum": sum(numbers), "count": len(numbers)}
        assert service.post("/v1/sum", json={"numbers": numbers}) == answer(200, expected)


@hint(
    "Python's integers have no end; the next system behind the service has one",
    "Compare each number with -2**63 and 2**63 - 1",
    'if not -(2**63) <= number <= 2**63 - 1: faults.append(Fault(f"numbers[{i}]", "too_large", "…"))',
)
def test_sum_refuses_more_than_64_bits(service):
    """Numbers that need more than 64 bits are refused and named

    Databases and other languages hold 64 bits; what does not fit crashes there or turns negative
    """
    for number in (LARGEST + 1, SMALLEST - 1, 10**30, -(10**30)):
        reply = service.post("/v1/sum", json={"numbers": [1, number]})
        assert reply == problem(422, "validation_failed", {"numbers[1]": anything})


@hint(
    "JSON writes 2 and 2.0 differently; a sum of integers takes the first only",
    "Python's parser makes an int of 2 and a float of 2.0",
    "type(number) is int",
)
def test_sum_tells_2_from_2_0(service):
    """2.0 is not an integer

    A client that sends floats will send 0.1 next, and then sums no longer add up
    """
    for written in (b"2.0", b"-0.0", b"1000000.0"):
        reply = post(service, b'{"numbers": [1, ' + written + b"]}")
        assert reply == problem(422, "validation_failed", {"numbers[1]": "type"})


@hint(
    "Python's json module reads NaN and Infinity although JSON has no such thing",
    "json.loads() takes parse_constant and parse_float; raise a ValueError there",
    "read_object() of given.json does it; see refuse() and finite() there",
)
def test_sum_refuses_numbers_that_are_none(service):
    """NaN, Infinity and 1e999 are malformed

    One NaN makes every sum it touches NaN, and most other parsers refuse the answer that holds it
    """
    for written in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"):
        reply = post(service, b'{"numbers": [1, ' + written + b"]}")
        assert reply == problem(400, "malformed_request")


@hint(
    "JSON is UTF-8; bytes that are not are refused before they are parsed",
    "bytes.decode() raises a UnicodeDecodeError, which is a ValueError",
    "read_object() of given.json does it; see parse() there",
)
def test_sum_refuses_what_is_not_utf_8(service):
    """A body in Latin-1 is malformed

    Guessed encodings store names that nobody can read again
    """
    for body in (b'{"numbers": [1], "na\xefve": 1}', b'{"numbers": ["\xff"]}', b"\xff\xfe{\x00}\x00"):
        assert post(service, body) == problem(400, "malformed_request")


@hint(
    "Look at the length before you read: 1 MiB is 1,048,576 bytes",
    "request.max_content_length, or MAX_CONTENT_LENGTH in the configuration, makes Flask raise a 413",
    "read_object() of given.json does it; see read_body() there",
)
def test_bodies_have_a_limit(service):
    """1 MiB is read, one byte more is a 413

    Without a limit a handful of large requests fill the memory and the service is killed
    """
    full = b'{"numbers": [1, 2]}'.ljust(LIMIT)
    assert post(service, full) == answer(200, {"sum": 3, "count": 2})
    assert post(service, full + b" ") == problem(413, "payload_too_large")
    assert service.get("/healthz") == answer(200, {"status": "ok"})


@hint(
    "Parsers call themselves for each bracket; a hundred thousand of them end in a RecursionError",
    "Catch RecursionError around the parser, and measure how deep the value is",
    "read_object() of given.json does it; see is_deeper() there",
)
def test_deep_nesting_is_refused(service):
    """60 levels are read, 200 and 100,000 are malformed, and the service lives on

    A body of 200 kB that costs an attacker nothing must not end a worker
    """

    def nested(levels):
        return b'{"numbers": [' + b"[" * (levels - 2) + b"]" * (levels - 2) + b"]}"

    assert post(service, nested(60)) == problem(422, "validation_failed", {"numbers[0]": "type"})
    for levels in (200, 100_000):
        assert post(service, nested(levels)) == problem(400, "malformed_request")
    brackets = b'{"numbers": ["' + b"[" * 200 + b'"]}'
    assert post(service, brackets) == problem(422, "validation_failed", {"numbers[0]": "type"})
    assert service.get("/healthz") == answer(200, {"status": "ok"})


@hint(
    "A member that the service does not know is most often a misspelt one",
    "Compare the body's names with those you know, and report the others with all other faults",
    'faults += [Fault(name, "unknown_field", "…") for name in body if name != "numbers"]',
)
def test_sum_names_unknown_members(service):
    """Members that nobody asked for are refused, together with all other faults

    Ignored members hide misspelt ones: callers believe that their setting took effect
    """
    reply = service.post("/v1/sum", json={"numbers": [1, True], "round": 2})
    expected = {"numbers[1]": "type", "round": "unknown_field"}
    assert reply == problem(422, "validation_failed", expected)
    reply = service.post("/v1/sum", json={"number": [1]})
    expected = {"numbers": "required", "number": "unknown_field"}
    assert reply == problem(422, "validation_failed", expected)


@hint(
    "Media types are compared without regard to case",
    "request.mimetype is in lower case and without parameters",
    'request.mimetype == "application/json"',
)
def test_media_types_ignore_case(service):
    """APPLICATION/JSON is JSON too

    The standard says so, and some old client libraries write it that way
    """
    reply = service.post("/v1/sum", body=b'{"numbers": [1]}', content_type="Application/JSON;charset=UTF-8")
    assert reply == answer(200, {"sum": 1, "count": 1})


@hint(
    "Some bodies break the parser or the answer instead of the rules",
    "int() refuses more than 4,300 digits with a ValueError; a lone surrogate cannot be written as UTF-8",
    "read_object() of given.json catches both; keep values of the caller out of your messages",
)
def test_odd_bodies_do_no_harm(service):
    """5,000 digits and half a surrogate pair are refused, never a crash

    A 500 is an alarm at night; no caller should be able to ring it
    """
    for number in (b"9" * 5_000, b'"\\ud800"', b'"\\u0000"'):
        reply = post(service, b'{"numbers": [' + number + b"]}")
        assert reply.status in CODES
        assert reply == problem(reply.status, CODES[reply.status])
    assert service.get("/healthz") == answer(200, {"status": "ok"})
