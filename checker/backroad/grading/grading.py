"""Grades a class: reads each hand-in, has each submission judged once, gathers the gradebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace

from backroad import __version__
from backroad.content import layers
from backroad.content.points import worth
from backroad.content.trees import Tree
from backroad.errors import BackroadError
from backroad.grading.crew import Crew
from backroad.grading.judge import checks_digest, unreadable
from backroad.grading.ledger import Ledger
from backroad.grading.likeness import fingerprint, likenesses
from backroad.grading.names import file_stems
from backroad.grading.packages import read_package
from backroad.grading.values import Grade, Gradebook, HandIn, Key, Outcome, Prints
from backroad.model import Exercise

AHEAD = 2  # submissions read for each place, so that nobody waits


@dataclass
class Grading:
    """A class while it is graded; `on_graded` is told the id of each hand-in that is done."""

    exercise: Exercise
    seed: int
    ledger: Ledger
    on_graded: Callable[[str], None] = lambda _: None
    remembered: int = 0
    _keys: dict[str, Key] = field(default_factory=dict)
    _unread: dict[str, Outcome] = field(default_factory=dict)
    _waiting: dict[Key, list[str]] = field(default_factory=dict)
    _running: dict[Future[Outcome], tuple[Key, Prints]] = field(default_factory=dict)

    def grade(self, hand_ins: Sequence[HandIn], crew: Crew) -> Gradebook:
        """Have everything judged that was not yet, and return the gradebook."""
        checks, known = checks_digest(self.exercise), layers.start(self.exercise)
        for hand_in in hand_ins:
            tree = self._read(hand_in)
            if tree is not None:
                self._keys[hand_in.id] = key = Key(tree.digest(), checks, self.seed)
                self._ask(hand_in.id, key, tree, known, crew)
            else:
                self.on_graded(hand_in.id)
            while len(self._running) >= AHEAD * crew.places:
                self._gather()
        while self._running:
            self._gather()
        return self._gradebook(hand_ins)

    def _read(self, hand_in: HandIn) -> Tree | None:
        try:
            return layers.judged(self.exercise, read_package(hand_in.source))
        except BackroadError as error:
            self._unread[hand_in.id] = unreadable(self.exercise, error)
            return None

    def _ask(self, identity: str, key: Key, tree: Tree, known: Tree, crew: Crew) -> None:
        """Have a submission judged, unless it was, or is just now."""
        if key in self._waiting:
            self._waiting[key].append(identity)
        elif self.ledger.has(key):
            self.remembered += 1
            self.on_graded(identity)
        else:
            self._waiting[key] = [identity]
            self._running[crew.begin(tree)] = (key, fingerprint(tree, known))

    def _gather(self) -> None:
        """Write down what has come."""
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            key, prints = self._running.pop(future)
            self.ledger.keep(key, replace(future.result(), prints=prints))
            for identity in self._waiting.pop(key):
                self.on_graded(identity)

    def _gradebook(self, hand_ins: Sequence[HandIn]) -> Gradebook:
        points = worth(self.exercise)
        stems = file_stems(hand_in.id for hand_in in hand_ins)
        prints: dict[str, Prints] = {}
        grades = []
        for hand_in, outcome in self._outcomes(hand_ins):
            prints[hand_in.id] = outcome.prints
            green = [result.name for result in outcome.report.results if result.passed]
            grades.append(
                Grade(
                    hand_in.id,
                    hand_in.name,
                    stems[hand_in.id],
                    outcome.report,
                    sum(points[name] for name in green),
                    outcome.trouble,
                )
            )
        pairs = likenesses(prints)
        return Gradebook(self.exercise, __version__, self.seed, points, tuple(grades), tuple(pairs))

    def _outcomes(self, hand_ins: Sequence[HandIn]) -> Iterator[tuple[HandIn, Outcome]]:
        for hand_in in hand_ins:
            outcome = self._unread.get(hand_in.id) or self.ledger.outcome(self._keys[hand_in.id])
            if outcome is None:
                raise AssertionError(f"{hand_in.id} was judged and is not in the ledger")
            yield hand_in, outcome
