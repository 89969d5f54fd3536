"""The command line: one group, its commands imported only when they are called."""

from __future__ import annotations

from backroad.cli.group import main

__all__ = ["main"]
