"""How long the checks of each exercise take with its reference, and which check takes longest.

    python tests/bench/exercises.py [--rounds 3] [SLUG…]

Bars: 10 s for a module, 20 s for a service.
"""

from __future__ import annotations

import argparse
import statistics
import time

from backroad import referee
from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.model import Exercise, Kind
from backroad.report import Report

BARS = {Kind.MODULE: 10.0, Kind.SERVICE: 20.0}


def main() -> int:
    """Print a line for each exercise; returns 1 where one is above its bar, or not green."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    roadmap = load_roadmap(find_content())
    exercises = [find_exercise(roadmap, slug) for slug in chosen.slugs] or roadmap.exercises
    within = [measured(exercise, chosen.rounds) for exercise in exercises]
    return int(not all(within))


def measured(exercise: Exercise, rounds: int) -> bool:
    """Run the reference some times and print what was measured; returns whether it is within its bar."""
    times: list[float] = []
    reports: list[Report] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        with referee.plan_for(exercise, layers.reference(exercise)) as plan:
            reports.append(referee.run(plan))
        times.append(time.perf_counter() - begin)
    bar, median = BARS[exercise.kind], statistics.median(times)
    slowest = max(reports[-1].results, key=lambda result: result.seconds)
    red = [result.name for report in reports for result in report.results if not result.passed]
    fate = f"NOT GREEN: {', '.join(red)}" if red else "within" if median <= bar else "ABOVE"
    print(
        f"{exercise.slug:18} {len(exercise.checks):3} checks  median {median:6.2f} s, {fate} the bar "
        f"of {bar:g} s   slowest {slowest.name} {slowest.seconds:.2f} s",
        flush=True,
    )
    return not red and median <= bar


if __name__ == "__main__":
    raise SystemExit(main())
