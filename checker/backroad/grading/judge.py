"""Judges one submission, however it behaves; tells a broken kit from a submission that breaks it."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from backroad import __version__
from backroad.content import layers
from backroad.content.folders import read_folder
from backroad.content.trees import Tree
from backroad.errors import BackroadError, KitFault, Problem
from backroad.grading.values import Outcome
from backroad.model import Exercise, Level
from backroad.referee import plan_for
from backroad.referee.engine import Engine
from backroad.referee.session import Brake
from backroad.report import Report, Result, Verdict

ATTEMPTS = 2
QUARANTINED = f"it ended the process of the checks {ATTEMPTS} times"


class Judge:
    """Judges submissions of one exercise from a warm start; many threads may ask at once.

    Use it in a `with`.
    """

    def __init__(self, exercise: Exercise, seed: int = 0) -> None:
        self._exercise = exercise
        self._seed = seed
        self._engine = Engine()
        self._brakes: set[Brake] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def outcome(self, tree: Tree) -> Outcome:
        """Judge a tree; raises KitFault where the kit is at fault, and what the disk refuses."""
        try:
            tree.service()
        except BackroadError as error:
            return unreadable(self._exercise, error, tree.digest())
        for _ in range(ATTEMPTS):
            try:
                return Outcome(self._report(tree))
            except KitFault as error:
                if self._stopped:
                    raise KeyboardInterrupt from None
                last = error
        self.require_sound()
        said = f"{QUARANTINED}: {last}"
        report = told_once(self._exercise, tree.digest(), Verdict.DIED, said, "look at it yourself")
        return Outcome(report, trouble=said.partition("\n")[0])

    def require_sound(self) -> None:
        """Raise KitFault where the reference is not green here: no grade would mean anything."""
        report = self._report(layers.reference(self._exercise))
        first = report.first_failure
        if not report.passed and first is not None:
            said = first.message or first.got or str(first.verdict)
            what = f"the reference does not pass on this machine: {first.name}: {said}"
            raise KitFault(Problem(self._exercise.slug, what, "backroad doctor may tell why"))

    def _report(self, tree: Tree) -> Report:
        brake = Brake()
        with self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            self._brakes.add(brake)
        try:
            with plan_for(self._exercise, tree, seed=self._seed) as plan:
                return self._engine.run(plan, brake=brake)
        finally:
            with self._lock:
                self._brakes.discard(brake)

    def stop(self) -> None:
        """End the runs under way, and begin no other."""
        with self._lock:
            self._stopped, brakes = True, list(self._brakes)
        for brake in brakes:
            brake.pull()

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()


def checks_digest(exercise: Exercise) -> str:
    """Return the SHA-256, in hex, of all that decides a verdict beside the submission; points do not."""
    digest = hashlib.sha256(__version__.encode())
    for tree in (read_folder(exercise.folder / "checks"), layers.given(exercise)):
        digest.update(tree.digest().encode())
    probes: Path = exercise.folder / "probes.py"
    digest.update(probes.read_bytes() if probes.is_file() else b"")
    settings = (exercise.kind, exercise.limits, exercise.needs, sorted(exercise.environment.items()))
    digest.update(repr(settings).encode())
    return digest.hexdigest()


def unreadable(exercise: Exercise, error: BackroadError, submission: str = "") -> Outcome:
    """Return what comes of files that cannot be judged at all."""
    first, *others = error.problems
    what = f"{first.where}: {first.what}" if first.where else first.what
    said = f"{what}, and {len(others)} more" if others else what
    report = told_once(exercise, submission, Verdict.UNREADABLE, said, first.remedy)
    return Outcome(report, trouble=said)


def told_once(exercise: Exercise, submission: str, verdict: Verdict, message: str, remedy: str) -> Report:
    """Return a report in which every check has the same verdict, for a cause outside of all of them."""
    results = tuple(
        Result(
            check.name, check.sentence, check.stage, check.stretch, verdict, message=message, remedy=remedy
        )
        for check in exercise.checks
    )
    return Report(__version__, exercise.slug, Level.NONE, 0.0, submission, results)
