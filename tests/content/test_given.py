"""`given/` of the service template: what learners start from, and lean on without having tested it."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.test import TestResponse

TEMPLATE = Path(__file__).parents[2] / "templates" / "flask-service" / "{{cookiecutter.slug}}"
MODULES = ("json", "problems", "query", "times")


@pytest.fixture(scope="module")
def given() -> Iterator[Any]:
    """Import the package as `python app.py` in a workspace does, and forget it afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TEMPLATE)
        yield SimpleNamespace(**{name: importlib.import_module(f"given.{name}") for name in MODULES})
    for name in [name for name in sys.modules if name.partition(".")[0] == "given"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def client(given: Any) -> FlaskClient:
    """A small app that uses all of it."""
    app = Flask("small")
    app.register_error_handler(HTTPException, given.problems.from_error)

    @app.post("/json")
    def echo() -> dict[str, Any]:
        return {"value": given.json.read_json()}

    @app.post("/object")
    def members() -> list[str]:
        return sorted(given.json.read_object())

    @app.patch("/patch")
    def merge() -> dict[str, Any]:
        return {"value": given.json.read_json("application/json", "application/merge-patch+json")}

    @app.get("/query")
    def query() -> dict[str, Any]:
        query = given.query.Query("name", "limit", "tag")
        name = query.text("name", "World", longest=5)
        limit = query.whole("limit", 20, least=0, most=100)
        tags = query.many("tag")
        query.finish()
        return {"name": name, "limit": limit, "tags": tags}

    @app.get("/deep")
    def leave() -> str:
        abort(given.problems.problem(401, "token_expired", headers={"WWW-Authenticate": "Bearer"}))

    @app.get("/crash")
    def crash() -> str:
        raise RuntimeError("a secret")

    return app.test_client()


def send(client: FlaskClient, body: bytes, media_type: str | None = "application/json") -> TestResponse:
    """Return the answer to a body."""
    return client.post("/json", data=body, content_type=media_type)


def said(response: TestResponse) -> tuple[int, str, set[tuple[str, str]]]:
    """Return what a program reads of a problem body: status, code, and the faults."""
    assert response.mimetype == "application/problem+json"
    body = json.loads(response.data)
    assert body["status"] == response.status_code
    assert isinstance(body["title"], str)
    assert body["title"]
    faults = {(fault["field"], fault["code"]) for fault in body.get("errors", [])}
    return response.status_code, body["code"], faults


def test_every_helper_is_typed_and_described(given: Any) -> None:
    """A learner reads these modules: each public thing has a docstring, each module too."""
    for name in MODULES:
        module = getattr(given, name)
        assert module.__doc__
        things = vars(module).values()
        own = [thing for thing in things if getattr(thing, "__module__", "") == module.__name__]
        assert [thing for thing in own if not thing.__doc__] == []


def test_the_module_json_hides_nothing(given: Any) -> None:
    """`import json` is Python's own module, also inside of given/json.py."""
    assert given.json.json is json
    assert given.problems.json is json


# problems


def test_a_problem_names_its_status_in_a_code(given: Any) -> None:
    """The code follows from the status unless one is given, and a rare status has one as well."""
    assert said(given.problems.problem(404)) == (404, "not_found", set())
    assert said(given.problems.problem(401, "token_expired")) == (401, "token_expired", set())
    assert said(given.problems.problem(414)) == (414, "malformed_request", set())
    assert said(given.problems.problem(507)) == (507, "internal_error", set())


def test_a_problem_lists_its_faults(given: Any) -> None:
    """Each fault is an object with field, code and message; what is absent has no member."""
    fault = given.problems.Fault("title", "required", "title is missing")
    body = json.loads(given.problems.problem(422, errors=[fault]).data)
    assert body["errors"] == [{"field": "title", "code": "required", "message": "title is missing"}]
    assert "detail" not in body
    assert json.loads(given.problems.problem(500, detail="later").data)["detail"] == "later"


def test_abort_leaves_a_view_with_a_problem(client: FlaskClient) -> None:
    """An aborted problem reaches the caller as it is, headers included, past the error handler."""
    response = client.get("/deep")
    assert said(response) == (401, "token_expired", set())
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_errors_of_flask_become_problems(client: FlaskClient) -> None:
    """404, 405 with its Allow header, and a crash, of which the caller learns nothing."""
    assert said(client.get("/nothing")) == (404, "not_found", set())
    wrong_method = client.delete("/query")
    assert said(wrong_method) == (405, "method_not_allowed", set())
    assert "GET" in wrong_method.headers["Allow"]
    crash = client.get("/crash")
    assert said(crash) == (500, "internal_error", set())
    assert b"secret" not in crash.data


def test_headers_of_an_error_stay(given: Any) -> None:
    """Retry-After of a 429 is kept, the media type of the HTML page is not."""
    response = given.problems.from_error(TooManyRequests(retry_after=7))
    assert response.headers["Retry-After"] == "7"
    assert response.headers.getlist("Content-Type") == ["application/problem+json"]


# json


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(b'{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}, id="object"),
        pytest.param(b" [1] \n", [1], id="white space around"),
        pytest.param(b"null", None, id="null"),
        pytest.param(b'"\xc3\xa4 \\ud83d\\ude00"', "ä 😀", id="utf-8 and escapes"),
        pytest.param(b"9007199254740993", 2**53 + 1, id="exact beyond 53 bits"),
        pytest.param(b"[" * 64 + b"]" * 64, None, id="64 levels"),
        pytest.param(b'["' + b"[" * 500 + b'"]', ["[" * 500], id="brackets in a text"),
    ],
)
def test_json_is_read(client: FlaskClient, body: bytes, value: object) -> None:
    """Whatever is JSON in UTF-8 is read as it stands."""
    response = send(client, body)
    assert response.status_code == 200
    assert value is None or json.loads(response.data)["value"] == value


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[1,]", id="comma at the end"),
        pytest.param(b"{} {}", id="two values"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"[-Infinity]", id="Infinity"),
        pytest.param(b"[1e999]", id="beyond a double"),
        pytest.param(b'"\xe4"', id="Latin-1"),
        pytest.param('"ä"'.encode("utf-16"), id="UTF-16"),
        pytest.param(b"[" * 65 + b"]" * 65, id="65 levels"),
        pytest.param(b'{"a":' * 100_000, id="100,000 levels"),
        pytest.param(b"9" * 5_000, id="5,000 digits"),
    ],
)
def test_what_is_no_json_is_malformed(client: FlaskClient, body: bytes) -> None:
    """Anything else is a 400, never a crash."""
    assert said(send(client, body)) == (400, "malformed_request", set())


