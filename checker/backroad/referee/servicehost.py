"""Keeps a service running for the checks of a run, and replaces it when it is gone."""

from __future__ import annotations

from contextlib import suppress

from backroad.model import Level
from backroad.plan import Plan
from backroad.referee.evidence import Trouble
from backroad.referee.forked import ForkServer
from backroad.referee.recorder import Recorder
from backroad.referee.service import Service
from backroad.referee.supplies import Supplies
from backroad.referee.unready import last_lines


class ServiceHost:
    """Gives each check its service: the run's own, or a new one."""

    def __init__(
        self,
        plan: Plan,
        recorder: Recorder,
        supplies: Supplies | None = None,
        forks: ForkServer | None = None,
    ) -> None:
        self._plan = plan
        self.forks = forks
        self._recorder = recorder
        self._supplies = supplies or Supplies(plan, recorder)
        self._service: Service | None = None
        self._spare: Service | None = None  # of a single check
        self._ready = False
        self._said_before = 0
        self._unready: Trouble | None = None
        self.level: Level | None = None

    def launch_ahead(self) -> None:
        """Start the process now; checks wait for it when they need it."""
        self._service = self._new()
        self._service.launch()
        self.level = self._service.level

    def _new(self) -> Service:
        return Service(self._plan, self._recorder, supplies=self._supplies, forks=self.forks)

    def service(self, *, fresh: bool = False) -> Service:
        """Return a service that is ready; raises the same Trouble for every check when it does not start."""
        if self._unready is not None:
            raise self._unready
        if fresh:
            if self._spare is None:
                self._spare = self._new()
                self._start(self._spare)
            return self._spare
        if self._ready and self._service is not None and not self._service.is_alive:
            self._replace()
        if self._service is None:
            self._service = self._new()
        if not self._ready:
            self._start(self._service)
            self._ready = True
        return self._service

    def begin_check(self) -> None:
        """Remember where the log of the next check begins."""
        self._said_before = len(self._service.log) if self._service is not None else 0

    def said(self) -> str | None:
        """Return the last lines that the check's service wrote in this check."""
        if self._spare is not None:
            return last_lines(self._spare.log) or None
        log = self._service.log[self._said_before :] if self._service is not None else ""
        return last_lines(log) or None

    def _start(self, service: Service) -> None:
        if service.level is None:
            service.launch()
        self.level = service.level
        try:
            service.start()
        except Trouble as trouble:
            self._unready = trouble
            service.discard()
            raise

    def _replace(self) -> None:
        """Drop a service that died or was ended during the last check."""
        if self._service is not None:
            self._service.discard()
        self._service, self._ready = None, False

    def drop_spare(self) -> None:
        """Stop the service that a check had for itself."""
        if self._spare is not None:
            self._spare.discard()
            self._spare = None

    def close(self) -> None:
        """Stop everything that was started."""
        self.drop_spare()
        if self._service is not None:
            with suppress(OSError):
                self._service.discard()
            self._service = None
