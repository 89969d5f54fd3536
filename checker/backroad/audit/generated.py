"""The audit's own mutants of a reference: made, hunted, counted, the survivors explained or not."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from backroad.audit.mutation import Generated, mutations, scope_at
from backroad.audit.trials import Outcome, Trial
from backroad.audit.values import ENOUGH, Part, Score, Survivor
from backroad.content.folders import read_folder
from backroad.content.trees import File, Tree
from backroad.errors import Problem, nearest
from backroad.model import Check, Equivalent, Exercise, Mutant

REMEDY = "sharpen a check, or say in [[equivalent]] why it is no mistake"


def generate(exercise: Exercise, reference: Tree) -> list[Generated]:
    """Return all small mistakes of the reference's own Python files; what is given is not its own."""
    own = sorted(read_folder(exercise.solution / "reference").files)
    return [one for name in own if name.endswith(".py") for one in mutations(name, reference.text(name))]


def scopes_of(mutant: Mutant, reference: Tree) -> set[str]:
    """Return the functions and classes of the reference that a known mutant changes."""
    found = set()
    for edit in mutant.edits:
        text = reference.text(edit.file)
        at = text.find(edit.find) + len(edit.find) - len(edit.find.lstrip())
        if edit.file.endswith(".py") and at >= 0:
            found.add(scope_at(text, text.count("\n", 0, at) + 1))
    return found


class Hunt:
    """Which check to ask first: what caught a mistake in a function is likely to catch the next one in it.

    The order changes no verdict, only how soon a run that ends at the first red check is over.
    """

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._catches: dict[str, Counter[str]] = defaultdict(Counter)
        self._lock = threading.Lock()

    def order(self, scope: str) -> tuple[Check, ...]:
        """Return the checks, those that caught mistakes nearby before the others."""
        with self._lock:
            here, around = Counter(self._catches[scope]), Counter(self._catches[_around(scope)])
        return tuple(sorted(self._checks, key=lambda check: (-here[check.name], -around[check.name])))

    def caught(self, scope: str, outcome: Outcome) -> None:
        """Remember what caught a mistake."""
        with self._lock:
            for place in {scope, _around(scope)}:
                self._catches[place].update(outcome.red)


def _around(scope: str) -> str:
    return scope.split(".")[0]


def trial_of(one: Generated, reference: Tree, checks: tuple[Check, ...], seconds: float) -> Trial:
    """Return the run that decides about a generated mutant: it ends at the first red check."""
    file = replace(reference.files[one.file], content=one.text.encode())
    files: dict[str, File] = {**reference.files, one.file: file}
    tree = replace(reference, files=files)
    return Trial(one.id, tree, {"fail_fast": True}, checks, seconds, is_remembered=True)


def is_caught(outcome: Outcome) -> bool:
    """Whether a mistake was noticed; a run that does not end was noticed too."""
    return bool(outcome.red) or outcome.is_overdue


def score_of(
    made: Sequence[Generated], outcomes: Sequence[Outcome], equivalents: Sequence[Equivalent]
) -> Score:
    """Count what was caught, and name the survivors."""
    reasons = {equivalent.mutant: equivalent.reason for equivalent in equivalents}
    pairs = list(zip(made, outcomes, strict=True))
    survivors = tuple(
        Survivor(one.id, one.before, one.after, reasons.get(one.id, ""))
        for one, outcome in pairs
        if not is_caught(outcome)
    )
    return Score(len(made), len(made) - len(survivors), survivors)


def generated_part(
    exercise: Exercise,
    score: Score,
    outcomes: Mapping[str, Outcome],
    equivalents: Sequence[Equivalent],
) -> Part:
    """Enough of the audit's own mutants are caught, and every survivor is explained."""
    where = exercise.solution / "mutants.toml"
    problems = [
        Problem(f"{where}: {one.mutant}", f"survives: {one.before}  →  {one.after}", REMEDY)
        for one in score.survivors
        if not one.reason
    ]
    problems += [problem for entry in equivalents if (problem := _stale(entry, outcomes, str(where)))]
    if score.share < ENOUGH:
        what = f"{score.share:.1%} of the audit's own mutants are caught; {ENOUGH:.0%} are due"
        problems.append(Problem(str(where), what, "sharpen the checks"))
    broken = [outcome for outcome in outcomes.values() if outcome.fault and not outcome.is_overdue]
    problems += [Problem(str(exercise.folder), outcome.fault) for outcome in broken]
    said = f"{score.caught} of {score.made} caught ({score.share_of_all:.1%})"
    if score.explained:
        said += f", {score.explained} are explained as no mistakes"
    return Part("generated", said, tuple(problems), is_kit_fault=bool(broken))


def _stale(entry: Equivalent, outcomes: Mapping[str, Outcome], where: str) -> Problem | None:
    """Return what is wrong with an explanation that explains nothing any more."""
    here = f"{where}: equivalent {entry.mutant}"
    if entry.mutant not in outcomes:
        return Problem(here, "is the name of no generated mutant", nearest(entry.mutant, outcomes))
    if is_caught(outcomes[entry.mutant]):
        caught = ", ".join(outcomes[entry.mutant].red) or "the time limit"
        return Problem(here, f"is caught by {caught}", "remove the entry")
    return None
