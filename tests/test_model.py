"""The values that everything speaks of."""

from __future__ import annotations

import json

from backroad.model import Level
from backroad.report import Place, Report, Result, Verdict, report_from_json

FAILED = Result(
    name="keeps_order",
    sentence="The order is kept",
    stage=1,
    stretch=False,
    verdict=Verdict.RAISED,
    seconds=0.25,
    did=("items = Stack()", "items.push(1)"),
    expected="[1, 2]",
    got="[2, 1]\nwith é and \x1b",
    where=Place("stack.py", 7, "raise KeyError", "push"),
    frames=(Place("stack.py", 3), Place("stack.py", 7, "raise KeyError", "push")),
    message="KeyError: 1",
    ran=("SELECT 1",),
    why="the next reader trusts it",
)
PASSED = Result("starts", "It starts", 1, False, Verdict.PASSED)
BLOCKED = Result("grows", "It grows", 1, False, Verdict.BLOCKED)
STRETCH = Result("strange", "Strange input", 2, True, Verdict.FAILED)


def report(*results: Result) -> Report:
    """Return a report of these results."""
    return Report("0.1.0", "stack", Level.SANDBOX, 1.5, "ab" * 32, results, seed=7, notes=("cut",))


def test_a_report_survives_json() -> None:
    """What `check --json` writes can be read back without loss."""
    whole = report(PASSED, FAILED, BLOCKED, STRETCH)
    assert report_from_json(json.loads(json.dumps(whole.to_json()))) == whole


def test_a_report_names_the_fields_of_the_format() -> None:
    """The JSON object has the promised fields, in learning order."""
    entry = report(FAILED, STRETCH).to_json()
    promised = ["format", "kit", "exercise", "passed", "level", "seconds", "submission", "checks"]
    assert [key for key in entry if key in promised] == promised
    assert (entry["format"], entry["level"], entry["passed"]) == (1, 2, False)
    assert [check["name"] for check in entry["checks"]] == ["keeps_order", "strange"]
    fields = "name sentence stage stretch verdict seconds did expected got where message output why"
    assert set(fields.split()) <= set(entry["checks"][0])
    assert entry["checks"][0]["where"]["line"] == 7


def test_a_field_without_content_is_null() -> None:
    """Nothing to say is null in JSON, never an empty text or list."""
    (check,) = report(PASSED).to_json()["checks"]
    assert [check[key] for key in ("did", "expected", "where", "frames", "ran", "why")] == [None] * 6


def test_unknown_fields_are_left_alone() -> None:
    """A report of a later kit, with more fields, can still be read."""
    entry = report(PASSED).to_json()
    entry["mood"] = entry["checks"][0]["mood"] = "new"
    assert report_from_json(entry) == report(PASSED)


def test_the_core_decides() -> None:
    """A report passes when all core checks do; the hardening stage does not count."""
    assert report(PASSED, STRETCH).passed
    assert not report(PASSED, BLOCKED).passed
    assert not report().passed


def test_hardening_alone_decides_for_itself() -> None:
    """A run of the hardening stage alone passes when its checks do."""
    assert not report(STRETCH).passed


def test_the_first_failure_is_spoken_of() -> None:
    """The first failure is one of the core that is not merely blocked, where there is one."""
    assert report(BLOCKED, STRETCH, FAILED).first_failure == FAILED
    assert report(PASSED, STRETCH).first_failure == STRETCH
    assert report(BLOCKED).first_failure == BLOCKED
    assert report(PASSED).first_failure is None
