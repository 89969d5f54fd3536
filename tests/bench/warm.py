"""What a recheck costs: plain pytest, a cold check and a warm one, alternately in one run.

    python tests/bench/warm.py [--rounds 9] [--json bench.json] [--no-fork] [SLUG…]

Plain `python -m pytest -q` in the workspace, `backroad check`, a warm run to its last verdict and to its
first one, as `check --watch` does it; `work` is what the checks of the warm run took by themselves, one after
the other: no start makes that shorter, only to wait for several at once. With --no-fork a warm run is one of
a system where nothing can be forked.
Medians; CPU is what the whole machine spent meanwhile, so let nothing else run. Then how it grows with the
number of checks, and with the files of the workspace.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script does not see the checkout

from tests.bench.race import Race, Runner

from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import load_roadmap
from backroad.content.stages import read_stages
from backroad.model import Exercise, Kind
from backroad.plan import Plan
from backroad.referee import plan_for
from backroad.referee.engine import Engine

CHECK = '''
{mark}
def test_value_{number}(subject):
    """Check {number} asks for the value"""
    assert subject.value() == 1
'''
PAUSE, LONG_PAUSE = 0.2, 1.5  # seconds, in which the engine gets its spare ready, forked or started
COLUMNS = ("pytest", "cold", "warm", "first", "work")  # milliseconds
COUNTS, FILES = (5, 10, 25, 50, 100), (1, 10, 50, 200)


@dataclass
class Cost:
    """The times of one way to check, in seconds."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of the times."""
        return statistics.median(self.seconds)

    @property
    def mean_cpu(self) -> float:
        """The mean of the CPU seconds: the clock of the machine ticks 100 times a second."""
        return statistics.fmean(self.cpu) if self.cpu else 0.0


def machine_cpu() -> float:
    """Return the CPU seconds that this machine has spent so far."""
    spent = psutil.cpu_times()
    return float(spent.user + spent.nice + spent.system)


def timed(cost: Cost, work: Callable[[], object]) -> None:
    """Do something and note what it cost."""
    cpu, begin = machine_cpu(), time.perf_counter()
    work()
    cost.seconds.append(time.perf_counter() - begin)
    cost.cpu.append(machine_cpu() - cpu)


@dataclass
class Warm:
    """The times of warm runs: to their first verdict, to their last one, and within their checks."""

    pause: float = PAUSE
    first: Cost = field(default_factory=Cost)
    last: Cost = field(default_factory=Cost)
    work: Cost = field(default_factory=Cost)

    def run(self, engine: Engine, plan: Plan) -> None:
        """Run the checks warm, as when a learner has saved: nothing has been asked for a while."""
        time.sleep(self.pause)
        told: list[float] = []
        cpu, begin = machine_cpu(), time.perf_counter()
        report = engine.run(plan, lambda _: told.append(time.perf_counter() - begin))
        self.last.cpu.append(machine_cpu() - cpu)
        if not report.passed:
            sys.exit(f"{plan.exercise}: the reference is not green")
        self.first.seconds.append(told[0])
        self.last.seconds.append(told[-1])
        self.work.seconds.append(sum(result.seconds for result in report.results))


def measured(exercise: Exercise, race: Race, *, forks: bool | None) -> dict[str, Any]:
    """Measure one exercise with its reference; `forks` is for the engine."""
    workspace = race.scratch / exercise.slug
    scaffold = [race.backroad, "scaffold", exercise.slug, str(workspace)]
    subprocess.run(scaffold, env=race.environment, check=True, capture_output=True)
    shutil.copytree(exercise.solution / "reference", workspace, dirs_exist_ok=True)
    pytest = Runner("python -m pytest -q", [race.python, "-m", "pytest", "-q"], workspace)
    check = Runner("backroad check", [race.backroad, "check"], workspace)
    plain, cold, warm = Cost(), Cost(), Warm(LONG_PAUSE if forks is False else PAUSE)
    tree = layers.reference(exercise)
    with Engine(spare=True, forks=forks) as engine, plan_for(exercise, tree, in_parts=True) as plan:
        for number in range(race.rounds + 1):
            ways: list[Callable[[], object]] = [
                lambda: timed(plain, lambda: pytest.seconds(race.environment)),
                lambda: timed(cold, lambda: check.seconds(race.environment)),
                lambda: warm.run(engine, plan),
            ]
            for way in ways if number % 2 else ways[::-1]:
                way()
        memory = sum(pss(process) for process in psutil.Process().children())
    # The first round only warms the page cache.
    for cost in (plain, cold, warm.first, warm.last, warm.work):
        del cost.seconds[0], cost.cpu[:1]
    return {
        "checks": len(exercise.checks),
        "pytest": plain.median,
        "cold": cold.median,
        "warm": warm.last.median,
        "first": warm.first.median,
        "work": warm.work.median,
        "cpu": {"pytest": plain.mean_cpu, "cold": cold.mean_cpu, "warm": warm.last.mean_cpu},
        "ratios": {
            "pytest / warm": plain.median / warm.last.median,
            "cold / pytest": cold.median / plain.median,
            "cpu warm / pytest": warm.last.mean_cpu / max(plain.mean_cpu, 0.01),
        },
        "idle_mib": memory / 2**20,
    }


