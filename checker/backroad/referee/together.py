"""The same work for several designs in one run: side by side, each alone on the machine while it is timed."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from backroad.content.layers import Tree
from backroad.content.work import WORK
from backroad.errors import KitFault, Problem
from backroad.glyphs import one_line
from backroad.model import Check, Exercise, Need
from backroad.plan import Plan
from backroad.referee.engine import Engine
from backroad.referee.session import Brake, OnResult, Overdue, plan_for
from backroad.referee.turns import Turns
from backroad.report import Measured, Result

LONGEST = 30.0  # seconds for all the work of one design, and for what others make it wait
ANSWER_SECONDS = 2.0
LONGEST_REASON = 120


@dataclass(frozen=True)
class Contestant:
    """A design that is measured, and the pieces of work of which its numbers are known already."""

    name: str
    tree: Tree = field(repr=False)
    known: Collection[str] = ()


@dataclass
class Found:
    """What was measured of one design by piece of work; `fault` where the run itself broke."""

    measured: dict[str, Measured] = field(default_factory=dict)
    fault: str = ""


def measure_together(
    exercise: Exercise,
    work: Sequence[Check],
    contestants: Sequence[Contestant],
    engine: Engine,
    on_result: OnResult = lambda _: None,
    brake: Brake | None = None,
) -> dict[str, Found]:
    """Have all designs do the work, and return what was measured by their names.

    A design that fails in a piece of work has the reason in place of the number; others do not notice.
    Raises Overdue where `brake` was pulled.
    """
    due = [one for one in contestants if {piece.name for piece in work} - {*one.known}]
    if not due:
        return {}
    race = _Race(exercise, tuple(work), engine, _one_at_a_time(on_result), Turns(len(due)))
    if brake is not None:
        brake.on_pull(race.stop)
    with ThreadPoolExecutor(len(due)) as pool:
        try:
            asked = [pool.submit(race.run, party, one) for party, one in enumerate(due)]
            found = {one.name: future.result() for one, future in zip(due, asked, strict=True)}
        except BaseException:
            race.stop()
            raise
    if brake is not None and brake.is_pulled:
        raise Overdue(Problem(exercise.slug, "the work was ended"))
    return found


@dataclass
class _Race:
    exercise: Exercise
    work: tuple[Check, ...]
    engine: Engine
    on_result: OnResult
    turns: Turns
    brakes: list[Brake] = field(default_factory=list)

    def run(self, party: int, one: Contestant) -> Found:
        """Measure one design; what breaks its run is told, and nobody waits for it any more."""
        brake, found = Brake(), Found()
        self.brakes.append(brake)

        def told(result: Result) -> None:
            found.measured[result.name] = result.measured or Measured("", reason=why(result))
            self.on_result(result)

        try:
            with plan_for(self.exercise, one.tree) as plan:
                plan = self._work_plan(plan, one)
                self.engine.run(plan, told, LONGEST, brake, lambda _: self.turns.wait(party))
        except Overdue:
            found.fault = f"its work took longer than {LONGEST:g} s"
        except KitFault as error:
            found.fault = str(error)
        finally:
            self.turns.leave(party)
        return found

    def _work_plan(self, plan: Plan, one: Contestant) -> Plan:
        """Return the plan of the work; SQL is kept in files, so that every design has the same database."""
        limits = plan.limits
        return plan.but(
            checks=self.exercise.folder / WORK,
            order=self.work,
            names=tuple(piece.name for piece in self.work if piece.name not in one.known),
            measures=True,
            servers={need: url for need, url in plan.servers.items() if need is not Need.SQL},
            limits=replace(limits, call=min(limits.call, ANSWER_SECONDS)),
        )

    def stop(self) -> None:
        """End all runs."""
        self.turns.end()
        for brake in self.brakes:
            brake.pull()


def why(result: Result) -> str:
    """Return in one line why a piece of work gave no number."""
    if result.passed:
        return "nothing was measured"
    compared = f"expected {result.expected}, got {result.got}" if result.expected else ""
    text = one_line(result.message or compared or str(result.verdict).lower())
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"


def _one_at_a_time(on_result: OnResult) -> OnResult:
    lock = threading.Lock()

    def told(result: Result) -> None:
        with lock:
            on_result(result)

    return told
