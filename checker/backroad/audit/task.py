"""What an audit is about: an exercise as far as it can be read, and all its source trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backroad.audit import generated
from backroad.audit.mutation import Generated
from backroad.audit.toolchain import missing
from backroad.content import layers
from backroad.content.trees import Tree
from backroad.errors import BackroadError, Problem
from backroad.model import Check, Exercise, Solution

IN_ORDER, IN_PROCESS, COLD = "in order", "in-process", "from a cold start"


@dataclass(frozen=True)
class Task:
    """What is to be proven: an exercise as it was read, and whether with mutants of the audit's own."""

    exercise: Exercise
    solution: Solution
    problems: tuple[Problem, ...] = ()
    with_generated: bool = True
    work: tuple[Check, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All checks by name: hardening runs although the core is red only when asked for."""
        return tuple(check.name for check in self.exercise.checks)

    @property
    def reference_runs(self) -> Mapping[str, Mapping[str, object]]:
        """How the reference is run warm, by name: what a plan says of it."""
        has_fresh = any(check.fresh for check in self.exercise.checks)
        return {
            IN_ORDER: {},
            "again with another seed": {"seed": 1},
            "shuffled": {"seed": 2, "shuffle": True},
            **({"with fresh checks side by side": {"in_parts": True}} if has_fresh else {}),
            IN_PROCESS: {"in_process": True},
        }

    def with_requirements(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Return checks with all that they require, in learning order."""
        checks = {check.name: check for check in self.exercise.checks}
        found, waiting = set(), [name for name in wanted if name in checks]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [one for one in checks[name].requires if one in checks]
        return tuple(name for name in checks if name in found)


@dataclass
class Trees:
    """The source trees of an exercise, as far as they can be put together."""

    start: Tree
    reference: Tree
    alternatives: dict[str, Tree] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    mutants: list[Tree] = field(default_factory=list)
    generated: list[Generated] = field(default_factory=list)

    def runs(self, task: Task) -> int:
        """Return how many runs an audit makes of them, at most."""
        right = 2 + len(task.reference_runs) + 2 * len(self.alternatives)  # the starter; from a cold start
        return right + 2 * len(self.mutants) + len(self.generated)


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
