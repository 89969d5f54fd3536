"""`backroad check`, cold, against plain `python -m pytest -q` in the same workspace: at most 1.5 times."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script does not see the checkout

from tests.bench.race import Race, Runner, arguments

BAR = 1.5
SLUG = "data-structures"
REFERENCE = Path(__file__).resolve().parents[2] / "solutions" / "1-fundamentals" / SLUG / "reference"


def solved_workspace(race: Race) -> Path:
    """Scaffold a workspace and lay the reference over it."""
    workspace = race.scratch / SLUG
    command = [race.backroad, "scaffold", SLUG, str(workspace)]
    subprocess.run(command, env=race.environment, check=True, capture_output=True)
    shutil.copytree(REFERENCE, workspace, dirs_exist_ok=True)
    return workspace


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="backroad-bench-") as scratch:
        race = arguments(__doc__, scratch)
        workspace = solved_workspace(race)
        check = Runner("backroad check", [race.backroad, "check"], workspace)
        pytest = Runner("python -m pytest -q", [race.python, "-m", "pytest", "-q"], workspace)
        sys.stdout.write(f"{SLUG}, {workspace.name} with the reference\n{race.run(check, pytest, BAR)}\n")
