"""A class with a known gradebook: graded, stopped again and again, graded on a cluster, compared.

    python tests/bench/classes.py [--count 2000] [--kills 20] [--dask] [SLUG]

The class is made of the reference, the alternatives, the starter, mutants, and hostile ones, over and over,
each with a comment of its own so that all are judged; some as archives. What each is worth is known: all
points for right designs, and for the others what a cold run says: in it the checks that a mutant names have
to be red, and what cannot be run gets nothing but for what is read from its text.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script does not see the checkout

import psutil

from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.points import worth
from backroad.content.roadmap import find_exercise, load_roadmap, load_solution
from backroad.content.trees import File, Tree
from backroad.grading.outputs import rounded
from backroad.model import Exercise, Kind
from backroad.referee import plan_for, run

WORKERS = os.cpu_count() or 1
# Put first into the reference; what comes of it.
HOSTILE = {
    "exits": ("import os\nos._exit(0)\n", False),
    "leaves": ("import sys\nsys.exit(0)\n", False),
    "broken": ("def nothing(:\n", False),
    "crashes": ("import ctypes\nctypes.string_at(0)\n", False),
    "forges": ("print('57 passed')\nimport atexit\natexit.register(print, '{\"passed\": true}')\n", True),
    "prints": ("print('x' * 5_000_000)\n", True),
    "rebinds": ("import builtins, unittest\nunittest.TestCase = None\nbuiltins.exit = None\n", True),
}


@dataclass(frozen=True)
class Member:
    """One kind of hand-in: its tree, and the points that it gets."""

    name: str
    tree: Tree
    points: float


def members(exercise: Exercise, most: int) -> list[Member]:
    """Return the kinds of hand-ins for an exercise, with so many mutants at most.

    Stops where a known solution is not as it should be.
    """
    solution, points = load_solution(exercise), worth(exercise)
    whole, right = sum(points.values()), layers.reference(exercise)
    found = [Member("reference", right, whole)]
    for folder in solution.alternatives:
        tree = layers.alternative(exercise, folder.name)
        if main_file(exercise) in tree.files:  # what is written in another language has no such file
            found.append(Member(folder.name, tree, whole))
    for name, (top, is_right) in HOSTILE.items():
        tree = topped(exercise, right, top)
        points_for_text = sum(points[name] for name in green(exercise, tree))
        if not is_right and points_for_text > 0.05 * whole:
            sys.exit(f"{name} gets {points_for_text} points")
        found.append(Member(name, tree, whole if is_right else points_for_text))
    with ThreadPoolExecutor(WORKERS) as pool:
        wrong = solution.mutants[:: -(-len(solution.mutants) // most)]
        trees = {one.name: layers.mutant(exercise, one) for one in wrong}
        cold = dict(zip(trees, pool.map(lambda tree: green(exercise, tree), trees.values()), strict=True))
        start = green(exercise, layers.start(exercise))
    for one in wrong:
        escaped = set(one.caught_by) & cold[one.name]
        if escaped:
            sys.exit(f"{one.name} is not caught by {', '.join(escaped)}")
        found.append(Member(one.name, trees[one.name], sum(points[name] for name in cold[one.name])))
    return [*found, Member("starter", layers.start(exercise), sum(points[name] for name in start))]


def main_file(exercise: Exercise) -> str:
    """Return the file that every hand-in in Python has."""
    return f"{exercise.module}.py" if exercise.kind is Kind.MODULE else "app.py"


def green(exercise: Exercise, tree: Tree) -> set[str]:
    """Return the checks that a tree passes in a cold run."""
    with plan_for(exercise, tree) as plan:
        return {result.name for result in run(plan).results if result.passed}


def topped(exercise: Exercise, tree: Tree, top: str) -> Tree:
    """Return a tree whose main file begins with other lines, after what must be first."""
    name = main_file(exercise)
    text = tree.text(name)
    place = text.find("from __future__ import annotations\n")
    place = 0 if place < 0 else place + len("from __future__ import annotations\n")
    return changed(tree, name, text[:place] + top + text[place:])


def changed(tree: Tree, name: str, text: str) -> Tree:
    """Return a tree with another text in one file."""
    return replace(tree, files={**tree.files, name: File(text.encode())})


def write_class(exercise: Exercise, kinds: list[Member], count: int, folder: Path) -> dict[str, float]:
    """Write so many hand-ins into a folder; returns the points of each."""
    expected: dict[str, float] = {}
    name = main_file(exercise)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        identity = f"s{number:05}-{kind.name}"
        text = kind.tree.files[name].content.decode("utf-8", "replace")
        tree = changed(kind.tree, name, f"{text}\n# {number}\n")
        hand_in(tree, folder / identity, number)
        expected[identity] = kind.points
    return expected


def hand_in(tree: Tree, place: Path, number: int) -> None:
    """Write one hand-in: a folder, every fifth a zip file, every seventh a tar file with a folder around."""
    if number % 5 == 0:
        with zipfile.ZipFile(f"{place}.zip", "w") as archive:
            for name, file in tree.files.items():
                archive.writestr(name, file.content)
    elif number % 7 == 0:
        with tarfile.open(f"{place}.tar.gz", "w:gz") as packed:
            for name, file in tree.files.items():
                info = tarfile.TarInfo(f"project-main/{name}")
                info.size = len(file.content)
                packed.addfile(info, BytesIO(file.content))
    else:
        tree.write(place)


def command(exercise: Exercise, handed: Path, out: Path, *more: str) -> list[str]:
    """Return the command line that grades a class."""
    words = [sys.executable, "-m", "backroad", "grade", str(handed), "--exercise", exercise.slug]
    return [*words, "--out", str(out), *more]


def graded(words: list[str], kills: int, chance: random.Random, most: float) -> tuple[float, int]:
    """Grade, ended so many times at random moments; returns the seconds, and the memory at most in MiB."""
    begin, peak = time.perf_counter(), 0
    while True:
        process = psutil.Popen(words, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + (chance.uniform(0.5, most) if kills else 1e9)
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(psutil.Error):
                peak = max(peak, process.memory_info().rss)
            time.sleep(0.1)
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        kills -= 1
    if process.returncode not in (0, 1):
        sys.exit(f"grade ended with {process.returncode}")
    return time.perf_counter() - begin, peak // 2**20


def differences(out: Path, expected: dict[str, float]) -> list[str]:
    """Return where the gradebook is not the expected one."""
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        got = {row["id"]: float(row["points"]) for row in csv.DictReader(file)}
    wanted = {identity: float(rounded(points)) for identity, points in expected.items()}
    return [
        f"{identity}: {got.get(identity)}, not {wanted.get(identity)}"
        for identity in sorted({*got, *wanted})
        if got.get(identity) != wanted.get(identity)
    ]


@contextmanager
def cluster(scratch: Path, workers: int) -> Iterator[tuple[str, list[psutil.Popen]]]:
    """Start a Dask scheduler with workers; yields its address and the workers."""
    file = scratch / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    words = [
        "scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--scheduler-file",
        str(file),
        "--no-dashboard",
    ]
    started = [quiet([*dask, *words])]
    try:
        while not file.exists() or not file.read_text():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        one = [
            "worker",
            address,
            "--nworkers",
            "1",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--host",
            "127.0.0.1",
        ]
        started += [quiet([*dask, *one]) for _ in range(workers)]
        yield address, started[1:]
    finally:
        for process in started:
            end(process)


def quiet(words: list[str]) -> psutil.Popen:
    """Start a process that says nothing."""
    return psutil.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end_later(process: psutil.Popen, seconds: float) -> None:
    """End a process after some time."""
    time.sleep(seconds)
    end(process)


def end(process: psutil.Process) -> None:
    """End a process and all below it."""
    with suppress(psutil.NoSuchProcess):
        for one in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()


def main() -> int:
    """Make the class, grade it, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slug", nargs="?", default="data-structures")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--mutants", type=int, default=1000, help="how many of them at most")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--every", type=float, default=30, help="seconds between kills, at most")
    parser.add_argument("--dask", action="store_true", help="on a cluster, one of whose workers is killed")
    chosen = parser.parse_args()
    exercise = find_exercise(load_roadmap(find_content()), chosen.slug)
    with tempfile.TemporaryDirectory(prefix="backroad-class-") as folder:
        scratch = Path(folder)
        os.environ["BACKROAD_HOME"] = str(scratch / "home")
        handed, out = scratch / "class", scratch / "out"
        handed.mkdir()
        kinds = members(exercise, chosen.mutants)
        expected = write_class(exercise, kinds, chosen.count, handed)
        print(f"{len(kinds)} kinds of hand-ins, {chosen.count} hand-ins", flush=True)
        chance = random.Random(chosen.slug)
        if chosen.dask:
            with cluster(scratch, 2) as (address, workers):
                lost = ThreadPoolExecutor(1).submit(end_later, workers[0], chosen.every)
                words = command(exercise, handed, out, "--scheduler", address)
                seconds, peak = graded(words, 0, chance, chosen.every)
                lost.result()
        else:
            seconds, peak = graded(command(exercise, handed, out), chosen.kills, chance, chosen.every)
        wrong = differences(out, expected)
    print("\n".join(wrong) or "the gradebook is the expected one")
    print(f"{seconds:.0f} s, {chosen.count / seconds:.2f} a second, the grader took at most {peak} MiB")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
