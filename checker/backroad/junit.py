"""A report as JUnit XML, safe whatever the learner's code printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from backroad.glyphs import visible
from backroad.report import Report, Result, Verdict

# XML 1.0 knows no other characters, not even escaped ones.
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FAILURES = (Verdict.FAILED, Verdict.RAISED, Verdict.HUNG, Verdict.LIMIT)


HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def to_junit(report: Report) -> str:
    """Return the report as one test suite."""
    root = ElementTree.Element("testsuites")
    root.append(_suite(report, report.exercise))
    ElementTree.indent(root)
    return f"{HEAD}{ElementTree.tostring(root, encoding='unicode')}\n"


def class_to_junit(reports: Iterable[tuple[str, Report]]) -> str:
    """Return the reports of a class, each a test suite under the name that comes with it."""
    suites = (ElementTree.tostring(_suite(report, name), encoding="unicode") for name, report in reports)
    return f"{HEAD}<testsuites>\n{chr(10).join(suites)}\n</testsuites>\n"


def _suite(report: Report, name: str) -> ElementTree.Element:
    red = [result for result in report.results if not result.passed]
    failures = sum(result.verdict in _FAILURES for result in red)
    skipped = sum(result.verdict is Verdict.BLOCKED for result in red)
    suite = ElementTree.Element(
        "testsuite",
        name=xml_safe(name),
        tests=str(len(report.results)),
        failures=str(failures),
        errors=str(len(red) - failures - skipped),
        skipped=str(skipped),
        time=f"{report.seconds:.3f}",
    )
    suite.extend(_case(report, result) for result in report.results)
    return suite


def xml_safe(text: str) -> str:
    """Return `text` with everything XML cannot hold, or a screen should not see, escaped."""
    return _NO_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", visible(text))


def _case(report: Report, result: Result) -> ElementTree.Element:
    classname = f"{report.exercise}.{'hardening' if result.stretch else f'stage_{result.stage}'}"
    case = ElementTree.Element(
        "testcase", name=result.name, classname=xml_safe(classname), time=f"{result.seconds:.3f}"
    )
    if not result.passed:
        told = {"type": str(result.verdict), "message": xml_safe(result.sentence)}
        outcome = ElementTree.SubElement(case, _element(result.verdict), told)
        outcome.text = xml_safe(_body(result))
    if result.output:
        ElementTree.SubElement(case, "system-out").text = xml_safe(result.output)
    return case


def _element(verdict: Verdict) -> str:
    if verdict is Verdict.BLOCKED:
        return "skipped"
    return "failure" if verdict in _FAILURES else "error"


def _body(result: Result) -> str:
    where = f"{result.where.file}:{result.where.line}" if result.where else None
    parts = (
        ("did", "\n".join(result.did)), ("expected", result.expected), ("got", result.got),
        ("message", result.message), ("where", where), ("again", result.again),
    )  # fmt: skip
    return "\n".join(f"{label}: {text}" for label, text in parts if text)
