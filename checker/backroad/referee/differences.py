"""Where two long values differ: the way to the first difference, and the two parts there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backroad.referee.matchers import CONTAINERS, Exactly, same

NAMED = 4
Equal = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Difference:
    """The parts that differ, and where they are in the whole; `others` counts further places."""

    place: str
    due: Any
    got: Any
    others: int = 0
    keys: str = ""

    def __str__(self) -> str:
        more = f", and in {self.others} more place{'s' * (self.others != 1)}" if self.others else ""
        told = f"they differ at {self.place}{more}" if self.place else ""
        return ": ".join(filter(None, (told, self.keys)))


def difference(due: Any, got: Any) -> Difference | None:
    """Return the first difference inside two values; None where they differ as wholes.

    `due` may be `exactly(…)`, and then types count as well.
    """
    strict = isinstance(due, Exactly)
    equal: Equal = same if strict else lambda one, other: bool(one == other)
    try:
        found = _inside(Difference("", due.value if strict else due, got), equal)
    except Exception:  # parts that cannot be compared: objects of the learner's
        return None
    return found if found.place or found.keys else None


def _inside(here: Difference, equal: Equal) -> Difference:
    """Follow the first difference as far as both sides have the same shape."""
    due, got = here.due, here.got
    if type(due) is not type(got):
        return here
    if type(due) is dict:
        if due.keys() != got.keys():
            return Difference(here.place, due, got, here.others, _keys(due, got))
        places = [key for key in due if not equal(got[key], due[key])]
    elif type(due) in CONTAINERS and len(due) == len(got):
        places = [index for index in range(len(due)) if not equal(got[index], due[index])]
    else:
        return here
    if not places:
        return here
    first, others = places[0], here.others + len(places) - 1
    return _inside(Difference(f"{here.place}[{first!r}]", due[first], got[first], others), equal)


def _keys(due: dict[Any, Any], got: dict[Any, Any]) -> str:
    """Return which keys one side lacks."""
    missing, besides = [key for key in due if key not in got], [key for key in got if key not in due]
    parts = [(missing, "missing"), (besides, "too many")]
    return "; ".join(f"{_listed(keys)}: {word}" for keys, word in parts if keys)


def _listed(keys: list[Any]) -> str:
    more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
    return ", ".join(map(repr, keys[:NAMED])) + more
