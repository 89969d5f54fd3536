"""Keeps a subject ready for the checks of a run: starts it, loads the module, replaces it when it is gone."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import Any

from backroad.errors import KitFault, Problem
from backroad.model import Level
from backroad.plan import Plan
from backroad.referee.channel import Channel, LocalChannel, ProcessChannel
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.foreign import FromSubject
from backroad.referee.forked import ForkServer, Unborn
from backroad.referee.launch import Started, read_part, start_subject
from backroad.referee.proxies import Proxy
from backroad.referee.recorder import Recorder
from backroad.referee.remote import Remote
from backroad.referee.supplies import Supplies, space_of
from backroad.referee.unreadable import missing_file, missing_name, why_unreadable
from backroad.referee.walls import secrets_of, walls
from backroad.report import Verdict


@dataclass
class Subject:
    """One loaded subject: the conversation with it, the learner's module, the exercise's probes."""

    remote: Remote
    module: Any = None
    probes: Any = None
    output_read: int = field(default=0)


class Host:
    """Gives each check its subject."""

    def __init__(
        self,
        plan: Plan,
        recorder: Recorder,
        supplies: Supplies | None = None,
        forks: ForkServer | None = None,
        ahead: Started | None = None,
    ) -> None:
        self.plan = plan
        self.recorder = recorder
        self._forks = forks
        self._supplies = supplies or Supplies(plan, recorder)
        self.level: Level | None = None
        self._ahead = ahead
        self._subject: Subject | None = None
        self._spare: Subject | None = None  # of a single check
        self._unreadable: Trouble | None = None

    def begin_check(self) -> None:
        """Give the next check its full time, and all the room for output."""
        if self._subject is not None and self._alive(self._subject):
            self._subject.remote.begin_check()
            self._subject.output_read = empty_output(self._subject)

    def end_check(self) -> None:
        """Settle what the check leaves behind on the subject's side; raises Trouble."""
        subject = self._current
        if subject is not None and self._alive(subject):
            subject.remote.settle()

    def launch_ahead(self) -> None:
        """Start the first process now; it gets ready while pytest is imported."""
        if self._ahead is None and not self.plan.in_process and missing_file(self.plan) is None:
            self._ahead = self._start()

    def subject(self, *, fresh: bool = False) -> Subject:
        """Return a loaded subject: the run's own, or the check's; raises Trouble when it does not load."""
        if self._unreadable is not None:
            raise self._unreadable
        if fresh:
            if self._spare is None:
                self._spare = self._load()
            return self._spare
        if self._subject is not None and not self._alive(self._subject):
            self._subject = None
        if self._subject is None:
            self._subject = self._load()
        return self._subject

    def _alive(self, subject: Subject) -> bool:
        channel = subject.remote.channel
        return not isinstance(channel, ProcessChannel) or channel.is_open

    def _load(self) -> Subject:
        missing = missing_file(self.plan)
        if missing is not None:
            self._unreadable = Trouble(missing)
            raise self._unreadable
        channel = self._channel()
        self.level = channel.level
        subject = Subject(Remote(channel, self.recorder, self.plan.limits, self.plan.tree))
        try:
            self._fill(subject)
        except BaseException as error:
            channel.close()
            self._unreadable = self._why(error)
            if self._unreadable is None:
                raise
            raise self._unreadable from None
        return subject

    def _why(self, error: BaseException) -> Trouble | None:
        """Return why the module does not load, if that is the learner's to know."""
        if isinstance(error, Trouble):
            return Trouble(self._as_unreadable(error.evidence))
        return Trouble(why_unreadable(self.plan, error)) if isinstance(error, FromSubject) else None

    def _fill(self, subject: Subject) -> None:
        if self.plan.needs:
            subject.remote.watch(self.plan.needs)
        if self.plan.probes is not None:
            source = self.plan.probes.read_text(encoding="utf-8")
            try:
                subject.probes = subject.remote.request("probes", source=source, file=str(self.plan.probes))
            except Exception as error:
                raise KitFault(Problem(str(self.plan.probes), f"{type(error).__name__}: {error}")) from None
        seconds = max(self.plan.limits.call, self.plan.limits.check / 2)
        subject.module = Module(
            subject.remote.request("load", name=self.plan.module, seconds=seconds), self.plan
        )

    def _as_unreadable(self, evidence: Evidence) -> Evidence:
        """Return the evidence of a module that hung, died or exited while it was loaded."""
        words = f"while {self.plan.module}.py was loaded: {evidence.message}"
        keeps = evidence.verdict in (Verdict.TAMPERED, Verdict.LIMIT)
        return evidence.but(verdict=evidence.verdict if keeps else Verdict.UNREADABLE, message=words)

    def _channel(self) -> Channel:
        if self.plan.in_process:
            return LocalChannel(self.plan.tree)
        started = self._started()
        return ProcessChannel(started, self.plan.tree, self.plan.limits, self._walls(started))

    def _start(self) -> Started:
        plan = self.plan
        space, folders = space_of(plan), self._supplies.folders
        return start_subject(plan.tree, plan.seed, self._forks, space, plan.limits, folders)

    def _started(self) -> Started:
        """Return a subject's process that lives, or did."""
        started, self._ahead = self._ahead, None
        if started is not None and started.process.poll() is not None:  # somebody has ended it meanwhile
            started.end()
            started = None
        started = started or self._start()
        try:
            _ = started.process.pid
        except Unborn:
            started.end()
            self._forks = None
            return self._start()
        return started

    def _walls(self, started: Started) -> dict[str, Any]:
        return walls(
            self.plan.tree,
            started.scratch,
            secrets_of(self.plan),
            self.plan.limits,
            service=False,
            max_level=self.plan.max_level,
            data=self._supplies.folders,
            connect=self._supplies.ports,
        )

    def output(self) -> str | None:
        """Return what the learner's code printed since the last call, cut in the middle when it is long."""
        subject = self._current
        if subject is None or not isinstance(subject.remote.channel, ProcessChannel):
            return None
        started = subject.remote.channel.started
        if started.ended:
            said, started.said = started.said, ""
            return said or None
        with contextlib.suppress(OSError):
            size = started.output.stat().st_size
            text = read_part(started.output, subject.output_read, size)
            subject.output_read = size
            return text or None
        return None

    def ran(self) -> tuple[str, ...]:
        """Return what the learner's code said to a database in this check."""
        subject = self._current
        return subject.remote.ran() if subject is not None and self._alive(subject) else ()

    @property
    def _current(self) -> Subject | None:
        """The subject of this check."""
        return self._spare or self._subject

    def drop_spare(self) -> None:
        """End the subject that a check had for itself."""
        if self._spare is not None:
            self._spare.remote.channel.close()
            self._spare = None

    def close(self) -> None:
        """End everything that was started."""
        self.drop_spare()
        if self._subject is not None:
            self._subject.remote.channel.close()
        if self._ahead is not None:
            self._ahead.end()


class Module:
    """The learner's module; asks for a name that is not there in words a learner can use."""

    def __init__(self, proxy: Proxy, plan: Plan) -> None:
        self._proxy = proxy
        self._plan = plan

    @property
    def backroad_proxy(self) -> Proxy:
        """The handle on the module."""
        return self._proxy

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._proxy, name)
        except AttributeError as error:
            if not isinstance(error, FromSubject):
                raise
            there = self._proxy.backroad_remote.apply("public_names", self._proxy)
            raise Trouble(missing_name(self._plan, name, there)) from None

    def __repr__(self) -> str:
        return repr(self._proxy)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("_proxy", "_plan"):
            super().__setattr__(name, value)
        else:
            setattr(self._proxy, name, value)


def empty_output(subject: Subject) -> int:
    """Forget what was printed before this check, so that it does not count against its limit."""
    channel = subject.remote.channel
    if isinstance(channel, ProcessChannel):
        with contextlib.suppress(OSError):
            os.truncate(channel.started.output, 0)
    return 0
