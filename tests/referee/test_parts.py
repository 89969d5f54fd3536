"""Checks that have all they need for themselves are judged side by side; the report is that of one run."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from backroad.errors import KitFault, Problem
from backroad.model import Level, Limits
from backroad.plan import Plan
from backroad.referee.asking import CHECK
from backroad.referee.engine import Engine
from backroad.referee.forked import Unborn
from backroad.referee.parts import FIRST, Handing, parts_of, run_in_parts
from backroad.referee.session import Answer, Brake, OnResult, Overdue
from backroad.report import Report, Result, Verdict

only_warm = pytest.mark.skipif(sys.platform != "linux", reason="there is no warm start here")
Make = Callable[..., Plan]
SECONDS = 20

BASICS = '''
from backroad.checks import fresh, requires

def test_counts(subject):
    """It counts"""
    assert subject.count() == 1

@fresh
def test_new(subject, builtins, probes):
    """It counts anew"""
    assert builtins.len(subject.seen) == 0
    assert subject.count() == 1

@requires("new")
def test_goes_on(subject):
    """It counts on"""
    assert subject.count() == 2

@fresh
@requires("goes_on")
def test_new_again(subject):
    """It counts anew again"""
    assert subject.count() == 1
'''
HARDENING = '''
from backroad.checks import fresh

@fresh
def test_hard(subject):
    """It is hard"""
    assert subject.count() == 1

def test_shared(subject):
    """It counts further"""
    assert subject.count() == 3
'''
FILES = {"test_1_basics.py": BASICS, "test_2_hardening.py": HARDENING}
NAMES = ["counts", "new", "goes_on", "new_again", "hard", "shared"]
COUNTER = "seen = []\ndef count():\n    seen.append(1)\n    return len(seen)\n"
PROBES = "X = 1\n"
PROGRAMS = {
    "right": COUNTER,
    "wrong from the start": COUNTER.replace("len(seen)", "0"),
    "wrong later": COUNTER.replace("return len(seen)", "return len(seen) if len(seen) < 2 else 7"),
    "red in the end": COUNTER.replace("return len(seen)", "return len(seen) if len(seen) < 3 else 7"),
    "dies later": COUNTER.replace("    return", "    if len(seen) == 2: import os; os._exit(1)\n    return"),
    "is no Python": "def count(:\n",
    "talks": COUNTER.replace("    return", "    print(len(seen))\n    return 0 *"),
}


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine whose runs are in parts."""
    with Engine() as made:
        yield made


def told(report: Report) -> list[tuple[object, ...]]:
    """Return all that a learner reads of a report, but times."""
    return [
        (one.name, one.verdict, one.did, one.expected, one.got, one.where, one.message, one.output)
        for one in report.results
    ]


@only_warm
def test_the_report_is_that_of_one_run(plan: Make, engine: Engine, tmp_path: Any) -> None:
    """What is red, blocked and said is the same in parts, and it is told in learning order."""
    probes = tmp_path / "probes.py"
    probes.write_text(PROBES)
    made = plan("", FILES, probes=probes, in_parts=True)
    assert parts_of(made) > 1
    with Engine() as whole:
        for name, code in PROGRAMS.items():
            (made.tree / "thing.py").write_text(code)
            heard: list[Result] = []
            report = engine.run(made, heard.append)
            expected = whole.run(made.but(in_parts=False))
            assert (name, told(report)) == (name, told(expected))
            assert [one.name for one in heard] == NAMES
            assert (report.level, report.submission, report.kit) == (
                expected.level,
                expected.submission,
                expected.kit,
            )
            assert tuple(heard) == report.results


@only_warm
def test_a_stage_is_asked_for(plan: Make, engine: Engine) -> None:
    """Only what was asked for is judged; what is asked for by its stage waits for nobody."""
    made = plan(
        PROGRAMS["wrong later"], {**FILES, "test_1_basics.py": BASICS.replace(", probes", "")}, in_parts=True
    )
    report = engine.run(made.but(stages=(2,)))
    assert [(one.name, one.verdict) for one in report.results] == [
        ("hard", Verdict.PASSED),
        ("shared", Verdict.FAILED),
    ]
    report = engine.run(made.but(names=("new", "goes_on")))
    assert [(one.name, one.verdict) for one in report.results] == [
        ("new", Verdict.PASSED),
        ("goes_on", Verdict.FAILED),
    ]


MEETING = '''
import time
from pathlib import Path
from backroad.checks import fresh

FOLDER = Path({folder!r})

def meet(name, other):
    (FOLDER / name).touch()
    deadline = time.monotonic() + 20
    while not (FOLDER / other).exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)

def test_first(subject):
    """It comes first"""
    assert subject.count() == 1

@fresh
def test_left(subject):
    """It meets the right one"""
    meet("left", "right")

@fresh
def test_right(subject):
    """It meets the left one"""
    meet("right", "left")

def test_shared(subject):
    """It has its subject from before"""
    assert subject.count() == 2
'''


