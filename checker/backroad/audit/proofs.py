"""What runs prove: outcomes → parts of an audit. Nothing here runs anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backroad.audit.trials import Outcome
from backroad.audit.values import Part
from backroad.content.work import WORK
from backroad.errors import Problem
from backroad.measures import too_few
from backroad.model import Check, Exercise, Mutant
from backroad.referee.together import Found
from backroad.report import Measured, Verdict

# What both ways can say: in-process, no deadline, limit or wall reaches the code.
COMPARABLE = (Verdict.PASSED, Verdict.FAILED, Verdict.RAISED)
TODO = "NotImplementedError"


@dataclass(frozen=True)
class Pair:
    """The same code run in two processes and, where that can be compared, in one."""

    name: str
    two: Outcome
    one: Outcome | None = None


def faults(name: str, outcomes: Iterable[Outcome], where: object) -> list[Problem]:
    """Return what kept runs from ending."""
    told = dict.fromkeys(outcome.fault for outcome in outcomes if outcome.fault)
    return [Problem(str(where), f"{name}: {fault}", "run it with --fresh to see it again") for fault in told]


def starter_part(exercise: Exercise, outcome: Outcome) -> Part:
    """The starter runs as it is, and is not done."""
    where = str(exercise.folder / "starter")
    problems = faults("the starter", [outcome], where)
    unreadable = outcome.of(Verdict.UNREADABLE)
    core = {check.name for check in exercise.checks if not check.stretch}
    red = set(outcome.red)
    if unreadable:
        line = outcome.checks[unreadable[0]].line
        problems.append(Problem(where, f"does not start: {line}", "let it run, with a TODO a step"))
    elif not problems and not red & core:
        problems.append(Problem(where, "passes all core checks", "leave the learner something to do"))
    said = f"starts, and {len(red)} of {len(exercise.checks)} checks fail"
    return Part("starter", said, tuple(problems), is_kit_fault=bool(outcome.fault))


def reference_part(exercise: Exercise, runs: Mapping[str, Outcome]) -> Part:
    """The reference passes every check in every run."""
    where = str(exercise.solution / "reference")
    problems = [*faults("the reference", runs.values(), where), *_reds(exercise, "the reference", runs)]
    said = f"passes {len(exercise.checks)} checks: {', '.join(runs)}"
    return Part("reference", said, tuple(problems), is_kit_fault=_is_faulty(runs.values()))


def alternatives_part(exercise: Exercise, pairs: Sequence[Pair], left_out: Mapping[str, str]) -> Part:
    """Every alternative passes every check; those that this machine cannot run are named."""
    problems: list[Problem] = []
    for pair in pairs:
        where = exercise.solution / "alternatives" / pair.name
        runs = {"in two processes": pair.two, **({"in-process": pair.one} if pair.one else {})}
        problems += [*faults(pair.name, runs.values(), where), *_reds(exercise, pair.name, runs)]
    said = f"{_listed(pair.name for pair in pairs)} pass" if pairs else "none was run"
    notes = tuple(f"{name} was left out: {reason}" for name, reason in left_out.items())
    return Part("alternatives", said, tuple(problems), notes)


def work_part(exercise: Exercise, work: Sequence[Check], found: Mapping[str, Found]) -> Part:
    """Every right design does the work that designs are measured at, and gives a number or says why not."""
    problems: list[Problem] = []
    notes: list[str] = []
    for name, one in found.items():
        if one.fault:
            problems.append(Problem(str(exercise.folder / WORK), f"{name}: {one.fault}"))
            continue
        for piece in work:
            got = one.measured.get(piece.name, Measured("", reason="it did not run"))
            reason = got.reason or too_few(got.rounds)
            if not got.unit or (reason and name == next(iter(found))):
                where = f"{piece.file}:{piece.line}: {piece.name}"
                problems.append(Problem(where, f"{name}: {reason}", "correct the work or the solution"))
            elif reason:
                notes.append(f"{name} has no number for {piece.sentence}: {reason}")
    said = f"{len(work)} pieces of it are measured of {len(found)} designs"
    return Part("work", said, tuple(problems), tuple(notes))


def agreement_part(exercise: Exercise, pairs: Sequence[Pair]) -> Part:
    """In-process and two-process say the same of the same code, check by check."""
    problems: list[Problem] = []
    compared = 0
    for pair in pairs:
        if pair.one is None:
            continue
        compared += len(pair.one.checks)
        problems += faults(f"{pair.name} in-process", [pair.one], exercise.folder)
        for name, told in pair.one.checks.items():
            two = pair.two.verdict(name)
            if two is not None and two is not told.verdict:
                what = f"{pair.name} is {two} in two processes and {told.verdict} in-process: {told.line}"
                problems.append(
                    Problem(place_of(exercise, name), what, "let the check say the same both ways")
                )
    count = sum(pair.one is not None for pair in pairs)
    said = f"both ways agree on {count} solutions, {compared:,} verdicts"
    return Part("in-process", said, tuple(problems))


def mutants_part(exercise: Exercise, mutants: Sequence[Mutant], outcomes: Sequence[Outcome]) -> Part:
    """Every mutant is caught by every check that it names."""
    where = exercise.solution / "mutants.toml"
    problems: list[Problem] = []
    for mutant, outcome in zip(mutants, outcomes, strict=True):
        here = f"{where}: {mutant.name}"
        if outcome.fault and not outcome.is_overdue:
            problems += faults("the mutant", [outcome], here)
        else:
            problems += _uncaught(mutant, outcome, here)
    said = f"{len(mutants)} of {len(mutants)} are caught by the checks they name"
    if problems:
        said = f"{len(mutants) - len({problem.where for problem in problems})} of {len(mutants)} are caught"
    return Part("mutants", said, tuple(problems))


def _uncaught(mutant: Mutant, outcome: Outcome, here: str) -> Iterator[Problem]:
    caught = _listed(outcome.red[:4]) + (" and more" if len(outcome.red) > 4 else "")
    for name in mutant.caught_by:
        verdict = outcome.verdict(name)
        if name in outcome.red:
            continue
        if not outcome.red:
            yield Problem(here, "is caught by no check", f"sharpen {name}, or remove the mutant")
            return
        if verdict is Verdict.BLOCKED:
            what = f"{name} is blocked, which catches nothing: {outcome.checks[name].line}"
        elif verdict is None:
            what = f"{name} did not run in time"
        else:
            what = f"{name} lets it pass"
        yield Problem(here, what, f"{caught} caught it: name that, or sharpen the check")


def seen(start: Outcome, mutants: Sequence[Mutant], outcomes: Sequence[Outcome]) -> set[str]:
    """Return the checks that were seen to fail: a check that cannot fail proves nothing.

    A step that is not written yet does not count: it would fail a check that asserts nothing.
    """
    found = {name for name in start.red if not start.checks[name].line.startswith(TODO)}
    for mutant, outcome in zip(mutants, outcomes, strict=True):
        unreadable = set(outcome.of(Verdict.UNREADABLE))
        found |= {name for name in outcome.red if name not in unreadable or name in mutant.caught_by}
    return found


def seen_part(exercise: Exercise, unseen: Sequence[str]) -> Part:
    """Every check has been seen to fail on the starter or on a mutant."""
    remedy = "add a mutant that it must catch"
    problems = tuple(Problem(place_of(exercise, name), "was never seen to fail", remedy) for name in unseen)
    count = len(exercise.checks)
    return Part("checks", f"{count - len(unseen)} of {count} were seen to fail", problems)


def place_of(exercise: Exercise, name: str) -> str:
    """Return where a check stands."""
    for check in exercise.checks:
        if check.name == name:
            return f"{check.file}:{check.line}: {name}"
    return f"{exercise.folder / 'checks'}: {name}"


def _reds(exercise: Exercise, who: str, runs: Mapping[str, Outcome]) -> Iterator[Problem]:
    """Yield a problem for every check that is not green in some run, or did not run in it."""
    whole = {how: outcome for how, outcome in runs.items() if not outcome.fault}
    for check in exercise.checks:
        red = {
            how: outcome
            for how, outcome in whole.items()
            if outcome.verdict(check.name) is not Verdict.PASSED
        }
        if red:
            first = next(iter(red.values())).checks.get(check.name)
            when = "" if len(red) == len(runs) else f" {_listed(red)}"
            line = f": {first.verdict}: {first.line}" if first else ": it did not run"
            remedy = "correct the solution or the check"
            yield Problem(place_of(exercise, check.name), f"{who} does not pass it{when}{line}", remedy)


def _is_faulty(outcomes: Iterable[Outcome]) -> bool:
    return any(outcome.fault and not outcome.is_overdue for outcome in outcomes)


def _listed(names: Iterable[str]) -> str:
    *most, last = list(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last
