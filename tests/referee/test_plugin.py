"""The checks of a plan under pytest: order, choice, requirements, fixtures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backroad import referee
from backroad.model import Kind, Limits
from backroad.plan import Plan
from backroad.report import Report, Verdict

Judge = Callable[..., Report]
CODE = """
    import os
    calls = []
    def call(): calls.append(1); return len(calls)
    def pid(): return os.getpid()
    def leave(): os._exit(3)
    def wrong(): return 0
    class Box:
        def __init__(self, n=0): self.n = n
        def grow(self):
            for _ in range(self.n):
                self.n += 0
"""
FIRST = '''
"""First"""
from backroad.checks import requires, fresh, hint

def test_one(subject):
    """One"""
    assert subject.call() >= 1

def test_two(subject):
    """Two"""
    assert subject.wrong() == 1

@requires("two")
def test_three(subject):
    """Three"""
    raise AssertionError

@requires("three", "one")
def test_four(subject):
    """Four"""
    raise AssertionError

@requires("one")
def test_five(subject):
    """Five"""
'''
HARDENING = '''
"""Hardening"""

def test_hard(subject):
    """Hard"""
    assert subject.call() >= 1
'''
FILES = {"test_1_first.py": FIRST, "test_2_hardening.py": HARDENING}
RIGHT = CODE.replace("return 0", "return 1")


def verdicts(report: Report) -> dict[str, str]:
    """Return the verdicts by name, in the order of the report."""
    return {result.name: str(result.verdict) for result in report.results}


def test_blocked_checks_are_not_run(judge: Judge) -> None:
    """What requires a red check, directly or not, is blocked, and so is hardening while the core is red."""
    report = judge(CODE, FILES)
    assert verdicts(report) == {
        "one": "PASSED",
        "two": "FAILED",
        "three": "BLOCKED",
        "four": "BLOCKED",
        "five": "PASSED",
        "hard": "BLOCKED",
    }
    assert {
        result.name: result.message for result in report.results if result.verdict is Verdict.BLOCKED
    } == {
        "three": "two",
        "four": "three",
        "hard": "the core stages",
    }


CHOICES: dict[str, tuple[dict[str, object], dict[str, str]]] = {
    "names": ({"names": ("five",)}, {"five": "PASSED"}),
    "requirement-not-chosen": ({"names": ("three",)}, {"three": "FAILED"}),
    "hardening-by-name": ({"names": ("two", "hard")}, {"two": "FAILED", "hard": "PASSED"}),
    "stage": ({"stages": (2,)}, {"hard": "PASSED"}),
    "fail-fast": ({"fail_fast": True}, {"one": "PASSED", "two": "FAILED"}),
}


@pytest.mark.parametrize("name", CHOICES)
def test_what_was_asked_for_is_run(judge: Judge, name: str) -> None:
    """Checks by name, by stage, or up to the first red one."""
    choice, due = CHOICES[name]
    assert verdicts(judge(CODE, FILES, **choice)) == due


def test_order_is_the_learner_s_whatever_the_order_of_the_run(plan: Callable[..., Plan]) -> None:
    """A shuffled run is shuffled by its seed, and reported in learning order."""
    checks = "".join(f'def test_n{n}(subject):\n    """It"""\n' for n in range(8))
    ran: dict[int, list[str]] = {}
    for seed in (1, 2):
        told: list[str] = []
        made = plan("", checks, shuffle=True, seed=seed)
        report = referee.run(made, lambda result, told=told: told.append(result.name))  # type: ignore[misc]
        assert list(verdicts(report)) == [f"n{n}" for n in range(8)]
        ran[seed] = told
    assert ran[1] != ran[2]
    assert sorted(ran[1]) == sorted(ran[2])


SUBJECTS = '''
from backroad.checks import fresh, play

seen = []

def test_first(subject):
    """First"""
    assert subject.call() == 1

def test_shared(subject):
    """Shared"""
    assert subject.call() == 2

@fresh
def test_fresh(subject, builtins):
    """Fresh"""
    assert subject.call() == 1
    assert builtins.len(subject.calls) == 1

def test_dies(subject):
    """Dies"""
    subject.leave()

def test_replaced(subject):
    """Replaced"""
    assert subject.call() == 1

def test_chance(rng):
    """Chance"""
    seen.append(rng.random())

def test_chance_of_its_own(rng):
    """Own chance"""
    assert rng.random() not in seen

def test_source(source):
    """Source"""
    source.fail("found", file="thing.py", line=3)

def test_instruments(subject, instruments):
    """Instruments"""
    small, large = subject.Box(10), subject.Box(20)
    assert instruments.steps(large, [("grow",)]) - instruments.steps(small, [("grow",)]) == 20
    keys = instruments.counted([3, 1, 2])
    instruments.reset()
    assert keys[0] > keys[1]
    assert instruments.comparisons() == 1
    assert instruments.plain(keys[0]) == 3
    assert instruments.steps_of_each(small, [("grow",), ("grow",)])[0] > 10

def test_probes(subject, probes):
    """Probes"""
    assert probes.inside(subject.Box(7)) == {"n": 7}
'''


@pytest.fixture
def mixed(plan: Callable[..., Plan]) -> Report:
    """A run that uses every fixture."""
    made = plan(CODE, SUBJECTS)
    probes = made.checks.parent / "probes.py"
    probes.write_text("def inside(thing):\n    return vars(thing)\n")
    return referee.run(made.but(probes=probes))


def test_fixtures_give_what_they_say(mixed: Report) -> None:
    """One subject for the run, another after a death and for a fresh check; chance by seed; all tools."""
    found = verdicts(mixed)
    assert found.pop("dies") == "DIED"
    assert found.pop("source") == "FAILED"
    assert found == dict.fromkeys(found, "PASSED")
    assert len(found) == 8


AFTER: dict[str, tuple[str, str]] = {
    "hung": ("while True:\n  pass", "HUNG"),
    "swallowing": ("while True:\n  try:\n   while True: pass\n  except BaseException: pass", "HUNG"),
    "exit": ("import os; os._exit(0)", "DIED"),
    "system_exit": ("raise SystemExit", "DIED"),
    "segfault": ("import ctypes; ctypes.string_at(0)", "DIED"),
    "abort": ("import os; os.abort()", "DIED"),
    "memory": ("return bytearray(2**40)", "LIMIT"),
    "recursion": ("return recursion()", "RAISED"),
    "interrupt": ("raise KeyboardInterrupt", "RAISED"),
    "skip": ("import pytest; pytest.skip('x')", "RAISED"),
    "stdout": ("import sys; sys.stdout.close()", "FAILED"),
}
TROUBLE = 'def test_{0}(subject):\n    """T"""\n    assert subject.{0}() == 1\n'
NEXT = 'def test_after_{0}(subject):\n    """N"""\n    assert subject.fine() == 1\n'


def test_every_check_has_its_own_honest_verdict(judge: Judge) -> None:
    """After each kind of trouble the next check is judged as if nothing had been."""
    bodies = "".join(f"def {name}():\n {body}\n" for name, (body, _) in AFTER.items())
    checks = "".join((TROUBLE + NEXT).format(name) for name in AFTER)
    report = judge("def fine(): return 1\n" + bodies, checks, limits=Limits(call=0.5, check=6, memory=512))
    found = verdicts(report)
    assert {name: found[name] for name in AFTER} == {name: verdict for name, (_, verdict) in AFTER.items()}
    assert {found[f"after_{name}"] for name in AFTER} == {"PASSED"}


def test_a_service_serves_the_checks(judge: Judge, server: str) -> None:
    """The same plugin gives checks a running service."""
    check = '''
def test_it(service):
    """It"""
    assert service.get("/x").json == {"path": "/x"}

def test_not_there(service):
    """Not"""
    assert service.get("/x").status == 404
'''
    report = judge({"app.py": "import base\nbase.serve()\n", "base.py": server}, check, kind=Kind.SERVICE)
    assert verdicts(report) == {"it": "PASSED", "not_there": "FAILED"}


CRASHES = """
import base, traceback
class Handler(base.Handler):
    def do_GET(self):
        if self.path != "/x":
            return super().do_GET()
        try:
            1 / 0  # here
        except ZeroDivisionError:
            traceback.print_exc()
            self.send_error(500)
