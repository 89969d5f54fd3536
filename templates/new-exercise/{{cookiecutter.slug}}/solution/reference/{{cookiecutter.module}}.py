"""Greet somebody by name."""

from __future__ import annotations


def greeting(name: str) -> str:
    """Return the greeting for a name."""
    trimmed = name.strip()
    if not trimmed:
        raise ValueError("the name is blank")
    return f"Hello, {trimmed}"
