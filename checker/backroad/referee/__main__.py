"""The referee's own process: a plan comes in on standard input, results go out as JSON lines."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    if ROOT not in sys.path:
        sys.path.append(ROOT)
    from backroad.referee.court import main

    main()
