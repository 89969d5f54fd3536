"""Start of a service's process: locks itself in, then becomes the service's command.

`python -P …/subject/launcher.py` with the walls and the command as one JSON object on standard input.
"""

import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main() -> None:
    """Read the order, confine, report the level on the given descriptor, execute the command."""
    sys.path.append(ROOT)
    from backroad.subject import confinement

    sys.path.remove(ROOT)
    order = json.loads(sys.stdin.buffer.readline())
    level = confinement.confine(confinement.Walls(**order["walls"]))
    os.write(order["report"], b"%d" % level)
    os.close(order["report"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.execvpe(order["command"][0], order["command"], dict(os.environ))


if __name__ == "__main__":
    main()
