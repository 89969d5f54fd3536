"""`python -m backroad` is `backroad`."""

from __future__ import annotations

from backroad.cli import main

if __name__ == "__main__":
    main(prog_name="backroad")
