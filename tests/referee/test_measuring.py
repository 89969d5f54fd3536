"""What work is measured with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backroad import referee
from backroad.content.work import parse_work
from backroad.model import Kind
from backroad.plan import Plan
from backroad.report import Measured, Report

from .conftest import SERVER

SLEEPING = "def answer(self):\n        time.sleep(0.03)"
SLOW = "import time\n" + SERVER.replace("def answer(self):", SLEEPING) + "serve()\n"
ONE = 'def one({}, measure):\n    """One"""\n'


@pytest.fixture
def at_work(plan: Callable[..., Plan], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run work against code, and return what was measured, or the message, by name."""

    def run(code: str, work: str, **choices: Any) -> dict[str, Any]:
        file = tmp_path / "work.py"
        file.write_text(work, encoding="utf-8")
        made = plan(code, **choices).but(checks=file, measures=True, order=parse_work(work, file, []))
        report: Report = referee.run(made)
        return {one.name: one.measured if one.passed else one.message for one in report.results}

    return run


def test_what_is_counted(at_work: Callable[..., dict[str, Any]]) -> None:
    """Lines, divided by how often a thing is done, and what the work counted by itself."""
    work = """
def lines(subject, measure):
    \"\"\"Lines\"\"\"
    measure.steps(subject, [("double", 1)] * 4, per=4)

def own(subject, measure):
    \"\"\"Things\"\"\"
    measure.count(subject.double(3), "things")

def none(subject, measure):
    \"\"\"None\"\"\"
"""
    told = at_work("def double(number):\n    two = 2\n    return two * number\n", work)
    assert told == {"lines": Measured("lines run", 2.0), "own": Measured("things", 6), "none": None}


def test_a_piece_of_work_is_measured_once(at_work: Callable[..., dict[str, Any]]) -> None:
    """Two measures in one function are a fault of the work, told as such."""
    work = ONE.format("subject") + '    measure.count(1, "a")\n' * 2
    assert "measured once" in at_work("", work)["one"]


def test_slow_requests_are_enough_for_a_time(at_work: Callable[..., dict[str, Any]]) -> None:
    """A design of 30 ms a request gets 5 of them in a round, and no more."""
    work = 'def wait(service, measure):\n    """Wait"""\n    measure.requests("GET", "/x", {"a": 1})\n'
    measured = at_work(SLOW, work, kind=Kind.SERVICE)["wait"]
    assert [len(series) for series in measured.rounds[:2]] == [5, 5]
    assert min(map(min, measured.rounds[:2])) >= 30


def test_requests_have_to_succeed(at_work: Callable[..., dict[str, Any]]) -> None:
    """A refusal is quick, and no number."""
    work = 'def post(service, measure):\n    """Post"""\n    measure.requests("POST", "/", json={})\n'
    told = at_work(SERVER + "serve()\n", work, kind=Kind.SERVICE)
    assert not isinstance(told["post"], Measured)


def test_statements_that_nobody_hears(at_work: Callable[..., dict[str, Any]]) -> None:
    """A service without sqlite3 has a reason in place of a number: 0 would be praise."""
    work = ONE.format("service") + '    with measure.statements():\n        service.get("/")\n'
    measured = at_work(SERVER + "serve()\n", work, kind=Kind.SERVICE)["one"]
    assert measured.count is None
    assert "sqlite3" in measured.reason
