"""`backroad list` against `python -c "import click"`: at most 3 times."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script does not see the checkout

from tests.bench.race import Runner, arguments

BAR = 3.0

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="backroad-bench-") as scratch:
        race = arguments(__doc__, scratch)
        ours = Runner("backroad list", [race.backroad, "list"], race.scratch)
        click = Runner('python -c "import click"', [race.python, "-c", "import click"], race.scratch)
        sys.stdout.write(race.run(ours, click, BAR) + "\n")
