"""The referee's own process: environment and plan come in on standard input, results go out as JSON lines.

With `--paused CONTROL FORKS SPARE` it prepares the session and then forks for each run, see `paused`; with
`--waiting MODULE…` it prepares the session for one run, see `waiting`.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    if ROOT not in sys.path:
        sys.path.append(ROOT)
    if sys.argv[1:2] == ["--paused"]:
        from backroad.referee import paused

        paused.main(*sys.argv[2:])
    elif sys.argv[1:2] == ["--waiting"]:
        from backroad.referee import waiting

        waiting.main(*sys.argv[2:])
    else:
        from backroad.referee import court

        court.main()