@pytest.mark.parametrize("media_type", [None, "", "text/plain", "application/jsonlines", "text/json", ";"])
def test_other_media_types_are_refused(client: FlaskClient, media_type: str | None) -> None:
    """A missing or foreign media type is a 415, even when the body is too large or broken."""
    assert said(send(client, b"{}", media_type)) == (415, "unsupported_media_type", set())
    assert said(send(client, b"x" * 1_048_577, media_type))[0] == 415


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_media_types_have_parameters_and_no_case(client: FlaskClient, media_type: str) -> None:
    """Neither parameters nor capitals matter."""
    assert send(client, b"{}", media_type).status_code == 200


def test_a_path_may_take_more_media_types(client: FlaskClient) -> None:
    """PATCH takes merge patches when its view says so."""
    for media_type in ("application/json", "application/merge-patch+json"):
        assert client.patch("/patch", data=b"{}", content_type=media_type).status_code == 200
    assert said(send(client, b"{}", "application/merge-patch+json"))[0] == 415


def test_bodies_end_at_one_mebibyte(client: FlaskClient) -> None:
    """1,048,576 bytes are read, one more is a 413, before anything is parsed."""
    assert send(client, b"[]".ljust(1_048_576)).status_code == 200
    assert said(send(client, b"[]".ljust(1_048_577))) == (413, "payload_too_large", set())
    assert said(send(client, b"{".ljust(1_048_577))) == (413, "payload_too_large", set())


