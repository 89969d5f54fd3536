"""Two commands measured alternately in one run, so that what else the machine does meets both."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DROPPED = ("PYTEST_", "PYTHON", "COVERAGE_", "COV_")


@dataclass(frozen=True)
class Runner:
    """A command line with the folder it runs in."""

    name: str
    command: Sequence[str]
    folder: Path

    def seconds(self, environment: Mapping[str, str]) -> float:
        """Run once and return the wall-clock time; stops when the command fails."""
        started = time.perf_counter()
        done = subprocess.run(
            self.command, cwd=self.folder, env=environment, capture_output=True, check=False
        )
        passed = time.perf_counter() - started
        if done.returncode:
            sys.exit(f"{self.name} ended with {done.returncode}\n{(done.stdout + done.stderr).decode()}")
        return passed


@dataclass(frozen=True)
class Race:
    """Where the programs are, how often they run, and where journal and workspace may lie."""

    programs: Path
    rounds: int
    scratch: Path

    @property
    def backroad(self) -> str:
        """The command measured."""
        return str(self.programs / "backroad")

    @property
    def python(self) -> str:
        """The Python it is installed for."""
        return str(self.programs / "python")

    @property
    def environment(self) -> dict[str, str]:
        """The caller's environment without what configures Python or pytest.

        Plain pytest runs as lean as it can: without the plugins of others, which would slow it down. A
        learner has not xdist, but anyio, which watchfiles brings; there, plain pytest takes longer still.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
        return kept | {"BACKROAD_HOME": str(self.scratch / "home"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def run(self, ours: Runner, theirs: Runner, bar: float) -> str:
        """Return the medians and their ratio; the first round only warms the page cache and is dropped."""
        times: dict[str, list[float]] = {ours.name: [], theirs.name: []}
        for number in range(self.rounds + 1):
            for runner in (ours, theirs) if number % 2 else (theirs, ours):
                times[runner.name].append(runner.seconds(self.environment))
        medians = {name: statistics.median(measured[1:]) for name, measured in times.items()}
        ratio = medians[ours.name] / medians[theirs.name]
        rows = [
            f"{name:40} median {medians[name] * 1000:6.0f} ms   fastest {min(measured[1:]) * 1000:6.0f} ms"
            for name, measured in times.items()
        ]
        fate = "within" if ratio <= bar else "ABOVE"
        return "\n".join([*rows, f"ratio {ratio:.2f}, {fate} the bar of {bar} ({self.rounds} rounds)"])


def arguments(description: str | None, scratch: str) -> Race:
    """Read the command line: another environment to measure, more rounds."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--programs",
        type=Path,
        default=Path(sys.executable).parent,
        help="folder with python and backroad, e.g. of an environment with the installed wheel",
    )
    parser.add_argument("--rounds", type=int, default=9, help="rounds that count")
    given = parser.parse_args()
    return Race(given.programs.absolute(), given.rounds, Path(scratch))
