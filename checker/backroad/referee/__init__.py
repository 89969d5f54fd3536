"""The trusted side: starts the learner's code in a process of its own, asks, and decides."""

from backroad.referee.session import Overdue, plan_for, plan_of, run

__all__ = ["Overdue", "plan_for", "plan_of", "run"]
