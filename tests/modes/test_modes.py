"""The same verdicts, check by check, however a run is made: `make test-modes`, which takes hours for all.

What stands behind all walls and starts warm is compared with a start from nothing, with a subject behind no
walls but its own process, and with one in the process of the checks. There no deadline reaches the learner's
code, and it ends with the checks: what hangs or dies elsewhere is left out there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.solutions import EXERCISES, named_trees

from backroad.audit.toolchain import missing
from backroad.content.layers import Tree
from backroad.model import Exercise, Kind, Level
from backroad.plan import Plan
from backroad.referee import plan_for, run
from backroad.referee.engine import Engine
from backroad.report import Report, Verdict

WANTED = "BACKROAD_MODES"
LONGEST = 300.0
ELSEWHERE = {"from a cold start": {}, "without walls": {"max_level": Level.PROCESS}}
NOT_INSIDE = frozenset({Verdict.HUNG, Verdict.DIED, Verdict.LIMIT, Verdict.TAMPERED})
Judge = Callable[[Plan], Report]


def cases() -> Iterator[object]:
    """Yield (slug, name of the tree)."""
    for slug in EXERCISES if os.environ.get(WANTED) else ():
        for name in named_trees(slug):
            yield pytest.param(slug, name, id=f"{slug} {name}")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """The engine of all warm runs."""
    with Engine() as made:
        yield made


def cold(plan: Plan) -> Report:
    """Judge in processes that are started for it."""
    return run(plan, seconds=LONGEST)


def verdicts(
    judge: Judge, exercise: Exercise, tree: Tree, names: tuple[str, ...], **choices: Any
) -> dict[str, Verdict]:
    """Return the verdict of each check."""
    with plan_for(exercise, tree, names=names, **choices) as plan:
        return {result.name: result.verdict for result in judge(plan).results}


@pytest.mark.parametrize(("slug", "name"), [*cases()])
def test_every_way_gives_the_same_verdicts(engine: Engine, slug: str, name: str) -> None:
    """Right stays right and wrong stays wrong, by the same checks."""
    exercise = EXERCISES[slug]
    tree, names = named_trees(slug)[name]
    lacking = missing(tree, exercise.kind)
    if lacking:
        pytest.skip(lacking)
    if exercise.kind is Kind.MODULE:
        names = ()
    warm = verdicts(engine.run, exercise, tree, names)
    for way, choices in ELSEWHERE.items():
        assert verdicts(cold, exercise, tree, names, **choices) == warm, way
    if NOT_INSIDE.isdisjoint(warm.values()):
        assert verdicts(cold, exercise, tree, names, in_process=True) == warm, "in-process"
