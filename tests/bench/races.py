"""Whether race checks say the same every time: each one so many times, on the reference and on its mutants.

    python tests/bench/races.py [--runs 50] SLUG CHECK…

Without CHECK, every check whose text races: `instruments.race(`, `service.parallel(`.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter

from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.layers import Tree
from backroad.content.roadmap import find_exercise, load_roadmap, load_solution
from backroad.model import Exercise
from backroad.referee import plan_for
from backroad.referee.engine import Engine

RACES = ("instruments.race(", "service.parallel(", ".parallel(")


def main() -> int:
    """Print what each tree got; returns 1 where verdicts differ from run to run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slug", metavar="SLUG")
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    parser.add_argument("--runs", type=int, default=50)
    chosen = parser.parse_args()
    exercise = find_exercise(load_roadmap(find_content()), chosen.slug)
    names = tuple(chosen.checks) or racing(exercise)
    steady = True
    with Engine() as engine:
        for label, tree, wanted in trees(exercise, names):
            found = [verdicts(engine, exercise, tree, wanted) for _ in range(chosen.runs)]
            for name in wanted:
                said = Counter(verdict[name] for verdict in found)
                steady &= len(said) == 1
                print(f"{label:40} {name:44} {dict(said)}", flush=True)
    return int(not steady)


def racing(exercise: Exercise) -> tuple[str, ...]:
    """Return the checks whose text races."""
    found = []
    for file in sorted({check.file for check in exercise.checks}):
        text = file.read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            segment = ast.get_source_segment(text, node) or ""
            if isinstance(node, ast.FunctionDef) and any(word in segment for word in RACES):
                found.append(node.name.removeprefix("test_"))
    return tuple(name for name in found if name in {check.name for check in exercise.checks})


def trees(exercise: Exercise, names: tuple[str, ...]) -> list[tuple[str, Tree, tuple[str, ...]]]:
    """Return the reference with all these checks, and the mutants with those that they must fail."""
    found = [("reference", layers.reference(exercise), names)]
    for mutant in load_solution(exercise).mutants:
        wanted = tuple(name for name in names if name in mutant.caught_by)
        if wanted:
            found.append((f"mutant {mutant.name}", layers.mutant(exercise, mutant), wanted))
    return found


def verdicts(engine: Engine, exercise: Exercise, tree: Tree, names: tuple[str, ...]) -> dict[str, str]:
    """Return the verdicts of some checks in one run."""
    with plan_for(exercise, tree, names=names) as plan:
        return {result.name: str(result.verdict) for result in engine.run(plan).results}


if __name__ == "__main__":
    sys.exit(main())