base.serve(Handler)
"""


def test_a_500_is_explained_whatever_the_check_compares(judge: Judge, server: str) -> None:
    """The line behind it, and how to see it again, also where a check has collected codes; not elsewhere."""
    check = '''
def test_codes(service):
    """Codes"""
    codes = {path: service.get(path).status for path in ("/x", "/y")}
    assert codes == {"/x": 200, "/y": 200}

def test_in_words(service):
    """Words"""
    assert service.get("/x").status == 200, "with a cookie"

def test_something_else(service):
    """Else"""
    service.get("/x")
    assert service.get("/y").status == 201

def test_none_before(service):
    """None"""
    assert {"/y": service.get("/y").status + 300} == {"/y": 200}
'''
    report = judge({"app.py": CRASHES, "base.py": server}, check, kind=Kind.SERVICE)
    codes, words, other, none = report.results
    for result, message in ((codes, ""), (words, "with a cookie; ")):
        assert result.message == f"{message}ZeroDivisionError: division by zero"
        assert result.where is not None
        assert result.where.source == "1 / 0  # here"
        assert result.again == "curl -i localhost:8000/x"
    assert codes.did == ("GET /x", "GET /y")
    for result in (other, none):
        assert (result.message, result.where, result.again) == (None, None, None)


def test_the_settings_of_another_process_are_told(judge: Judge, server: str) -> None:
    """What a check asks of a process with settings of its own is read with them, while that process runs."""
    check = '''
from backroad.checks import answer

def test_settings(service):
    """Settings"""
    with service.another(env={"MOST": "3"}) as other:
        assert other.get("/x") == answer(429)

def test_afterwards(service):
    """After"""
    with service.another(env={"MOST": "3"}) as other:
        other.get("/x")
    assert service.get("/x") == answer(429)
'''
    report = judge({"app.py": "import base\nbase.serve()\n", "base.py": server}, check, kind=Kind.SERVICE)
    settings, afterwards = report.results
    assert settings.did == ("started python app.py once more, on another port, with MOST=3", "GET /x")
    assert afterwards.did == ("GET /x",)


def test_the_other_way_round_all_is_green(judge: Judge) -> None:
    """With the core green, hardening runs and is told apart."""
    checks = {
        "test_1_first.py": '"""F"""\ndef test_a(subject):\n    """A"""\n    assert subject.wrong() == 1\n'
    }
    report = judge(RIGHT, {**checks, "test_2_hardening.py": HARDENING.replace(">= 1", "== 5")})
    assert verdicts(report) == {"a": "PASSED", "hard": "FAILED"}
    assert report.passed
