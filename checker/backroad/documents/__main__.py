"""`python -m backroad.documents`: serves until its input closes; says its port on a line of JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from contextlib import suppress

from backroad.documents.server import DocumentServer

RECURSION = 20_000  # a document may be 200 levels deep, and some walks take a few frames a level
MEMORY = 2 * 2**30


def _end_with_input() -> None:
    """End the process when whoever started it hangs up."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    with suppress(ValueError, OSError):  # refused where the system, or a limit from outside, says otherwise
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _say(port: int) -> None:
    print(json.dumps({"port": port}), flush=True)


def main() -> None:
    """Serve documents until the input closes."""
    sys.setrecursionlimit(RECURSION)
    _limit_memory()
    threading.Thread(target=_end_with_input, daemon=True).start()
    asyncio.run(DocumentServer().serve(_say))


if __name__ == "__main__":
    main()