def test_bodies_of_unknown_length_end_there_too(client: FlaskClient) -> None:
    """A chunked body announces no length and is cut off all the same."""
    for size, status in ((1_048_576, 200), (1_048_577, 413)):
        response = client.post(
            "/json",
            input_stream=BytesIO(b"[]".ljust(size)),
            content_type="application/json",
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert response.status_code == status


def test_an_object_is_an_object(client: FlaskClient) -> None:
    """A list, a text, a number or null is valid JSON and refused all the same."""
    good = client.post("/object", data=b'{"b": 1, "a": 2}', content_type="application/json")
    assert json.loads(good.data) == ["a", "b"]
    for body in (b"[]", b'"a"', b"1", b"null"):
        response = client.post("/object", data=body, content_type="application/json")
        assert said(response) == (422, "validation_failed", {("", "type")})


# query


@pytest.mark.parametrize(
    ("query", "read"),
    [
        pytest.param("", {"name": "World", "limit": 20, "tags": []}, id="defaults"),
        pytest.param("name=Ada&limit=7", {"name": "Ada", "limit": 7, "tags": []}, id="given"),
        pytest.param("name=%20%09%0D%0AAda%20", {"name": "Ada", "limit": 20, "tags": []}, id="trimmed"),
        pytest.param(
            "name=" + "%F0%9F%98%80" * 5, {"name": "😀" * 5, "limit": 20, "tags": []}, id="code points"
        ),
        pytest.param("limit=0", {"name": "World", "limit": 0, "tags": []}, id="least"),
        pytest.param("limit=100", {"name": "World", "limit": 100, "tags": []}, id="most"),
        pytest.param(
            "tag=b&tag=a&tag=b", {"name": "World", "limit": 20, "tags": ["b", "a", "b"]}, id="repeated"
        ),
    ],
)
def test_parameters_are_read(client: FlaskClient, query: str, read: dict[str, Any]) -> None:
    """What is right is read; what is absent has its default."""
    assert json.loads(client.get(f"/query?{query}").data) == read


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        pytest.param("name=", {("name", "blank")}, id="empty"),
        pytest.param("name=%09%20", {("name", "blank")}, id="blank"),
        pytest.param("name=sixsix", {("name", "too_long")}, id="too long"),
        pytest.param("limit=101", {("limit", "too_large")}, id="above"),
        pytest.param("limit=-1", {("limit", "too_small")}, id="below"),
        pytest.param("limit=" + "9" * 100, {("limit", "too_large")}, id="far above"),
        pytest.param("limit=" + "9" * 5_000, {("limit", "type")}, id="5,000 digits"),
        pytest.param("limit=1&limit=2", {("limit", "duplicate")}, id="twice"),
        pytest.param("colour=red", {("colour", "unknown_field")}, id="unknown"),
        pytest.param("colour=", {("colour", "unknown_field")}, id="unknown and empty"),
        pytest.param(
            "colour=red&name=&limit=x",
            {("colour", "unknown_field"), ("name", "blank"), ("limit", "type")},
            id="all at once",
        ),
        *(
            pytest.param(f"limit={text}", {("limit", "type")}, id=f"limit={text or 'empty'}")
            for text in ("", "abc", "5.0", "%2B5", "1_0", "%205", "5%0A", "%D9%A1%D9%A2", "0x5", "1e1")
        ),
    ],
)
def test_wrong_parameters_are_listed(client: FlaskClient, query: str, faults: set[tuple[str, str]]) -> None:
    """What is wrong is a 400 that names every fault; nothing is guessed or clamped."""
    assert said(client.get(f"/query?{query}")) == (400, "invalid_parameter", faults)


# times


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000Z", id="UTC"),
        pytest.param("2026-03-01t09:30:00z", "2026-03-01T09:30:00.000Z", id="small letters"),
        pytest.param("2026-03-01T10:30:00+01:00", "2026-03-01T09:30:00.000Z", id="ahead"),
        pytest.param("2026-02-28T23:30:00.5-23:59", "2026-03-01T23:29:00.500Z", id="behind"),
        pytest.param("2026-03-01T09:30:00.123456789Z", "2026-03-01T09:30:00.123Z", id="cut, not rounded"),
        pytest.param("2026-03-01T09:30:00.9999Z", "2026-03-01T09:30:00.999Z", id="never the next second"),
        pytest.param("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z", id="leap day"),
        pytest.param("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", id="year 1"),
    ],
)
def test_times_are_brought_to_utc(given: Any, text: str, printed: str) -> None:
    """Any offset and up to nine fraction digits are read; UTC with milliseconds is printed."""
    moment = given.times.parse_time(text)
    assert moment.tzinfo is UTC
    assert given.times.format_time(moment) == printed
    assert given.times.parse_time(printed) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T09:30:00",
        "2026-03-01 09:30:00Z",
        "2026-03-01T09:30Z",
        "2026-02-29T00:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T09:60:00Z",
        "2026-03-01T09:30:00.Z",
        "2026-03-01T09:30:00.1234567890Z",
        "2026-03-01T09:30:00+0100",
        "2026-03-01T09:30:00+24:00",
        "2026-03-01T09:30:00+01:60",
        "2026-W09-7T09:30:00Z",
        " 2026-03-01T09:30:00Z",
        "2026-03-01T09:30:00Z\n",
        "٢٠٢٦-03-01T09:30:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_what_is_no_time_is_refused(given: Any, text: str) -> None:
    """Without an offset, impossible, or in another form: a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        given.times.parse_time(text)


def test_printing_needs_an_offset(given: Any) -> None:
    """A time that does not know its offset is refused; any other is brought to UTC."""
    ahead = datetime(2026, 3, 1, 10, 30, 0, 999_999, timezone(timedelta(hours=1)))
    assert given.times.format_time(ahead) == "2026-03-01T09:30:00.999Z"
    with pytest.raises(ValueError, match="without an offset"):
        given.times.format_time(datetime(2026, 3, 1))


def test_now_prints_and_reads_the_same(given: Any) -> None:
    """The present time is cut to what will be printed, so that it equals what is read back."""
    now = given.times.now()
    assert given.times.parse_time(given.times.format_time(now)) == now
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)
