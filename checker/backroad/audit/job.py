"""One exercise from its folders to its audit: which runs are made, in which order, what they prove."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial

from backroad import layers
from backroad.audit import generated, proofs
from backroad.audit.memory import Memory
from backroad.audit.mutation import Generated
from backroad.audit.proofs import Pair
from backroad.audit.toolchain import missing
from backroad.audit.trials import Outcome, Trial, Trials
from backroad.audit.values import Audit, Part, Score
from backroad.errors import BackroadError, Problem
from backroad.model import Exercise, Solution
from backroad.trees import Tree

# Room for a mutant that hangs in many checks; in-process, nothing else would end it.
LONGEST_BUDGETS = 3
Tick = Callable[[str], None]


@dataclass(frozen=True)
class Task:
    """What is to be proven: an exercise as it was read, and whether with mutants of the audit's own."""

    exercise: Exercise
    solution: Solution
    problems: tuple[Problem, ...] = ()
    with_generated: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """All checks by name: hardening runs although the core is red only when asked for."""
        return tuple(check.name for check in self.exercise.checks)


@dataclass
class Trees:
    """The source trees of an exercise, as far as they can be put together."""

    start: Tree
    reference: Tree
    alternatives: dict[str, Tree] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    mutants: list[Tree] = field(default_factory=list)
    generated: list[Generated] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """How many runs an audit makes of them."""
        return 5 + 2 * len(self.alternatives) + 2 * len(self.mutants) + len(self.generated)


def trees_of(task: Task) -> Trees | None:
    """Return the trees; None where that cannot be, which reading the content has told."""
    exercise = task.exercise
    if not exercise.checks:
        return None
    try:
        trees = Trees(layers.start(exercise), layers.reference(exercise))
        for folder in task.solution.alternatives:
            tree = layers.alternative(exercise, folder.name)
            reason = missing(tree, exercise.kind)
            if reason:
                trees.left_out[folder.name] = reason
            else:
                trees.alternatives[folder.name] = tree
        trees.mutants = [layers.mutant(exercise, mutant) for mutant in task.solution.mutants]
        if task.with_generated:
            trees.generated = generated.generate(exercise, trees.reference)
    except (BackroadError, SyntaxError):
        return None
    return trees


def audit_exercise(task: Task, trees: Trees | None, memory: Memory, tick: Tick = lambda _: None) -> Audit:
    """Prove one exercise; all problems are gathered."""
    begin = time.monotonic()
    said = "every file has its place, every check its sentence and its hints"
    layout = Part("layout", said, task.problems)
    if trees is None:
        problem = Problem(str(task.exercise.folder), "cannot be run", "correct the layout first")
        return Audit(task.exercise.slug, (layout, Part("runs", "none", (problem,))))
    with Trials(task.exercise, memory, tick) as trials:
        work = _Work(task, trees, trials)
        parts, score = work.parts()
    if task.with_generated and score is not None:
        memory.forget_others()
    return Audit(task.exercise.slug, (layout, *parts), score, trials.made, time.monotonic() - begin)


class _Work:
    """The runs of one exercise."""

    def __init__(self, task: Task, trees: Trees, trials: Trials) -> None:
        self._task = task
        self._exercise = task.exercise
        self._trees = trees
        self._trials = trials
        self._longest = LONGEST_BUDGETS * proofs.BUDGETS[task.exercise.kind]

    def parts(self) -> tuple[list[Part], Score | None]:
        """Return what was proven; mutants of a reference that is red would prove nothing."""
        start = self._begin("starter", self._trees.start, names=self._task.names)
        asked = {
            "in order": self._begin("reference", self._trees.reference),
            "again with another seed": self._begin("reference again", self._trees.reference, seed=1),
            "shuffled": self._begin("reference shuffled", self._trees.reference, seed=2, shuffle=True),
            "in-process": self._begin("reference in-process", self._trees.reference, in_process=True),
        }
        pairs = [self._pair(name, tree) for name, tree in self._trees.alternatives.items()]
        runs = {how: future.result() for how, future in asked.items()}
        reference = proofs.reference_part(self._exercise, runs)
        others = [pair.result() for pair in pairs]
        parts = [proofs.starter_part(self._exercise, start.result()), reference]
        parts.append(proofs.alternatives_part(self._exercise, others, self._trees.left_out))
        both = [Pair("the reference", runs["in order"], runs["in-process"]), *others]
        timed = {"the reference": runs["in order"], **{pair.name: pair.two for pair in others}}
        time_part = proofs.budget_part(self._exercise, timed)
        if reference.problems:
            return [*parts, proofs.agreement_part(self._exercise, both), time_part], None
        mutants = self._mutants(both)
        parts += [proofs.agreement_part(self._exercise, both), self._mutants_part(mutants)]
        known = self._task.solution.mutants
        parts.append(proofs.seen_part(self._exercise, start.result(), known, mutants))
        score, part = self._generated() if self._task.with_generated else (None, None)
        return [*parts, *([part] if part else []), time_part], score

    def _begin(self, name: str, tree: Tree, **choices: object) -> Future[Outcome]:
        return self._trials.begin(Trial(name, tree, choices, seconds=self._longest))

    def _pair(self, name: str, tree: Tree) -> Future[Pair]:
        return self._trials.then(partial(self._both_ways, name, tree, True, False))

    def _both_ways(self, name: str, tree: Tree, whole: bool, is_remembered: bool) -> Pair:
        """Run a tree in two processes, and then in one those checks that can be compared."""
        names = () if whole else self._task.names
        trial = Trial(name, tree, {"names": names}, seconds=self._longest, is_remembered=is_remembered)
        two = self._trials.outcome(trial)
        compared = two.of(*proofs.COMPARABLE)
        if not compared:
            return Pair(name, two)
        choices = {"names": names if whole else compared, "in_process": True}
        return Pair(name, two, self._trials.outcome(replace(trial, choices=choices)))

    def _mutants(self, both: list[Pair]) -> list[Outcome]:
        names = [f"mutant {mutant.name}" for mutant in self._task.solution.mutants]
        asked = [
            self._trials.then(partial(self._both_ways, name, tree, False, True))
            for name, tree in zip(names, self._trees.mutants, strict=True)
        ]
        pairs = [future.result() for future in asked]
        both += pairs
        return [pair.two for pair in pairs]

    def _mutants_part(self, outcomes: Sequence[Outcome]) -> Part:
        return proofs.mutants_part(self._exercise, self._task.solution.mutants, outcomes)

    def _generated(self) -> tuple[Score, Part]:
        made, equivalents = self._trees.generated, self._task.solution.equivalents
        hunt = generated.Hunt(self._exercise.checks)
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
