"""One exercise from its folders to its audit: which runs are made, in which order, what they prove."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from backroad.audit import generated, proofs
from backroad.audit.budgets import BUDGETS, budget_part, settled
from backroad.audit.memory import Memory
from backroad.audit.mutation import Generated
from backroad.audit.proofs import Pair
from backroad.audit.task import COLD, IN_ORDER, IN_PROCESS, Task, Trees
from backroad.audit.trials import Outcome, Trial, Trials
from backroad.audit.values import Audit, Part, Score
from backroad.content.trees import Tree
from backroad.errors import Problem
from backroad.model import Kind, Mutant

# Room for a mutant that hangs in many checks; in-process, nothing else would end it.
LONGEST_BUDGETS = 3
Tick = Callable[[str], None]


def audit_exercise(task: Task, trees: Trees | None, memory: Memory, tick: Tick = lambda _: None) -> Audit:
    """Prove one exercise; all problems are gathered."""
    begin = time.monotonic()
    said = "every file has its place, every check its sentence and its hints"
    layout = Part("layout", said, task.problems)
    if trees is None:
        problem = Problem(str(task.exercise.folder), "cannot be run", "correct the layout first")
        return Audit(task.exercise.slug, (layout, Part("runs", "none", (problem,))))
    with Trials(task.exercise, memory, tick) as trials:
        parts, score = _Work(task, trees, trials).parts()
    if score is not None:
        memory.forget_others()
    return Audit(task.exercise.slug, (layout, *parts), score, trials.made, time.monotonic() - begin)


@dataclass(frozen=True)
class _Designs:
    """What is right: the runs of the reference, the alternatives; and the starter, where all begin."""

    start: Outcome
    reference: Mapping[str, Outcome]
    alternatives: Sequence[Pair]

    @property
    def pairs(self) -> list[Pair]:
        """The right designs, each in two processes and in one."""
        own = Pair("the reference", self.reference[IN_ORDER], self.reference[IN_PROCESS])
        return [own, *self.alternatives]


class _Work:
    """The runs of one exercise."""

    def __init__(self, task: Task, trees: Trees, trials: Trials) -> None:
        self._task = task
        self._exercise = task.exercise
        self._trees = trees
        self._trials = trials
        self._longest = LONGEST_BUDGETS * BUDGETS[task.exercise.kind]

    def parts(self) -> tuple[list[Part], Score | None]:
        """Return what was proven; mutants of a reference that is red would prove nothing, and are not run."""
        designs = self._designs()
        reference = proofs.reference_part(self._exercise, designs.reference)
        right = [
            proofs.starter_part(self._exercise, designs.start),
            reference,
            proofs.alternatives_part(self._exercise, designs.alternatives, self._trees.left_out),
        ]
        if self._task.work:
            right.append(self._measured())
        wrong, score = ([], None) if reference.problems else self._wrong(designs)
        if reference.problems:
            wrong = [proofs.agreement_part(self._exercise, designs.pairs)]
        return [*right, *wrong, budget_part(self._exercise, self._times(designs))], score

    def _measured(self) -> Part:
        trees = {"the reference": self._trees.reference, **self._trees.alternatives}
        return proofs.work_part(
            self._exercise, self._task.work, self._trials.measured(self._task.work, trees)
        )

    def _designs(self) -> _Designs:
        start = self._begin("starter", self._trees.start, names=self._task.names)
        asked = {
            how: self._begin(f"reference {how}", self._trees.reference, **choices)
            for how, choices in self._task.reference_runs.items()
        }
        cold = Trial(f"reference {COLD}", self._trees.reference, seconds=self._longest, is_cold=True)
        asked[COLD] = self._trials.begin(cold)
        others = [
            self._trials.then(partial(self._both_ways, Trial(name, tree, seconds=self._longest)))
            for name, tree in self._trees.alternatives.items()
        ]
        runs = {how: future.result() for how, future in asked.items()}
        return _Designs(start.result(), runs, [pair.result() for pair in others])

    def _wrong(self, designs: _Designs) -> tuple[list[Part], Score | None]:
        """Return what mutants prove."""
        known = self._task.solution.mutants
        pairs = self._mutants()
        outcomes = [pair.two for pair in pairs]
        parts = [
            proofs.agreement_part(self._exercise, [*designs.pairs, *pairs]),
            proofs.mutants_part(self._exercise, known, outcomes),
            proofs.seen_part(self._exercise, self._not_seen(designs.start, outcomes)),
        ]
        if not self._task.with_generated:
            return parts, None
        score, part = self._generated(outcomes)
        return [*parts, part], score

    def _times(self, designs: _Designs) -> dict[str, Outcome]:
        """Return the right designs with their times: of now, when nothing else runs, where they were long."""
        trees = [self._trees.reference, *self._trees.alternatives.values()]
        return {
            pair.name: settled(self._exercise, pair.two, partial(self._again, pair.name, tree))
            for pair, tree in zip(designs.pairs, trees, strict=True)
        }

    def _again(self, name: str, tree: Tree) -> Outcome:
        return self._begin(name, tree).result()

    def _begin(self, name: str, tree: Tree, **choices: object) -> Future[Outcome]:
        return self._trials.begin(Trial(name, tree, choices, seconds=self._longest))

    def _both_ways(self, trial: Trial) -> Pair:
        """Run a tree in two processes, and then in one those checks that can be compared."""
        two = self._trials.outcome(trial)
        compared = two.of(*proofs.COMPARABLE)
        if not compared:
            return Pair(trial.name, two)
        # No check's name means all of them, the hardening stage behind a green core as learners have it.
        choices = {"names": () if two.is_green else compared, "in_process": True}
        return Pair(trial.name, two, self._trials.outcome(replace(trial, choices=choices)))

    def _mutants(self) -> list[Pair]:
        known = zip(self._task.solution.mutants, self._trees.mutants, strict=True)
        asked = [self._trials.then(partial(self._mutant, mutant, tree)) for mutant, tree in known]
        return [future.result() for future in asked]

    def _mutant(self, mutant: Mutant, tree: Tree) -> Pair:
        """Run a mutant through the checks that it names; through all, to say which others caught it."""
        name = f"mutant {mutant.name}"
        pair = self._judged(self._trial(name, tree, mutant.caught_by))
        if pair.two.fault or set(mutant.caught_by) <= set(pair.two.red):
            return pair
        return self._judged(self._trial(name, tree, self._task.names))

    def _judged(self, trial: Trial) -> Pair:
        """Run a mutant; both ways where they differ: a service is a process of its own in either."""
        if self._exercise.kind is Kind.SERVICE:
            return Pair(trial.name, self._trials.outcome(trial))
        return self._both_ways(trial)

    def _trial(self, name: str, tree: Tree, wanted: Iterable[str]) -> Trial:
        names = {"names": self._task.with_requirements(wanted)}
        return Trial(name, tree, names, seconds=self._longest, is_remembered=True)

    def _not_seen(self, start: Outcome, outcomes: Sequence[Outcome]) -> list[str]:
        """Return the checks that were never seen to fail, after a try of those that no mutant names."""
        mutants = self._task.solution.mutants
        seen = proofs.seen(start, mutants, outcomes)
        for mutant, tree in zip(mutants, self._trees.mutants, strict=True):
            unseen = [name for name in self._task.names if name not in seen]
            if not unseen:
                break
            more = self._trials.outcome(self._trial(f"mutant {mutant.name} once more", tree, unseen))
            seen |= proofs.seen(start, [mutant], [more])
        return [name for name in self._task.names if name not in seen]

    def _generated(self, known: Sequence[Outcome]) -> tuple[Score, Part]:
        made, equivalents = self._trees.generated, self._task.solution.equivalents
        hunt = generated.Hunt(self._exercise.checks)
        for mutant, outcome in zip(self._task.solution.mutants, known, strict=True):
            for scope in generated.scopes_of(mutant, self._trees.reference):
                hunt.caught(scope, outcome)
        asked = [self._trials.then(partial(self._hunted, hunt, one)) for one in made]
        outcomes = [future.result() for future in asked]
        score = generated.score_of(made, outcomes, equivalents)
        named = {one.id: outcome for one, outcome in zip(made, outcomes, strict=True)}
        return score, generated.generated_part(self._exercise, score, named, equivalents)

    def _hunted(self, hunt: generated.Hunt, one: Generated) -> Outcome:
        order = hunt.order(one.scope)
        trial = generated.trial_of(one, self._trees.reference, order, self._longest)
        outcome = self._trials.outcome(trial)
        hunt.caught(one.scope, outcome)
        return outcome
