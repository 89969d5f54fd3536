"""From what a check raised to its verdict, and to the words for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from backroad.errors import nearest
from backroad.model import Check
from backroad.referee.answers import ReplyMatcher
from backroad.referee.differences import difference
from backroad.referee.evidence import Evidence, Trouble, Unusable
from backroad.referee.foreign import FromSubject
from backroad.referee.matchers import Exactly
from backroad.referee.proxies import Proxy
from backroad.referee.recorder import Recorder, short
from backroad.referee.scripts import Outcomes
from backroad.report import Result, Verdict

MAX_SHOWN = 2_000
CHOICES = (tuple, set, frozenset)  # what a check writes down; learners' code gives lists, dicts and texts
LONG = 160  # of longer values, only the parts that differ are shown
MISSING = re.compile(r"has no attribute '(\w+)'$")
DID_NOT_RAISE = re.compile(r"^DID NOT RAISE (?:any of )?(?P<what>.*)$", re.DOTALL)
CLASS_NAME = re.compile(r"<class '(?:\w+\.)*(\w+)'>")
IN_WORDS = {
    "<": "less than ",
    "<=": "at most ",
    ">": "more than ",
    ">=": "at least ",
    "!=": "anything but ",
    "is": "the very ",
    "is not": "anything but the very ",
}
Compared = tuple[str, Any, Any]


def passed(check: Check, seconds: float) -> Result:
    """Return the result of a green check."""
    return Result(check.name, check.sentence, check.stage, check.stretch, Verdict.PASSED, round(seconds, 4))


def failed(
    check: Check,
    evidence: Evidence,
    recorder: Recorder,
    names: dict[int, str],
    output: str | None,
    seconds: float,
) -> Result:
    """Return the result of a check that is not green."""

    def named(text: str | None) -> str | None:
        return None if text is None else recorder.named(text, names)

    blocked = evidence.verdict is Verdict.BLOCKED
    told = (*recorder.ground_of(evidence.did), *evidence.did)
    did = told if evidence.did or blocked else recorder.lines(names)
    return Result(
        check.name,
        check.sentence,
        check.stage,
        check.stretch,
        evidence.verdict,
        round(seconds, 4),
        did=tuple(recorder.named(line, names) for line in did),
        expected=named(evidence.expected),
        got=named(evidence.got),
        where=evidence.where,
        frames=evidence.frames,
        message=named(evidence.message),
        remedy=evidence.remedy,
        again=evidence.again,
        output=evidence.output or output,
        why=check.why or None,
    )


def plain(excinfo: pytest.ExceptionInfo[BaseException] | None) -> pytest.ExceptionInfo[BaseException] | None:
    """Return what pytest may describe instead of an exception: one of a learner's can be past describing."""
    if excinfo is None:
        return None
    try:
        raise AssertionError(excinfo.typename)
    except AssertionError as error:
        return pytest.ExceptionInfo.from_exception(error)


def judge(excinfo: pytest.ExceptionInfo[BaseException], compared: Compared | None, file: Path) -> Evidence:
    """Return the evidence for the exception that ended a check."""
    error = excinfo.value
    if isinstance(error, Trouble | Unusable):
        return error.evidence
    if isinstance(error, FromSubject):
        return raised(error)
    if isinstance(error, pytest.fail.Exception):
        return not_raised(str(error))
    if isinstance(error, AssertionError):
        return unequal(compared, said_in(str(error)))
    line = next((entry.lineno + 1 for entry in reversed(excinfo.traceback) if entry.path == file), 0)
    message = (
        f"the check could not go on with what it got: {type(error).__name__}: {error} ({file.name}:{line})"
    )
    return Evidence(Verdict.FAILED, message)


def explained(evidence: Evidence, server_error: Evidence | None) -> Evidence:
    """Return the evidence with what is behind a 5xx, where it tells of one in words of the check's own."""
    if server_error is None or evidence.again or evidence.frames:
        return evidence
    if server_error.got is None or server_error.got not in (evidence.got or ""):
        return evidence
    message = "; ".join(filter(None, (evidence.message, server_error.message)))
    return evidence.but(message=message or None, frames=server_error.frames, again=server_error.again)


