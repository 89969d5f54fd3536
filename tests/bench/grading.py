"""What a graded submission costs: plain pytest for each, `backroad grade`, and a cluster on this machine.

    python tests/bench/grading.py [--counts 20 200] [--pytest 20] [--no-dask] [SLUG]

Two at a time each. CPU is what the whole machine spent meanwhile, so let nothing else run; memory is that of
the grader with all it started, shared pages by parts, at most. The class is the reference, over and over.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script does not see the checkout

import psutil
from tests.bench.classes import Member, cluster, command, differences, write_class
from tests.bench.race import Race, Runner
from tests.bench.warm import machine_cpu, pss

from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.points import worth
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.model import Exercise

AT_A_TIME = 2


@dataclass(frozen=True)
class Cost:
    """What so many submissions took: seconds, CPU seconds of the machine, MiB at most."""

    name: str
    count: int
    seconds: float
    cpu: float
    memory: float = 0.0

    @property
    def rate(self) -> float:
        """Submissions a second."""
        return self.count / self.seconds

    def line(self) -> str:
        """Return the row of the table."""
        each = 1000 * self.cpu / self.count
        return f"{self.name:28}{self.count:6}{self.rate:10.2f}{each:12.0f}{self.memory:10.0f}"


def measured(name: str, count: int, work: Callable[[], float]) -> Cost:
    """Do some work and return what it cost; it returns its memory."""
    cpu, begin = machine_cpu(), time.perf_counter()
    memory = work()
    return Cost(name, count, time.perf_counter() - begin, machine_cpu() - cpu, memory)


def plain(exercise: Exercise, race: Race, count: int) -> Cost:
    """Run pytest in a workspace of each submission."""
    words = [race.python, "-m", "pytest", "-q"]
    runners = []
    for number in range(count):
        place = race.scratch / f"plain-{number}"
        scaffold = [race.backroad, "scaffold", exercise.slug, str(place)]
        subprocess.run(scaffold, env=race.environment, check=True, capture_output=True)
        shutil.copytree(exercise.solution / "reference", place, dirs_exist_ok=True)
        runners.append(Runner("python -m pytest -q", words, place))

    def work() -> float:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            list(pool.map(lambda runner: runner.seconds(race.environment), runners))
        return 0.0

    return measured("pytest for each", count, work)


def graded(exercise: Exercise, race: Race, count: int, address: str | None = None) -> Cost:
    """Grade a class, here or on a cluster."""
    name = "backroad grade" if address is None else "backroad grade, Dask"
    handed, out = race.scratch / f"class-{count}", race.scratch / f"out-{count}-{bool(address)}"
    right = Member("right", layers.reference(exercise), sum(worth(exercise).values()))
    handed.mkdir(exist_ok=True)
    expected = write_class(exercise, [right], count, handed)
    more = ["--workers", str(AT_A_TIME)] if address is None else ["--scheduler", address]

    def work() -> float:
        words = command(exercise, handed, out, *more)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with psutil.Popen(words, env=race.environment, **quiet) as process:  # type: ignore[arg-type]
            return watched(process)

    cost = measured(name, count, work)
    if wrong := differences(out, expected):
        sys.exit("\n".join(wrong))
    return cost


def watched(process: psutil.Popen) -> float:
    """Wait for a process; returns the memory of its family, at most, in MiB."""
    peak, done = 0, threading.Event()

    def look() -> None:
        nonlocal peak
        while not done.wait(0.5):
            with suppress(psutil.Error, OSError):
                family = [process, *process.children(recursive=True)]
                peak = max(peak, sum(map(pss, family)))

    looker = threading.Thread(target=look)
    looker.start()
    code = process.wait()
    done.set()
    looker.join()
    if code:
        sys.exit(f"grade ended with {code}")
    return peak / 2**20


def main() -> int:
    """Print the table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slug", nargs="?", default="data-structures")
    parser.add_argument("--counts", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--pytest", type=int, default=20)
    parser.add_argument("--no-dask", action="store_true")
    chosen = parser.parse_args()
    exercise = find_exercise(load_roadmap(find_content()), chosen.slug)
    with tempfile.TemporaryDirectory(prefix="backroad-bench-") as scratch:
        race = Race(Path(sys.executable).parent, 1, Path(scratch))
        print(f"{exercise.slug:28}{'count':>6}{'a second':>10}{'CPU ms each':>12}{'MiB':>10}")
        base = plain(exercise, race, chosen.pytest)
        print(base.line(), flush=True)
        ours = []
        for count in chosen.counts:
            ours.append(graded(exercise, race, count))
            print(ours[-1].line(), flush=True)
        print(f"times faster than pytest {ours[-1].rate / base.rate:.2f}", end=", ")
        print(f"CPU {ours[-1].cpu / ours[-1].count / (base.cpu / base.count):.2f} of it", end=", ")
        print(f"{ours[-1].rate / ours[0].rate:.2f} of the rate from {ours[0].count} to {ours[-1].count}")
        if not chosen.no_dask:
            with cluster(Path(scratch), AT_A_TIME) as (address, _):
                there = graded(exercise, race, chosen.counts[-1], address)
            print(there.line())
            print(f"Dask takes {there.seconds / ours[-1].seconds:.2f} times as long")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
