"""What a run needs on the learner's side, ready before pytest is imported."""

from __future__ import annotations

from backroad.model import Kind, Level
from backroad.plan import Plan
from backroad.referee.forked import ForkServer
from backroad.referee.host import Host
from backroad.referee.recorder import Recorder
from backroad.referee.servicehost import ServiceHost
from backroad.referee.supplies import Supplies


class Bench:
    """The host of the plan's kind, and the record of what a check did."""

    def __init__(self, plan: Plan, forks: ForkServer | None = None) -> None:
        self.plan = plan
        self.recorder = Recorder()
        self.supplies = Supplies(plan, self.recorder)
        self.host = Host(plan, self.recorder, self.supplies, forks)
        self.services = ServiceHost(plan, self.recorder, self.supplies)

    def launch_ahead(self) -> None:
        """Start the learner's side now, beside the import of pytest."""
        self.supplies.launch_ahead()
        if self.plan.kind is Kind.SERVICE:
            self.services.launch_ahead()
        else:
            self.host.launch_ahead()

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