def raised(error: Any) -> Evidence:
    """Return the evidence for an exception of the learner's code."""
    text = str(error)
    name = str(error.backroad_told["type"])
    offered, looked_for = error.backroad_told.get("offered"), MISSING.search(text)
    return Evidence(
        Verdict.RAISED,
        f"{name}: {text}" if text else name,
        frames=error.backroad_frames,
        remedy=nearest(looked_for[1], offered) if looked_for and isinstance(offered, list) else None,
    )


def not_raised(text: str) -> Evidence:
    """Return the evidence for `pytest.raises` that saw nothing raised."""
    match = DID_NOT_RAISE.match(text)
    if match is None:
        return Evidence(Verdict.FAILED, text)
    named = CLASS_NAME.findall(match["what"]) or match["what"].strip("()").split(", ")
    due = " or ".join(named)
    return Evidence(Verdict.FAILED, expected=f"it raises {due}", got="nothing was raised")


def said_in(text: str) -> str | None:
    """Return the message that the check gave with its assertion."""
    message, _, explanation = text.partition("\nassert ")
    if text.startswith("assert ") or not message:
        return None
    return message if explanation or not text.startswith("assert") else None


def unequal(compared: Compared | None, message: str | None) -> Evidence:
    """Return the evidence for an assertion that does not hold."""
    if compared is None:
        return Evidence(Verdict.FAILED, message or "the check does not hold")
    op, got, due = compared
    special = special_evidence(got, due) if op == "==" else None
    if special is not None:
        return special.but(message=message or special.message)
    if op == "in" and type(due) in CHOICES:
        return Evidence(Verdict.FAILED, message, expected=" or ".join(map(whole, due)), got=whole(got))
    if op in ("in", "not in"):
        words = "is in it" if op == "in" else "is not in it"
        return Evidence(Verdict.FAILED, message, expected=f"{whole(got)} {words}", got=whole(due))
    told = (whole(due), whole(got))
    if op == "==" and max(map(len, told)) > LONG:
        found = difference(due, got)
        if found is not None:
            message = "; ".join(filter(None, (message, str(found))))
            told = (whole(found.due), whole(found.got))
    if told[0] == told[1] and op == "==":
        told = (f"{told[0]}  ({type_of(due)})", f"{told[1]}  ({type_of(got)})")
    words = "" if op == "is" and due is None else IN_WORDS.get(op, "")  # == would ask a proxy
    return Evidence(Verdict.FAILED, message, expected=words + told[0], got=told[1])


def special_evidence(got: Any, due: Any) -> Evidence | None:
    """Return the evidence of values that know best how they differ."""
    if isinstance(got, Outcomes):
        return got.evidence(due)
    if isinstance(due, ReplyMatcher):
        return due.evidence(got)
    return None


def type_of(value: Any) -> str:
    """Return the name of a value's type; a strict value's own."""
    return type(value.value if isinstance(value, Exactly) else value).__name__


def whole(value: Any) -> str:
    """Return a value as text, whole unless it is very long."""
    if isinstance(value, Proxy):
        return short(value)
    try:
        text = repr(value.value) if isinstance(value, Exactly) else repr(value)
    except ValueError:  # an integer of more digits than Python writes out
        return short(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text):,} characters)"


def names_in(excinfo: pytest.ExceptionInfo[BaseException], file: Path) -> dict[int, str]:
    """Return the check's own variable names for the objects of the subject."""
    names: dict[int, str] = {}
    for entry in excinfo.traceback:
        if entry.path == file:
            for name, value in entry.frame.f_locals.items():
                # pytest's assertion rewriting has variables of its own, called @py_….
                if isinstance(value, Proxy) and not name.startswith(("@", "_")):
                    names.setdefault(value.backroad_ref, name)
    return names


def as_text(result: Result) -> str:
    """Return a failure as plain pytest shows it."""
    rows = [("did", "\n".join(result.did)), ("expected", result.expected), ("got", result.got)]
    if result.where is not None:
        rows.append(("where", f"{result.where.file}:{result.where.line}  {result.where.source}"))
    rows += [("message", result.message), ("remedy", result.remedy), ("again", result.again)]
    rows += [("output", result.output), ("why", result.why)]
    lines = [f"{result.verdict}: {result.sentence}"]
    for word, text in rows:
        if text:
            lines.append(f"  {word:<9} " + text.replace("\n", "\n" + " " * 12))
    return "\n".join(lines)
