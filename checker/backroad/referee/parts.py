"""One run in several processes: a check that has all it needs for itself is judged beside the others.

Checks share a subject or a service, in their order; those marked `fresh` have their own. The first part
judges what is shared, and all parts what is fresh: most of a slow check is waiting, which others may use.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import takewhile
from typing import Protocol

from backroad.errors import KitFault, Problem
from backroad.model import Check
from backroad.plan import Plan
from backroad.referee.forked import Unborn
from backroad.referee.session import Answer, Brake, OnResult, Overdue
from backroad.report import Report, Result, Verdict

FIRST = 1
MOST = 8


class RunPart(Protocol):
    """Runs one part, or all, as `session.run` does."""

    def __call__(
        self, plan: Plan, on_result: OnResult | None, *, brake: Brake | None, answer: Answer
    ) -> Report:
        """Return what its process reports."""


def parts_of(plan: Plan) -> int:
    """Return in how many parts a run pays off; one where nothing may go on beside it."""
    fresh = sum(check.fresh for check in plan.order if plan.wants(check))
    if not fresh or not plan.in_parts or plan.in_process or plan.fail_fast or plan.shuffle or plan.measures:
        return 1
    return min(fresh + 1, 2 * (os.cpu_count() or 1), MOST)


def run_in_parts(
    plan: Plan,
    count: int,
    run_part: RunPart,
    on_result: OnResult | None = None,
    brake: Brake | None = None,
    seconds: dict[str, float] | None = None,
) -> Report:
    """Judge a plan in so many parts; raises what one of them raises, once all have ended.

    Results are told in learning order, as one run tells them. `seconds` are those that each check took when
    it was last green, which are renewed: what takes longest begins first.
    """
    handing = Handing(plan, on_result or (lambda _: None), {} if seconds is None else seconds)
    return _Parts(plan, count, run_part, handing).run(brake)


class _Parts:
    """One run: a thread for each of its parts."""

    def __init__(self, plan: Plan, count: int, run_part: RunPart, handing: Handing) -> None:
        self._plan = plan
        self._run_part = run_part
        self._handing = handing
        self._brakes = {number: Brake() for number in range(FIRST, FIRST + count)}

    def run(self, brake: Brake | None) -> Report:
        """Return what all parts report together."""
        if brake is not None:
            brake.on_pull(self._stop)
        with ThreadPoolExecutor(len(self._brakes), "part") as pool:
            asked = [pool.submit(self._run_one, number) for number in self._brakes]
            try:
                wait(asked)
            except BaseException:  # of whoever waits: Ctrl-C
                self._stop()
                raise
        errors = [error for future in asked if (error := future.exception()) is not None]
        if errors:  # the cause, not what it had ended besides
            raise next((error for error in errors if not isinstance(error, Overdue)), errors[0])
        return self._handing.report([report for future in asked if (report := future.result()) is not None])

    def _run_one(self, number: int) -> Report | None:
        """Return what a part reports; None where there was nothing left for it, or it was not born."""
        try:
            if number != FIRST and not self._handing.has_begun():
                return None
            return self._judged(number)
        except BaseException:
            self._stop()
            raise

    def _judged(self, number: int) -> Report | None:
        part, brake, heard = self._plan.but(part=number), self._brakes[number], self._handing.heard
        try:
            report = self._run_part(part, heard, brake=brake, answer=lambda _: self._handing.next(number))
        except Unborn:
            if number == FIRST:
                raise
            self._handing.give_back(number)
            return None
        self._handing.require_result(number)
        return report

    def _stop(self) -> None:
        self._handing.end()
        with ThreadPoolExecutor(len(self._brakes), "brake") as pool:
            pool.map(Brake.pull, self._brakes.values())


class Handing:
    """Hands out the checks of a run to its parts, and gathers what became of them.

    Only a red core blocks what is stretch. So a stretch check that is fresh does not wait for the core; where
    that becomes red later, the check is handed out again, with what blocks it.
    """

    def __init__(self, plan: Plan, on_result: OnResult, seconds: dict[str, float]) -> None:
        self._plan = plan
        self._on_result = on_result
        self._seconds = seconds
        self._due = tuple(check for check in plan.order if plan.wants(check))
        self._left = list(self._due)
        self._with: dict[int, Check] = {}
        self._known: dict[str, Result] = {}
        self._told = 0
        self._begun = False
        self._begin = time.monotonic()
        self._changed = threading.Condition()

    def has_begun(self) -> bool:
        """Wait for the first result, and return whether anything is left then."""
        with self._changed:
            self._changed.wait_for(lambda: self._begun or not self._left)
            return bool(self._left)

    def next(self, part: int) -> dict[str, str | None] | None:
        """Return the next check of a part as soon as there is one, and what blocks it; None at the end."""
        with self._changed:
            self.require_result(part)
            self._changed.wait_for(lambda: self._choice(part) or not self._has_more(part))
            check = self._choice(part)
            if check is None:
                return None
            self._left.remove(check)
            self._with[part] = check
            return {"check": check.name, "blocker": self._blocker(check)}

    def _choice(self, part: int) -> Check | None:
        """Return what a part may judge now; what is shared is for the first part, in learning order."""
        fresh = [check for check in self._left if check.fresh and self._is_free(check)]
        shared = next((check for check in self._left if not check.fresh), None)
        if part == FIRST and shared is not None:
            if self._is_free(shared):
                return shared
            before = {check.name for check in self._before(shared)}
            fresh = [check for check in fresh if check.name in before]  # nothing else keeps it from its own
        return max(fresh, key=self._weight, default=None)

    def _weight(self, check: Check) -> tuple[bool, float]:
        """Return how urgent a check is: one that counts for certain, or did last time; then a longer one."""
        return not check.stretch or check.name in self._seconds, self._seconds.get(check.name, 0.0)

    def _has_more(self, part: int) -> bool:
        return any(part == FIRST or check.fresh for check in self._left)

    def _is_free(self, check: Check) -> bool:
        """Whether enough is known of what could block a check; nothing that comes after it does."""
        waits = check.stretch and not check.fresh and not self._plan.asks_for(check)
        return not any(
            other.name in check.requires or (waits and not other.stretch)
            for other in self._before(check)
            if other.name not in self._known
        )

    def _blocker(self, check: Check) -> str | None:
        before = (self._known.get(other.name) for other in self._before(check))
        return self._plan.blocker(check, [result for result in before if result is not None])

    def _before(self, check: Check) -> Iterable[Check]:
        return takewhile(lambda other: other is not check, self._due)

    def heard(self, result: Result) -> None:
        """Take a result, and tell all that are complete from the first one on."""
        with self._changed:
            self._known[result.name] = result
            self._with = {part: check for part, check in self._with.items() if check.name != result.name}
            self._begun = True
            if result.passed:
                self._seconds[result.name] = result.seconds
            self._take_back(result)
            while self._told < len(self._due) and self._due[self._told].name in self._known:
                self._on_result(self._known[self._due[self._told].name])
                self._told += 1
            self._changed.notify_all()

    def _take_back(self, new: Result) -> None:
        """Put back what would not have been judged, had the core been known to be red."""
        for check in self._due:
            judged = self._known.get(check.name)
            if judged is None or judged.verdict is Verdict.BLOCKED or not check.stretch:
                continue
            if (judged is new or not new.passed) and self._blocker(check) is not None:
                del self._known[check.name]
                self._left.append(check)

    def require_result(self, part: int) -> None:
        """Raise KitFault where a part goes on, or ends, without having judged what it was handed."""
        if (lost := self._with.get(part)) is not None:
            raise KitFault(Problem(self._plan.exercise, f"{lost.name} ended without a result"))

    def give_back(self, part: int) -> None:
        """Have others judge what was handed to a part that never was."""
        with self._changed:
            if (check := self._with.pop(part, None)) is not None:
                self._left.insert(0, check)
                self._changed.notify_all()

    def end(self) -> None:
        """Hand out nothing any more."""
        with self._changed:
            self._left.clear()
            self._changed.notify_all()

    def report(self, reports: list[Report]) -> Report:
        """Return the reports of all parts as one."""
        return replace(
            reports[0],
            level=min((report.level for report in reports if _has_judged(report)), default=reports[0].level),
            seconds=round(time.monotonic() - self._begin, 3),
            results=tuple(self._known[check.name] for check in self._due if check.name in self._known),
        )


def _has_judged(report: Report) -> bool:
    """Return whether a learner's code ran for a report."""
    return any(result.verdict is not Verdict.BLOCKED for result in report.results)
