"""How many ways lead through the most branched function of a design, counted in a process of its own.

Somebody's source can be too much for Python's parser, which then ends the process it is in.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

SECONDS = 5.0
LONGEST = 5 * 2**20
MEMORY = 2**30


def complexity_of(texts: Sequence[str], seconds: float = SECONDS) -> int:
    """Return the highest cyclomatic complexity of a function in Python texts; 0 where it cannot be told."""
    if not texts or sum(map(len, texts)) > LONGEST:
        return 0
    command = [sys.executable, "-P", str(Path(__file__).resolve())]
    with suppress(OSError, subprocess.SubprocessError, ValueError):
        ended = subprocess.run(
            command,
            input=json.dumps(list(texts)).encode("ascii"),
            capture_output=True,
            timeout=seconds,
            check=True,
        )
        return int(ended.stdout)
    return 0


def main() -> None:
    """Read texts on standard input, and print the highest complexity."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from radon.complexity import cc_visit
    from radon.visitors import Function

    highest = 0
    for text in json.load(sys.stdin):
        blocks = cc_visit(text)
        highest = max([highest, *(block.complexity for block in blocks if isinstance(block, Function))])
    print(highest)


if __name__ == "__main__":
    main()