@pytest.mark.parametrize("spare", [False, True])
@pytest.mark.parametrize("forks", [pytest.param(True, marks=only_warm), False])
def test_fresh_checks_run_side_by_side(plan: Make, tmp_path: Any, *, forks: bool, spare: bool) -> None:
    """Two checks that wait for each other both come to their end, where parts start anew too."""
    made = plan(COUNTER, MEETING.format(folder=str(tmp_path / "met")), in_parts=True)
    with Engine(forks=forks, spare=spare) as engine:
        for _ in range(2):
            (tmp_path / "met").mkdir()
            assert engine.run(made).passed
            shutil.rmtree(tmp_path / "met")


@only_warm
def test_a_brake_ends_all_parts(plan: Make, engine: Engine, tmp_path: Any) -> None:
    """A run that is ended ends at once, whatever its parts are at."""
    (tmp_path / "met").mkdir()
    check = MEETING.format(folder=str(tmp_path / "met")).replace('meet("right", "left")', "time.sleep(600)")
    made, brake = plan(COUNTER, check, limits=Limits(call=60, check=60), in_parts=True), Brake()
    threading.Timer(1, brake.pull).start()
    begin = time.monotonic()
    with pytest.raises(Overdue):
        engine.run(made, brake=brake)
    assert time.monotonic() - begin < SECONDS


def test_what_is_run_whole(plan: Make) -> None:
    """A run in one process, up to the first red check, shuffled, one that measures, or has nothing fresh."""
    made = plan(COUNTER, FILES, in_parts=True)
    assert parts_of(made) > 1
    wholes: list[dict[str, Any]] = [
        {"in_parts": False},
        {"in_process": True},
        {"fail_fast": True},
        {"shuffle": True},
        {"measures": True},
        {"names": ("counts", "goes_on")},
    ]
    assert [parts_of(made.but(**one)) for one in wholes] == [1] * len(wholes)


class Parts:
    """Parts that judge without processes: each check comes out as it was told to."""

    def __init__(self, plan: Plan, red: tuple[str, ...] = ()) -> None:
        self.plan = plan
        self.red = red
        self.judged: dict[int, list[str]] = {}
        self.trouble: dict[int, Exception] = {}
        self.lost: str | None = None
        self.together = False  # whether the first part goes on only once another one was handed something
        self.hold: dict[str, str] = {}  # which check ends only once another one has
        self._met = threading.Event()
        self._ended = {check.name: threading.Event() for check in plan.order}

    def __call__(
        self, plan: Plan, on_result: OnResult | None, *, brake: Brake | None, answer: Answer
    ) -> Report:
        """Judge what is handed to a part."""
        assert on_result is not None
        assert brake is not None
        mine = self.judged.setdefault(plan.part, [])
        results: list[Result] = []
        while (handed := answer(CHECK)) is not None:
            assert isinstance(handed, dict)
            if plan.part != FIRST:
                self._met.set()
            if (trouble := self.trouble.get(plan.part)) is not None:
                raise trouble
            name, blocker = handed["check"], handed["blocker"]
            mine.append(name)
            if name == self.lost:
                break
            if name in self.hold and not blocker:
                assert self._ended[self.hold[name]].wait(SECONDS)
            verdict = Verdict.BLOCKED if blocker else Verdict.FAILED if name in self.red else Verdict.PASSED
            check = next(one for one in plan.order if one.name == name)
            results.append(Result(name, check.sentence, check.stage, check.stretch, verdict, message=blocker))
            on_result(results[-1])
            self._ended[name].set()
            if plan.part == FIRST and self.together:
                assert self._met.wait(SECONDS)
        if brake.is_pulled:
            raise Overdue(Problem("thing", "the run was ended"))
        return Report("kit", "thing", Level(plan.part), 0.1, "digest", tuple(results))


@pytest.fixture
def parts(plan: Make) -> Parts:
    """Parts of a plan with four fresh checks of six."""
    return Parts(plan(COUNTER, FILES, in_parts=True))


def verdicts(report: Report) -> list[str]:
    """Return the verdicts, in order."""
    return [one.verdict.name for one in report.results]


def test_requirements_and_the_core_come_first(parts: Parts) -> None:
    """What could block a check is known before it is handed out, and who blocks it is told."""
    parts.red = ("new",)
    report = run_in_parts(parts.plan, 3, parts)
    assert verdicts(report) == ["PASSED", "FAILED", "BLOCKED", "BLOCKED", "BLOCKED", "BLOCKED"]
    assert [one.message for one in report.results[2:]] == ["new", "goes_on", *["the core stages"] * 2]


