"""The pytest plugin: gives checks their fixtures, decides their verdicts, knows no exercise.

Only public hooks. In the referee's own process it is handed a plan; with plain `pytest` in a workspace it
makes one itself and runs the same checks with the subject in-process (see `inplace`).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backroad.errors import KitFault
from backroad.model import Check, Kind
from backroad.referee import verdicts
from backroad.referee.bench import Bench
from backroad.referee.database import Database
from backroad.referee.evidence import Blocked, Trouble, Unusable
from backroad.referee.host import Subject
from backroad.referee.instruments import Builtins, Instruments
from backroad.referee.mongo import Mongo
from backroad.referee.recorder import short
from backroad.referee.service import Service
from backroad.referee.source import Source
from backroad.report import Report, Result, Verdict

MARKERS = (
    "requires(*names): checks that must be green before this one is worth running",
    "hint(*rungs): direction, mechanism, nearly the code",
    "fresh: this check gets a subject of its own, and may run beside others",
)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Referee:
    """Runs the checks of one plan and gathers their results."""

    def __init__(self, bench: Bench, on_result: Callable[[Result], None] = lambda _: None) -> None:
        self.take(bench, on_result)

    def take(self, bench: Bench, on_result: Callable[[Result], None]) -> None:
        """Begin a run with the plan of this bench."""
        self.plan = bench.plan
        self.recorder = bench.recorder
        self.results: dict[str, Result] = {}
        self.faults: list[str] = []
        self.blocker: str | None = None  # of the check that is handed to a part
        self._bench = bench
        self._host = bench.host
        self._services = bench.services
        self._supplies = bench.supplies
        self._on_result = on_result
        prefix = "" if self.plan.measures else "test_"
        self._known = {f"{prefix}{check.name}": check for check in self.plan.order}
        self._compared: tuple[str, Any, Any] | None = None
        self._begin = time.monotonic()

    def report(self) -> Report:
        """Return all results so far, in learning order."""
        ordered = [self.results[check.name] for check in self.plan.order if check.name in self.results]
        return Report(
            kit=self.plan.kit,
            exercise=self.plan.exercise,
            level=self._bench.level,
            seconds=round(time.monotonic() - self._begin, 3),
            submission=self.plan.submission,
            results=tuple(ordered),
            seed=self.plan.seed,
            notes=tuple(f"the databases are on {server}" for server in self.plan.served_by),
        )

    def check_of(self, item: pytest.Item) -> Check | None:
        """Return the check that an item is; None for a learner's own tests."""
        known = self._known.get(item.name)
        return known if known is not None and item.path == known.file else None

    # Collection

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the words that check files use."""
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check file that cannot be read is the kit's own fault."""
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: object) -> None:
        """What ends pytest itself, a check file that exits for one, is the kit's own fault."""
        self.faults.append(str(excrepr))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the checks that were asked for, in learning order or shuffled."""
        place = {check.name: number for number, check in enumerate(self.plan.order)}
        chosen, others = [], []
        for item in items:
            check = self.check_of(item)
            if check is None:
                others.append(item)
            elif self.plan.wants(check):
                chosen.append((place[check.name], item))
        chosen.sort(key=lambda pair: pair[0])
        if self.plan.shuffle:
            random.Random(self.plan.seed).shuffle(chosen)
        items[:] = [item for _, item in chosen] + (others if self.plan.in_process else [])

    # Running

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Stop a check whose requirements are not green before anything is done for it."""
        check = self.check_of(item)
        if check is None:
            return
        self.recorder.clear()
        self._compared = None
        self._host.begin_check()
        self._services.begin_check()
        blocker = self.blocker if self.plan.part else self.plan.blocker(check, self.results.values())
        if blocker is not None:
            raise Blocked(blocker)

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> list[str]:
        """Remember what was compared; the long diff of pytest is never needed."""
        self._compared = (op, left, right)
        return [f"{short(left)} {op} {short(right)}"]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn what happened into a result."""
        check = self.check_of(item)
        if check is None:
            return (yield)
        raised, call.excinfo = call.excinfo, verdicts.plain(call.excinfo)
        report = yield
        call.excinfo = raised
        if call.when == "setup":
            self.results.pop(check.name, None)
        if call.excinfo is not None and self._is_green_so_far(check):
            self._fail(check, item, call, report)
        elif call.when == "call" and check.name not in self.results:
            self.results[check.name] = verdicts.passed(check, call.duration)
        return report

    def _is_green_so_far(self, check: Check) -> bool:
        return check.name not in self.results or self.results[check.name].passed

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self) -> None:
        """Let go of the check's objects while it is the one to answer for them."""
        self._compared = None
        try:
            self._host.end_check()
        except Trouble as trouble:
            raise Unusable(trouble) from None

    def _fail(
        self, check: Check, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport
    ) -> None:
        if call.excinfo is None:
            return
        if isinstance(call.excinfo.value, KitFault):
            self.faults.append(str(call.excinfo.value))
        evidence = verdicts.judge(call.excinfo, self._compared, item.path)
        evidence = verdicts.explained(evidence, self.recorder.server_error)
        names = verdicts.names_in(call.excinfo, item.path)
        output = None if evidence.verdict is Verdict.BLOCKED else self._host.output() or self._services.said()
        result = verdicts.failed(check, evidence, self.recorder, names, output, call.duration)
        result = replace(result, ran=self._host.ran())
        self.results[check.name] = result
        report.outcome = "failed"
        report.longrepr = verdicts.as_text(result)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell the result as soon as the check is over."""
        self._host.drop_spare()
        self._services.drop_spare()
        self._supplies.end_check()
        name = nodeid.rpartition("::")[2].removeprefix("test_")
        if name in self.results:
            self._on_result(self.results[name])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """End the run after the first red core check, where that is all that is asked."""
        outcome = yield
        check = self.check_of(item)
        red = check is not None and check.name in self.results and not self.results[check.name].passed
        if self.plan.fail_fast and red and not (check and check.stretch):
            item.session.shouldfail = "the first red check was asked for"
        return outcome

    # What checks use

    def _subject(self, request: pytest.FixtureRequest) -> Subject:
        try:
            return self._host.subject(fresh=is_fresh(request))
        except Trouble as trouble:
            raise Unusable(trouble) from None

    @pytest.fixture
    def subject(self, request: pytest.FixtureRequest) -> Any:
        """The learner's module."""
        return self._subject(request).module

    @pytest.fixture
    def builtins(self, request: pytest.FixtureRequest) -> Builtins:
        """Python's built-ins, applied beside the learner's code."""
        return Builtins(self._subject(request).remote)

    @pytest.fixture
    def instruments(self, request: pytest.FixtureRequest) -> Instruments:
        """What counts lines and comparisons beside the learner's code."""
        return Instruments(self._subject(request).remote)

    @pytest.fixture
    def probes(self, request: pytest.FixtureRequest) -> Any:
        """The exercise's own helper code, running beside the learner's."""
        return self._subject(request).probes

    @pytest.fixture
    def source(self) -> Source:
        """The learner's source text, read by the referee itself."""
        return Source(self.plan.tree)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> random.Random:
        """Chance that is the same in every run with the same seed."""
        return random.Random(f"{self.plan.seed}:{request.node.name}")

    @pytest.fixture
    def service(self, request: pytest.FixtureRequest) -> Service:
        """The running service."""
        try:
            return self._services.service(fresh=is_fresh(request))
        except Trouble as trouble:
            raise Unusable(trouble) from None

    @pytest.fixture
    def database(self, request: pytest.FixtureRequest) -> Database:
        """The referee's own view of a SQL database: the service's, or a new one for a check of a module."""
        if self.plan.kind is Kind.MODULE:
            return self._supplies.database()
        store = request.getfixturevalue("service").store
        if store is None:
            raise LookupError(f'{self.plan.exercise}: exercise.toml does not say needs = ["sql"]')
        return Database(store, self.recorder)

    @pytest.fixture
    def mongo(self) -> Mongo:
        """A new document database, and the referee's own view of it."""
        return self._supplies.mongo()

    @pytest.fixture
    def clock(self, request: pytest.FixtureRequest) -> Any:
        """A clock beside the learner's code that stands still until it is told to move."""
        return self._subject(request).remote.apply("fake_clock", NOON)


def is_fresh(request: pytest.FixtureRequest) -> bool:
    """Return whether the check asked for a subject of its own."""
    return request.node.get_closest_marker("fresh") is not None


def pytest_configure(config: pytest.Config) -> None:
    """Entry of plain `pytest` in a workspace: make the plan from its `backroad.toml`."""
    if any(isinstance(plugin, Referee) for plugin in config.pluginmanager.get_plugins()):
        return
    from backroad.referee.inplace import Workplace, plan_in

    plan = plan_in(config.rootpath)
    if plan is not None:
        bench = Bench(plan)
        config.pluginmanager.register(Referee(bench), "backroad-referee")
        config.pluginmanager.register(Workplace(bench), "backroad-workplace")
