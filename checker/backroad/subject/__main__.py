"""Start of the subject's process: `python -P …/subject/__main__.py FD` serves the referee on a socket."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    # Appended, not put first: an installed kit is found as usual, an unpacked one works as well,
    # and nothing beside the kit can hide a module of the standard library.
    sys.path.append(ROOT)
    from backroad.subject.agent import main

    sys.path.remove(ROOT)
    main(sys.argv[1])
