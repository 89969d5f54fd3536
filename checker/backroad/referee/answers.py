"""What a reply may be held against: an answer, or a problem body (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from backroad.referee.evidence import Evidence
from backroad.referee.http import Reply, shown_body
from backroad.referee.matchers import Matcher, anything, same
from backroad.referee.recorder import short

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
# What an error body never shows to a stranger.
LEAKS = ("Traceback", 'File "', "sqlalchemy", "pymongo", "werkzeug", "SELECT ", "<html")
NEEDS_ERRORS = ("validation_failed", "invalid_parameter")


class ReplyMatcher(Matcher):
    """Describes a reply; tells what of it does not fit."""

    def fits(self, value: Any) -> bool:
        """Return whether nothing differs."""
        return isinstance(value, Reply) and not any(self.differences(value))

    def differences(self, reply: Reply) -> Iterator[tuple[str, str, str]]:
        """Yield (what, expected, got) for all that does not fit."""
        raise NotImplementedError

    def evidence(self, reply: Any) -> Evidence | None:
        """Return the failure of a reply that does not fit."""
        if not isinstance(reply, Reply):
            return None
        what, expected, got = next(self.differences(reply), ("", repr(self), str(reply)))
        return reply.evidence(
            repr(self), message=None if what in ("", "status") else f"{what}: expected {expected}, got {got}"
        )


class Answer(ReplyMatcher):
    """A status, and where a body is given, exactly this JSON."""

    def __init__(self, status: int, body: Any = anything, *, media_type: str = JSON_TYPE) -> None:
        self._status = status
        self._json = body
        self._media_type = media_type

    def differences(self, reply: Reply) -> Iterator[tuple[str, str, str]]:
        """Compare status, then type, then body."""
        if reply.status != self._status:
            yield "status", str(self._status), str(reply.status)
        if self._json is anything:
            return
        if reply.media_type != self._media_type:
            yield "Content-Type", self._media_type, reply.media_type or "none"
        elif not same(reply.json, self._json):
            yield from json_differences(reply.json, self._json)

    def __repr__(self) -> str:
        if self._json is anything:
            return str(self._status)
        return f"{self._status}  {self._media_type}  {json_text(self._json)}"


class Problem(ReplyMatcher):
    """A problem body with this status and code, and exactly these (field, code) pairs."""

    def __init__(self, status: int, code: str | Matcher, errors: Mapping[str, Any] | None = None) -> None:
        self._status = status
        self._code = code
        self._errors = errors

    def differences(self, reply: Reply) -> Iterator[tuple[str, str, str]]:
        """Compare status, type, form, code and the fields."""
        if reply.status != self._status:
            yield "status", str(self._status), str(reply.status)
        yield from self._leaks(reply)
        if reply.media_type != PROBLEM_TYPE:
            yield "Content-Type", PROBLEM_TYPE, reply.media_type or "none"
            return
        body = reply.json
        if not isinstance(body, dict):
            yield "body", "a JSON object", shown_body(reply.body)
            return
        yield from self._form(body)
        if self._errors is not None:
            yield from self._fields(body.get("errors"))

    def _leaks(self, reply: Reply) -> Iterator[tuple[str, str, str]]:
        leaked = next((leak for leak in LEAKS if leak in reply.text), None)
        if leaked is not None:
            yield "body", "nothing of the inside", leaked

    def _form(self, body: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        if not (isinstance(body.get("title"), str) and body["title"]):
            yield "title", "a text that is not empty", short(body.get("title"))
        if not same(body.get("status"), self._status):
            yield "status in the body", str(self._status), short(body.get("status"))
        if not same(body.get("code"), self._code):
            yield "code", short(self._code), short(body.get("code"))
        for name in ("type", "detail", "instance"):
            if name in body and not isinstance(body[name], str):
                yield name, "a text", short(body[name])
        if body.get("code") in NEEDS_ERRORS and not well_formed(body.get("errors")):
            yield "errors", "a list of objects with field, code, message", short(body.get("errors"))

    def _fields(self, errors: Any) -> Iterator[tuple[str, str, str]]:
        due = dict(self._errors or {})
        got = {(error["field"], error["code"]) for error in errors} if well_formed(errors) else set()
        fields = {field for field, _ in got}
        right = fields == set(due) and all(same(code, due[field]) for field, code in got)
        if not right:
            yield "errors", pairs_text(due.items()), pairs_text(sorted(got)) or "none"

    def __repr__(self) -> str:
        said = f"{self._status}  {PROBLEM_TYPE}  {self._code}"
        return f"{said}: {pairs_text(self._errors.items())}" if self._errors else said


def well_formed(errors: Any) -> bool:
    """Return whether `errors` is a list, not empty, of objects with the three texts."""
    return (
        isinstance(errors, list)
        and bool(errors)
        and all(
            isinstance(error, dict)
            and all(isinstance(error.get(key), str) for key in ("field", "code", "message"))
            for error in errors
        )
    )


def pairs_text(pairs: Any) -> str:
    """Return `field → code` for each pair."""
    return ", ".join(f"{field or '(body)'} → {code}" for field, code in pairs)


def json_text(value: Any) -> str:
    """Return the expected JSON in one line; matchers in it are shown in words."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json_text(key)}: {json_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    if isinstance(value, Matcher):
        return repr(value)
    return shown_body(json.dumps(value, ensure_ascii=False).encode())


def json_differences(got: Any, due: Any, at: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the first place where two JSON values differ."""
    if isinstance(got, dict) and isinstance(due, dict):
        for key in due:
            if key not in got:
                yield f"{at}{key}", json_text(due[key]), "nothing"
                return
            if not same(got[key], due[key]):
                yield from json_differences(got[key], due[key], f"{at}{key}.")
                return
        extra = next(key for key in got if key not in due)
        yield f"{at}{extra}", "nothing", json_text(got[extra])
        return
    yield at.rstrip(".") or "body", f"{json_text(due)}{kind_text(got, due)}", json_text(got)


def kind_text(got: Any, due: Any) -> str:
    """Return the type's name where only the type tells two values apart."""
    return f" ({type(due).__name__})" if got == due and type(got) is not type(due) else ""


answer = Answer
problem = Problem
