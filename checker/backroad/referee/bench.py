"""What a run needs on the learner's side, ready before pytest is imported."""

from __future__ import annotations

import tempfile
from pathlib import Path

from backroad.model import Kind, Level
from backroad.plan import Plan
from backroad.referee.forked import ForkServer, can_fork
from backroad.referee.host import Host
from backroad.referee.launch import Started
from backroad.referee.mongo import MongoServer
from backroad.referee.preloaded import Preloaded
from backroad.referee.recorder import Recorder
from backroad.referee.servicehost import ServiceHost
from backroad.referee.supplies import Supplies
from backroad.subject.program import words_of


class Bench:
    """The host of the plan's kind, and the record of what a check did."""

    def __init__(
        self,
        plan: Plan,
        forks: ForkServer | None = None,
        mongo: MongoServer | None = None,
        ahead: Started | None = None,
    ) -> None:
        self.plan = plan
        self.recorder = Recorder()
        self.supplies = Supplies(plan, self.recorder, mongo)
        self.host = Host(plan, self.recorder, self.supplies, forks, ahead)
        self.services = ServiceHost(plan, self.recorder, self.supplies, forks)
        self._preloaded: Preloaded | None = None

    def launch_ahead(self) -> None:
        """Start the learner's side now, beside the import of pytest."""
        self.supplies.launch_ahead()
        if self.plan.kind is Kind.SERVICE and self.plan.part > 1:
            return  # there each check has a service of its own
        if self.plan.kind is not Kind.SERVICE:
            self.host.launch_ahead()
        elif self.services.forks is None and pays_off(self.plan):
            # It imports meanwhile; to fork the service takes little once a check wants it.
            self.services.forks = self._preloaded = Preloaded(self.plan, Path(tempfile.gettempdir()))
        else:
            self.services.launch_ahead()

    @property
    def level(self) -> Level:
        """How strongly the subjects of this run were locked in."""
        known = self.services.level if self.plan.kind is Kind.SERVICE else self.host.level
        return known if known is not None else min(Level.PROCESS, self.plan.max_level)

    def close(self) -> None:
        """End everything that was started."""
        self.host.close()
        self.services.close()
        self.supplies.close()
        if self._preloaded is not None:
            self._preloaded.close()


def pays_off(plan: Plan) -> bool:
    """Return whether a run's services, which are many, are forked from a process that has the libraries."""
    return can_fork() and not plan.in_process and bool(words_of(plan.service.start))