def pss(process: psutil.Process) -> int:
    """Return a process's proportional share of memory, in bytes."""
    lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def small_plan(folder: Path, checks: int, files: int, *, in_parts: bool = False) -> Plan:
    """Return the plan of a made-up exercise with so many checks, in a workspace with so many files.

    In parts each check has a subject of its own.
    """
    tree, place = folder / "tree", folder / "checks"
    for made in (tree, place):
        made.mkdir(parents=True)
    (tree / "thing.py").write_text("def value():\n    return 1\n")
    for number in range(files - 1):
        (tree / f"other_{number}.py").write_text("X = 1\n")
    mark = "@__import__('backroad.checks').checks.fresh" if in_parts else ""
    text = '"""First"""\n' + "".join(CHECK.format(number=number, mark=mark) for number in range(checks))
    (place / "test_1_first.py").write_text(text)
    order = tuple(check for stage in read_stages(place)[0] for check in stage.checks)
    return Plan("thing", Kind.MODULE, "thing", place, tree, "digest", order=order, in_parts=in_parts)


def growth(rounds: int) -> Iterator[tuple[str, int, float]]:
    """Yield what grows, its size, and the median seconds of a warm run."""
    sizes = [("checks", count, (count, 1)) for count in COUNTS]
    sizes += [("files", count, (10, count)) for count in FILES]
    for label, size, (checks, files) in sizes:
        with tempfile.TemporaryDirectory() as folder, Engine(spare=True) as engine:
            plan, warm = small_plan(Path(folder), checks, files), Warm()
            for _ in range(rounds + 1):
                warm.run(engine, plan)
            del warm.last.seconds[0]
            yield label, size, warm.last.median


def line(slug: str, found: Mapping[str, Any]) -> str:
    """Return one exercise as a row of the table."""
    times = "".join(f"{1000 * found[name]:9.0f}" for name in COLUMNS)
    ratios = "".join(f"{ratio:9.2f}" for ratio in found["ratios"].values())
    return f"{slug:18}{found['checks']:4}{times}{ratios}{found['idle_mib']:9.0f}"


def main() -> int:
    """Print the tables and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--no-fork", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="backroad-bench-") as scratch:
        race = Race(Path(sys.executable).parent, chosen.rounds, Path(scratch))
        names = (*COLUMNS, "py/warm", "cold/py", "cpu w/py", "idle MiB")
        print(f"{'exercise':18}  no{''.join(f'{name:>9}' for name in names)}")
        forks = False if chosen.no_fork else None
        found = {}
        for exercise in load_roadmap(find_content()).exercises:
            if not chosen.slugs or exercise.slug in chosen.slugs:
                found[exercise.slug] = measured(exercise, race, forks=forks)
                print(line(exercise.slug, found[exercise.slug]), flush=True)
    ratios = [one["ratios"]["pytest / warm"] for one in found.values()]
    print(f"geometric mean of pytest / warm: {statistics.geometric_mean(ratios):.2f}")
    grown = []
    for label, size, seconds in growth(chosen.rounds):
        grown.append({"of": label, "size": size, "warm": seconds})
        print(f"{size:4} {label:7} {1000 * seconds:7.1f} ms warm", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps({"exercises": found, "growth": grown}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
