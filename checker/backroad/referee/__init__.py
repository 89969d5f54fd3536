"""The trusted side: starts the learner's code in a process of its own, asks, and decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backroad.referee.session import Overdue, plan_for, plan_of, run

__all__ = ["Overdue", "plan_for", "plan_of", "run"]


def __getattr__(name: str) -> Any:
    """Return what is for whoever wants a run: the processes of that run need none of it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(name)
    from backroad.referee import session

    return getattr(session, name)
