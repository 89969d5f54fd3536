"""Whether warm checks can go on for ever: memory, descriptors and processes over thousands of them.

    python tests/bench/endurance.py [--runs 10000] [--in-parts] [SLUG]

One check of a made-up module each time, or the first check of an exercise with its reference; in parts three
checks, each with a subject of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script does not see the checkout

from tests.bench.warm import small_plan

from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.plan import Plan
from backroad.referee import plan_for
from backroad.referee.engine import Engine

STEPS, PARTS = 10, 3
ALLOWED_MIB = 2.0  # what an allocator may keep between two looks
SETTLE = 0.5


@contextmanager
def plan_of(slug: str | None, *, in_parts: bool) -> Iterator[Plan]:
    """Give the plan of one check, or of some in parts."""
    if slug is None:
        with tempfile.TemporaryDirectory() as folder:
            yield small_plan(Path(folder), PARTS if in_parts else 1, 1, in_parts=in_parts)
        return
    exercise = find_exercise(load_roadmap(find_content()), slug)
    with plan_for(exercise, layers.reference(exercise), names=(exercise.checks[0].name,)) as plan:
        yield plan


def look() -> tuple[float, int, int]:
    """Return MiB, descriptors and number of our process and all below it."""
    time.sleep(SETTLE)  # the spare is made after the verdict
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    memory = sum(process.memory_full_info().pss for process in family) / 2**20
    return memory, sum(process.num_fds() for process in family), len(family)


def main() -> int:
    """Print a line for each tenth of the runs; returns 1 where something has grown since the first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slug", nargs="?", metavar="SLUG")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--in-parts", action="store_true")
    chosen = parser.parse_args()
    print("  runs   ms each  memory MiB  descriptors  processes")
    seen = []
    with plan_of(chosen.slug, in_parts=chosen.in_parts) as plan, Engine(spare=True) as engine:
        for step in range(STEPS):
            begin = time.perf_counter()
            for _ in range(chosen.runs // STEPS):
                if not engine.run(plan).passed:
                    sys.exit("the reference is not green")
            each = 1000 * (time.perf_counter() - begin) / (chosen.runs // STEPS)
            seen.append(look())
            memory, descriptors, processes = seen[-1]
            done = (step + 1) * (chosen.runs // STEPS)
            print(f"{done:6}{each:10.1f}{memory:12.1f}{descriptors:13}{processes:11}", flush=True)
    left = len(psutil.Process().children(recursive=True))
    print(f"left at the end: {left} processes")
    (first, *counts), (last, *now) = seen[0], seen[-1]
    return int(last > first + ALLOWED_MIB or counts != now or left > 0)


if __name__ == "__main__":
    raise SystemExit(main())
