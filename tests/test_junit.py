"""A report as JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from backroad.junit import to_junit, xml_safe
from backroad.model import Level
from backroad.report import Place, Report, Result, Verdict


def report(*results: Result) -> Report:
    """Return a report of some results."""
    return Report("0.1.0", "greeter", Level.SANDBOX, 1.25, "0" * 64, results)


def result(name: str, verdict: Verdict, **evidence: object) -> Result:
    """Return one result of stage 1."""
    return Result(name, f"Sentence of {name}", 1, False, verdict, 0.5, **evidence)  # type: ignore[arg-type]  # a table's fields


def parsed(*results: Result) -> ElementTree.Element:
    """Return the suite of a report, read back from its XML."""
    suite = ElementTree.fromstring(to_junit(report(*results)).encode("utf-8")).find("testsuite")
    assert suite is not None
    return suite


def test_counts_agree_with_the_cases() -> None:
    """Failures are wrong answers, errors are runs that broke, skipped ones wait for others."""
    verdicts = [*Verdict]
    suite = parsed(*(result(str(verdict), verdict) for verdict in verdicts))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        str(len(verdicts)), "4", "3", "1",
    )  # fmt: skip
    kinds = {case.get("name"): [child.tag for child in case] for case in suite}
    assert kinds["PASSED"] == []
    assert kinds["DIED"] == ["error"]
    assert kinds["BLOCKED"] == ["skipped"]


@pytest.mark.parametrize(
    "text", ["\x1b[31m", "\x00\x0b", "]]>", "<b>&amp;", "\ud800", "\ufffe", "a\u202eb", "\U0001f600"]
)
def test_anything_can_be_said(text: str) -> None:
    """Whatever the learner's code prints, the file can be read."""
    suite = parsed(result("a", Verdict.FAILED, got=text, output=text, message=text))
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert f"got: {xml_safe(text)}" in failure.text


def test_the_line_is_named() -> None:
    """A failure names the learner's line."""
    suite = parsed(result("a", Verdict.RAISED, message="KeyError: 1", where=Place("app.py", 7, "d[1]")))
    assert "where: app.py:7" in (suite.findtext("testcase/failure") or "")