@pytest.mark.parametrize("ends_first", [True, False], ids=["ended", "under-way"])
def test_a_core_that_becomes_red_blocks_what_was_begun(parts: Parts, *, ends_first: bool) -> None:
    """A stretch check does not wait for the core, and counts only where that is green."""
    parts.red = ("new_again",)
    parts.hold = {"new_again": "hard"} if ends_first else {"hard": "new_again"}
    heard: list[Result] = []
    report = run_in_parts(parts.plan, 3, parts, heard.append, seconds={"hard": 9.0})
    assert verdicts(report) == ["PASSED", "PASSED", "PASSED", "FAILED", "BLOCKED", "BLOCKED"]
    assert tuple(heard) == report.results
    judged = [name for names in parts.judged.values() for name in names]
    assert judged.count("hard") == 2


def test_what_is_shared_is_judged_by_the_first_part(parts: Parts) -> None:
    """The others take what is fresh."""
    parts.together = True
    run_in_parts(parts.plan, 3, parts)
    assert {"counts", "goes_on", "shared"} <= {*parts.judged[FIRST]}
    assert sorted(name for names in parts.judged.values() for name in names) == sorted(NAMES)


def test_the_longest_begins_first(plan: Make) -> None:
    """Once it is known how long checks take; the time of a red one does not count."""
    checks = "from backroad.checks import fresh\n" + "".join(
        f'@fresh\ndef test_{name}(subject):\n    """It is {name}"""\n' for name in "abcd"
    )
    made, seconds = plan(COUNTER, checks), {"b": 1.0, "d": 3.0}
    parts = Parts(made, red=("d",))
    run_in_parts(made, 1, parts, seconds=seconds)
    assert parts.judged[FIRST] == ["d", "b", "a", "c"]
    assert seconds == {"a": 0.0, "b": 0.0, "c": 0.0, "d": 3.0}


def test_a_part_that_does_not_begin_is_done_without(parts: Parts) -> None:
    """What it was handed goes to another one."""
    parts.trouble[2] = Unborn()
    parts.together = True
    assert verdicts(run_in_parts(parts.plan, 2, parts)) == ["PASSED"] * 6


def test_without_the_first_part_there_is_no_run(parts: Parts) -> None:
    """Whoever asked starts anew."""
    parts.trouble[FIRST] = Unborn()
    with pytest.raises(Unborn):
        run_in_parts(parts.plan, 3, parts)
    assert {*parts.judged} == {FIRST}


def test_a_fault_of_one_part_is_the_run_s(parts: Parts) -> None:
    """The others are ended, and it is what is told."""
    parts.trouble[2] = KitFault(Problem("thing", "is broken"))
    parts.together = True
    with pytest.raises(KitFault, match="is broken"):
        run_in_parts(parts.plan, 3, parts)


def test_a_check_without_a_result_is_a_fault(parts: Parts) -> None:
    """Nobody waits for it."""
    parts.lost = "goes_on"
    with pytest.raises(KitFault, match="goes_on ended without a result"):
        run_in_parts(parts.plan, 3, parts)


def test_a_check_is_taken_back_when_its_part_is_done(parts: Parts) -> None:
    """The core may become red while a part that has nothing left to do is going."""
    handing = Handing(parts.plan, lambda _: None, {"hard": 9.0})
    results = {
        one.name: Result(one.name, one.sentence, one.stage, one.stretch, Verdict.PASSED)
        for one in parts.plan.order
    }

    def judged(part: int, name: str, verdict: Verdict = Verdict.PASSED) -> None:
        assert (handing.next(part) or {})["check"] == name
        handing.heard(replace(results[name], verdict=verdict))

    judged(FIRST, "counts")
    judged(2, "hard")
    judged(2, "new")
    judged(FIRST, "goes_on")
    assert (handing.next(FIRST) or {})["check"] == "new_again"
    assert handing.next(2) is None
    handing.heard(replace(results["new_again"], verdict=Verdict.FAILED))
    handing.require_result(2)
    blocked = [handing.next(FIRST), handing.next(2)]
    assert blocked == [{"check": name, "blocker": "the core stages"} for name in ("shared", "hard")]


def test_a_run_that_was_ended_before(parts: Parts) -> None:
    """It ends as one that is ended on its way."""
    brake = Brake()
    brake.pull()
    with pytest.raises(Overdue):
        run_in_parts(parts.plan, 2, parts, brake=brake)


def test_the_weakest_part_says_how_strong_the_walls_were(parts: Parts) -> None:
    """The level of a report is one that every check had."""
    parts.together = True
    assert run_in_parts(parts.plan, 3, parts).level is Level(FIRST)
