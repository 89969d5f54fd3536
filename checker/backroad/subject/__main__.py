"""Start of the subject's process: `python -P …/subject/__main__.py CHANNEL [STACKS]` serves the referee.

With `--forks FD MODULE…` it imports the modules and then forks subjects instead, see `forkserver`; without
`-P` for services, whose programs are started without it.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # this file's folder
    # Appended, not put first: an installed kit is found as usual, an unpacked one works as well,
    # and nothing beside the kit can hide a module of the standard library.
    sys.path.append(ROOT)
    forks = sys.argv[1] == "--forks"
    if forks:
        from backroad.subject import forkserver
    else:
        from backroad.subject import agent

    sys.path.remove(ROOT)
    if forks:
        forkserver.main(*sys.argv[2:])
    else:
        agent.main(*sys.argv[1:])
