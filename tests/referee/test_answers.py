"""What a reply may be held against."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backroad.referee.answers import Answer, Problem, ReplyMatcher, answer, problem
from backroad.referee.http import Headers, Reply, Request
from backroad.referee.matchers import a, anything


def reply(status: int, body: Any = None, media_type: str = "application/json") -> Reply:
    """Return a reply as a service would give it."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, Headers([("Content-Type", media_type)]), data, Request("GET", "/x"))


def trouble(status: int, code: str, media_type: str = "application/problem+json", **more: Any) -> Reply:
    """Return a problem body."""
    return reply(status, {"title": "T", "status": status, "code": code, **more}, media_type)


FITS: dict[str, tuple[Reply, ReplyMatcher]] = {
    "status": (reply(201, b"anything", "text/plain"), answer(201)),
    "json": (reply(200, {"a": [1, None]}), answer(200, {"a": [1, None]})),
    "matchers": (reply(200, {"id": 3, "x": {}}), answer(200, {"id": a(int), "x": anything})),
    "parameters": (reply(200, 1, "Application/JSON; charset=utf-8"), answer(200, 1)),
    "other-type": (reply(200, 1, "text/json"), answer(200, 1, media_type="text/json")),
    "null": (reply(200, None), answer(200, None)),
    "problem": (trouble(404, "not_found"), problem(404, "not_found")),
    "problem-any-code": (trouble(404, "x", detail="d", type="t"), problem(404, anything)),
    "fields": (
        trouble(422, "validation_failed", errors=[{"field": "n[1]", "code": "type", "message": "m"}]),
        problem(422, "validation_failed", {"n[1]": "type"}),
    ),
    "field-of-any-code": (
        trouble(422, "validation_failed", errors=[{"field": "n", "code": "range", "message": "m"}]),
        problem(422, "validation_failed", {"n": anything}),
    ),
}
ERROR = {"field": "n", "code": "type", "message": "m"}
# (what is told, expected, got) of the first difference
DIFFERS: dict[str, tuple[Reply, ReplyMatcher, tuple[str, str, str]]] = {
    "status": (reply(200, 1), answer(201, 1), ("status", "201", "200")),
    "type": (reply(200, 1, "text/html"), answer(200, 1), ("Content-Type", "application/json", "text/html")),
    "bool-for-int": (reply(200, {"n": True}), answer(200, {"n": 1}), ("n", "1 (int)", "true")),
    "float-for-int": (reply(200, {"n": 1.0}), answer(200, {"n": 1}), ("n", "1 (int)", "1.0")),
    "missing-key": (reply(200, {}), answer(200, {"a": {"b": 1}}), ("a", '{"b": 1}', "nothing")),
    "extra-key": (reply(200, {"a": 1, "b": 2}), answer(200, {"a": 1}), ("b", "nothing", "2")),
    "inner": (reply(200, {"a": {"b": 2}}), answer(200, {"a": {"b": 1}}), ("a.b", "1", "2")),
    "list": (reply(200, [1]), answer(200, [1, 2]), ("body", "[1, 2]", "[1]")),
    "problem-type": (
        trouble(404, "not_found", "application/json"),
        problem(404, "not_found"),
        ("Content-Type", "application/problem+json", "application/json"),
    ),
    "problem-code": (trouble(404, "gone"), problem(404, "not_found"), ("code", "'not_found'", "'gone'")),
    "problem-status": (
        reply(404, {"title": "T", "status": 400, "code": "c"}, "application/problem+json"),
        problem(404, "c"),
        ("status in the body", "404", "400"),
    ),
    "problem-title": (
        trouble(404, "c", title=""),
        problem(404, "c"),
        ("title", "a text that is not empty", "''"),
    ),
    "problem-detail": (trouble(404, "c", detail=1), problem(404, "c"), ("detail", "a text", "1")),
    "problem-list": (
        reply(404, [], "application/problem+json"),
        problem(404, "c"),
        ("body", "a JSON object", "[]"),
    ),
    "errors-missing": (
        trouble(422, "validation_failed"),
        problem(422, "validation_failed"),
        ("errors", "a list of objects with field, code, message", "None"),
    ),
    "errors-other": (
        trouble(422, "validation_failed", errors=[ERROR]),
        problem(422, "validation_failed", {"m": "type"}),
        ("errors", "m → type", "n → type"),
    ),
    "errors-more": (
        trouble(422, "validation_failed", errors=[ERROR, {**ERROR, "field": "z"}]),
        problem(422, "validation_failed", {"n": "type"}),
        ("errors", "n → type", "n → type, z → type"),
    ),
    "errors-two-codes": (
        trouble(422, "validation_failed", errors=[ERROR, {**ERROR, "code": "range"}]),
        problem(422, "validation_failed", {"n": "type"}),
        ("errors", "n → type", "n → range, n → type"),
    ),
    "trace-in-the-body": (
        trouble(500, "c", detail="Traceback (most recent call last)"),
        problem(500, "c"),
        ("body", "nothing of the inside", "Traceback"),
    ),
    "sql-in-the-body": (
        trouble(500, "c", detail="SELECT * FROM users"),
        problem(500, "c"),
        ("body", "nothing of the inside", "SELECT "),
    ),
}


