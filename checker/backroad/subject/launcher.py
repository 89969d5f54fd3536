"""Start of a service's process: locks itself in, then becomes the service's command.

`python -P …/subject/launcher.py` with the walls and the command as one JSON object on standard input. Where
it names a leash, a keeper stays beside the command.
"""

import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main() -> None:
    """Read the order, confine, report the level on the given descriptor, execute the command."""
    sys.path.append(ROOT)
    from backroad.subject import command, keeper

    sys.path.remove(ROOT)
    order = json.loads(sys.stdin.buffer.readline())
    sockets = order.get("sockets")
    inside = bool(sockets) and keeper.stay(order["space"], order["room"], sockets, [order["report"]])
    command.lock_in(order, order["report"], inside=inside)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    command.execute(order)


if __name__ == "__main__":
    main()
