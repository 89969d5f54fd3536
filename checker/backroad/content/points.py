"""What the checks of an exercise are worth: `[points]` of its `exercise.toml`."""

from __future__ import annotations

from collections.abc import Iterator

from backroad.content.fields import Table, spoken
from backroad.errors import Problem, nearest
from backroad.model import Exercise, Points


def read_points(table: Table) -> Points:
    """Return the points that a table `[points]` gives; what is wrong goes to its problems."""
    by_stage = table.table("stages", default={})
    stages = _numbers(by_stage)
    checks = _numbers(table.table("checks", default={}))
    table.done()
    for name in stages:
        if not name.isdecimal():
            by_stage.wrong(name, "is no number of a stage", "write 1 = 10 for ten points")
    return Points({int(name): value for name, value in stages.items() if name.isdecimal()}, checks)


def worth(exercise: Exercise) -> dict[str, float]:
    """Return what each check is worth, in learning order.

    A check without a value shares that of its stage with the others that have none; where the stage has
    none either, a core check is worth one point, one of the hardening stage nothing.
    """
    points = exercise.points
    found: dict[str, float] = {}
    for stage in exercise.stages:
        sharing = sum(check.name not in points.checks for check in stage.checks)
        for check in stage.checks:
            if check.name in points.checks:
                found[check.name] = points.checks[check.name]
            elif stage.number in points.stages:
                found[check.name] = points.stages[stage.number] / sharing
            else:
                found[check.name] = 0.0 if check.stretch else 1.0
    return found


def point_problems(exercise: Exercise) -> Iterator[Problem]:
    """Yield the stages and checks that have points and do not exist."""
    where = f"{exercise.folder / 'exercise.toml'}: points"
    numbers = [str(stage.number) for stage in exercise.stages]
    for number in exercise.points.stages:
        if str(number) not in numbers:
            yield Problem(f"{where}.stages.{number}", "there is no such stage", nearest(str(number), numbers))
    names = [check.name for check in exercise.checks]
    for name in exercise.points.checks:
        if name not in names:
            yield Problem(f"{where}.checks.{name}", "there is no such check", nearest(name, names))


def _numbers(table: Table) -> dict[str, float]:
    """Return a table of numbers from 0 on."""
    found: dict[str, float] = {}
    for name, value in table.values.items():
        table.asked.add(name)
        if type(value) not in (int, float):
            table.wrong(name, f"is {spoken(value)}, not a number", "write a number such as 2 or 2.5")
        elif not 0 <= float(str(value)) < float("inf"):
            table.wrong(name, f"is {value}", "write a number from 0 on")
        else:
            found[name] = float(str(value))
    return found