@pytest.mark.parametrize(("got", "due"), FITS.values(), ids=FITS)
def test_what_fits_is_equal(got: Reply, due: ReplyMatcher) -> None:
    """A reply as described equals the description."""
    assert got == due
    assert list(due.differences(got)) == []


@pytest.mark.parametrize(("got", "due", "told"), DIFFERS.values(), ids=DIFFERS)
def test_what_differs_is_told_first(got: Reply, due: ReplyMatcher, told: tuple[str, str, str]) -> None:
    """The first difference is named with what was expected and what came."""
    assert got != due
    assert next(iter(due.differences(got))) == told


HOSTILE: dict[str, Any] = {
    "errors-number": 5,
    "errors-empty": [],
    "errors-texts": ["a"],
    "errors-nested": [[ERROR]],
    "errors-no-text": [{"field": ["a"], "code": {}, "message": None}],
    "errors-dict": {"n": "type"},
}


@pytest.mark.parametrize("errors", HOSTILE.values(), ids=HOSTILE)
def test_any_errors_member_can_be_judged(errors: Any) -> None:
    """Whatever stands in `errors`, the check fails with words and never breaks."""
    got = trouble(422, "validation_failed", errors=errors)
    due = problem(422, "validation_failed", {"n": "type"})
    assert got != due
    assert due.evidence(got) is not None


@pytest.mark.parametrize(
    "body", [b"5", b'"x"', b"[]", b"null", b'{"code": ["x"]}', b'{"code": {}, "title": 1}']
)
def test_any_json_can_be_a_problem_or_not(body: bytes) -> None:
    """Whatever JSON came back, it is judged."""
    got = Reply(404, Headers([("Content-Type", "application/problem+json")]), body, Request("GET", "/"))
    for due in (problem(404, "not_found"), problem(404, "not_found", {"a": "b"}), answer(404, {})):
        assert got != due


def test_evidence_is_the_whole_exchange() -> None:
    """The request as sent, expected and got whole, the difference in a line, a curl line."""
    due = answer(200, {"message": "Hello"})
    found = due.evidence(reply(200, {"message": "Hallo"}))
    assert found is not None
    assert found.did == ("GET /x",)
    assert found.expected == '200  application/json  {"message": "Hello"}'
    assert found.got == '200  application/json  {"message": "Hallo"}'
    assert found.message == 'message: expected "Hello", got "Hallo"'
    assert found.again == "curl -i localhost:8000/x"


def test_matchers_speak_for_themselves() -> None:
    """A description is readable, with matchers in words."""
    assert repr(answer(204)) == "204"
    assert repr(answer(200, {"id": a(int)})) == '200  application/json  {"id": a int}'
    assert repr(problem(422, "c", {"": "type"})) == "422  application/problem+json  c: (body) → type"


def test_nothing_but_a_reply_fits() -> None:
    """Another value is no reply."""
    assert answer(200) != 200
    assert Answer(200).evidence("text") is None
    assert not Problem(404, "x").fits(None)
