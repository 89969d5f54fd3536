"""Runs of the checks for an audit: two at a time, remembered where that is asked, all ended on Ctrl-C."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from backroad import referee
from backroad.audit.memory import Memory
from backroad.content.trees import Tree
from backroad.errors import KitFault
from backroad.model import Check, Exercise
from backroad.referee.engine import Engine
from backroad.referee.servers import configured
from backroad.referee.together import Contestant, Found, measure_together
from backroad.report import Report, Result, Verdict

T = TypeVar("T")
WORKERS = 2
LONGEST = 300.0
_RED = frozenset({*Verdict} - {Verdict.PASSED, Verdict.BLOCKED})


@dataclass(frozen=True)
class Trial:
    """One run to be made: of which tree, how; `order` puts the checks in another order than the learner's.

    Runs start warm, where that is possible here; `is_cold` asks for a start from nothing.
    """

    name: str
    tree: Tree = field(repr=False)
    choices: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[Check, ...] = field(default=(), repr=False)
    seconds: float = LONGEST
    is_remembered: bool = False
    is_cold: bool = False

    def key(self) -> dict[str, Any]:
        """Return what decides the outcome beside exercise and kit; the order of the checks does not."""
        return {"tree": self.tree.digest(), "choices": dict(self.choices)}


@dataclass(frozen=True)
class Told:
    """What one check said."""

    verdict: Verdict
    seconds: float
    line: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a run of the checks told; `fault` where the kit broke or the time was over."""

    checks: Mapping[str, Told]
    seconds: float = 0.0
    fault: str = ""
    is_overdue: bool = False

    @property
    def red(self) -> tuple[str, ...]:
        """The checks that failed; a blocked check did not."""
        return tuple(name for name, told in self.checks.items() if told.verdict in _RED)

    @property
    def is_green(self) -> bool:
        """Whether every check that ran passed."""
        return all(told.verdict is Verdict.PASSED for told in self.checks.values())

    def verdict(self, name: str) -> Verdict | None:
        """Return what a check decided; None when it did not run."""
        return self.checks[name].verdict if name in self.checks else None

    def of(self, *verdicts: Verdict) -> tuple[str, ...]:
        """Return the checks with one of these verdicts."""
        return tuple(name for name, told in self.checks.items() if told.verdict in verdicts)


class Trials:
    """Makes runs of one exercise's checks; use it in a `with`."""

    def __init__(
        self, exercise: Exercise, memory: Memory, tick: Callable[[str], None] = lambda _: None
    ) -> None:
        self._exercise = exercise
        self._memory = memory
        self._tick = tick
        self._servers = sorted(url for need, url in configured(os.environ).items() if need in exercise.needs)
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(WORKERS)
        self._engine = Engine()
        self.made = 0

    def begin(self, trial: Trial) -> Future[Outcome]:
        """Ask for a run; it is made when one of the two places is free."""
        return self._pool.submit(self.outcome, trial)

    def then(self, work: Callable[[], T]) -> Future[T]:
        """Ask for several runs of which one needs another."""
        return self._pool.submit(work)

    def outcome(self, trial: Trial) -> Outcome:
        """Return what a run tells: remembered, or made now."""
        key = {**trial.key(), "servers": self._servers}
        known = self._memory.recall(key) if trial.is_remembered else None
        outcome = outcome_from_json(known) if known else self._make(trial)
        if trial.is_remembered and not known and not outcome.fault:
            self._memory.keep(key, asdict(outcome))
        self._tick(trial.name)
        return outcome

    def measured(self, work: Sequence[Check], trees: Mapping[str, Tree]) -> dict[str, Found]:
        """Have designs do the work that they are compared at."""
        contestants = [Contestant(name, tree) for name, tree in trees.items()]
        return measure_together(self._exercise, work, contestants, self._engine)

    def _make(self, trial: Trial) -> Outcome:
        """Run the checks now."""
        if self._stopped.is_set():
            raise KeyboardInterrupt
        self.made += 1
        done: list[Result] = []
        with referee.plan_for(self._exercise, trial.tree, **trial.choices) as plan:
            if trial.order:
                plan = plan.but(order=trial.order)
            try:
                judge = referee.run if trial.is_cold else self._engine.run
                return outcome_of(judge(plan, self._listener(done), trial.seconds))
            except KitFault as error:
                is_overdue = isinstance(error, referee.Overdue)
                return Outcome(told_of(done), fault=str(error), is_overdue=is_overdue)

    def _listener(self, done: list[Result]) -> Callable[[Result], None]:
        def on_result(result: Result) -> None:
            done.append(result)
            if self._stopped.is_set():
                raise KeyboardInterrupt

        return on_result

    def __enter__(self) -> Trials:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)
        self._engine.close()


def outcome_of(report: Report) -> Outcome:
    """Return what a report says, as far as an audit needs it."""
    return Outcome(told_of(report.results), report.seconds)


def told_of(results: Sequence[Result]) -> dict[str, Told]:
    """Return what each check said, in one line."""
    return {result.name: Told(result.verdict, result.seconds, line_of(result)) for result in results}


def line_of(result: Result) -> str:
    """Return why a check is red, in one line."""
    if result.passed:
        return ""
    compared = f"expected {result.expected}, got {result.got}" if result.expected else ""
    where = f" at {result.where.file}:{result.where.line}" if result.where else ""
    text = " ".join((result.message or compared or result.got or "").split())
    return (text if len(text) <= 120 else f"{text[:119]}…") + where


def outcome_from_json(entry: Mapping[str, Any]) -> Outcome:
    """Return the outcome that was kept."""
    told = {
        name: Told(Verdict(one["verdict"]), one["seconds"], one["line"])
        for name, one in entry["checks"].items()
    }
    return Outcome(told, entry["seconds"])
