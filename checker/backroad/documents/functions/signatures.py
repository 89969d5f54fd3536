"""What a function of expressions takes: so many values, or values by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backroad.documents.values import MISSING

ANY_NUMBER = 10_000


@dataclass(frozen=True)
class Function:
    """A function of a list of values."""

    apply: Callable[..., Any]
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Named:
    """A function whose values have names."""

    apply: Callable[..., Any]
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


def one(apply: Callable[[Any], Any]) -> Function:
    """Return a function of one value."""
    return Function(apply)


def two(apply: Callable[[Any, Any], Any]) -> Function:
    """Return a function of two values."""
    return Function(apply, 2, 2)


def some(apply: Callable[..., Any], least: int = 0) -> Function:
    """Return a function of however many values."""
    return Function(apply, least, ANY_NUMBER)


def nothing(*values: Any) -> bool:
    """Tell whether one of the values is null or missing."""
    return any(value is None or value is MISSING for value in values)
