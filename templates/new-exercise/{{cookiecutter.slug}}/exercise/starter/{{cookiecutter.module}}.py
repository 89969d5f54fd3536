"""Greet somebody by name."""

from __future__ import annotations


def greeting(name: str) -> str:
    """Return the greeting for a name."""
    # TODO 1: greet by name
    # TODO 2: leave out white space around the name, and refuse a blank one
    return name
