"""What work is measured with: the fixture `measure`, one number or one series of times for each piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from backroad.model import Kind
from backroad.referee.asking import TURN, Asking
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.http import UNSET, Request, make_request
from backroad.referee.instruments import Instruments
from backroad.referee.proxies import Proxy
from backroad.referee.scripts import Script
from backroad.referee.service import Service
from backroad.report import Measured, Verdict

if TYPE_CHECKING:
    from backroad.referee.plugin import Referee

ROUNDS = 10
# Many short rounds, so that what slows the machine hits every design alike. One is over after 20 requests, or
# after 0.06 s once it has 5: a slow design, which is the one to look at, still gets enough for a p95.
ROUND_REQUESTS = 20
ROUND_LEAST = 5
ROUND_SECONDS = 0.06
ALL_SECONDS = 2.0  # no round begins a request after so much time in all rounds
WARM_UP_REQUESTS = 10
WARM_UP_SECONDS = 0.3
MILLI = 1e3
UNHEARD = "statements are counted where Python's sqlite3 runs them, in a service started as python FILE.py"


class Measuring:
    """Measures one piece of work; `found` holds what came out."""

    def __init__(
        self,
        instruments: Callable[[], Instruments],
        service: Callable[[], Service] | None,
        await_turn: Callable[[], None],
    ) -> None:
        self.found: Measured | None = None
        self._await_turn = await_turn
        self._instruments = instruments
        self._service = service

    def count(self, number: float, unit: str) -> None:
        """Keep a number that the work counted by itself; less is better."""
        self._keep(Measured(unit, count=number))

    @contextmanager
    def statements(self, per: int = 1) -> Iterator[None]:
        """Count the SQL statements of a `with`; `per` divides them, where it does a thing several times."""
        if self._service is None:
            with self._instruments().statements() as seen:
                yield
            self.count(seen.count() / per, "statements")
            return
        service = self._service()
        _, before = service.counts
        yield
        connections, after = service.counts
        if connections:
            self.count((after - before) / per, "statements")
        else:
            self._keep(Measured("statements", reason=UNHEARD))

    @contextmanager
    def commands(self, per: int = 1) -> Iterator[None]:
        """Count the commands that PyMongo sends in a `with`."""
        with self._instruments().commands() as seen:
            yield
        self.count(len(seen.all) / per, "commands")

    def steps(self, target: Any, script: Script, per: int = 1) -> None:
        """Count the lines of the submission that run while a script is played on an object or the module."""
        proxy = target if isinstance(target, Proxy) else target.backroad_proxy
        self.count(self._instruments().steps(proxy, script) / per, "lines run")

    def requests(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None = None,
        *,
        json: Any = UNSET,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Time one request many times over, in turns with the other designs; it has to succeed each time."""
        if self._service is None:
            raise LookupError("requests are for services")
        request = make_request(method, path, params, json, None, headers, None)
        service = self._service()
        _series(service, request, WARM_UP_REQUESTS, WARM_UP_SECONDS, WARM_UP_SECONDS)
        rounds: list[tuple[float, ...]] = []
        for _ in range(ROUNDS):
            self._await_turn()
            left = ALL_SECONDS - sum(map(sum, rounds)) / MILLI
            rounds.append(_series(service, request, ROUND_REQUESTS, ROUND_SECONDS, left))
        self._keep(Measured("ms", rounds=tuple(rounds)))

    def _keep(self, measured: Measured) -> None:
        if self.found is not None:
            raise LookupError("a piece of work is measured once; write another function")
        self.found = measured


class Work:
    """The part of a run that measures: gives work its instrument, and puts what came out into the result."""

    def __init__(self, referee: Referee, asking: Asking) -> None:
        self._referee = referee
        self._asking = asking
        self._measuring: Measuring | None = None

    @pytest.fixture
    def measure(self, request: pytest.FixtureRequest) -> Measuring:
        """What a piece of work is measured with."""
        is_service = self._referee.plan.kind is Kind.SERVICE
        service = partial(request.getfixturevalue, "service") if is_service else None
        instruments = partial(request.getfixturevalue, "instruments")
        self._measuring = Measuring(instruments, service, lambda: self._asking.ask(TURN))
        return self._measuring

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add what was measured, once the referee has made its result."""
        report = yield
        results, measuring = self._referee.results, self._measuring
        if call.when == "call" and measuring is not None and item.name in results:
            results[item.name] = replace(results[item.name], measured=measuring.found)
            self._measuring = None
        return report


def _series(
    service: Service, request: Request, most: int, seconds: float, longest: float
) -> tuple[float, ...]:
    """Return the milliseconds of one request after the other, until a round is over."""
    begin = time.monotonic()
    found: list[float] = []
    while (passed := time.monotonic() - begin) < longest and len(found) < most:
        if passed > seconds and len(found) >= ROUND_LEAST:
            break
        found.append(_timed(service, request))
    return tuple(found)


def _timed(service: Service, request: Request) -> float:
    """Return the milliseconds of one request, which has to succeed."""
    took, status = service.seconds_of(request)
    if status >= 400:
        evidence = Evidence(Verdict.FAILED, expected="an answer below 400", got=str(status))
        raise Trouble(evidence.but(did=(str(request),), again=request.curl))
    return round(took * MILLI, 3)
