"""A service for the checks of a run, and a new one when it is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backroad.model import Kind, Limits
from backroad.plan import Plan
from backroad.referee.evidence import Trouble
from backroad.referee.recorder import Recorder
from backroad.referee.servicehost import ServiceHost
from backroad.report import Verdict

APP = """
    import base, os, time
    NAME = [os.getpid(), time.monotonic()]  # ids repeat where each has a table of its own
    class Handler(base.Handler):
        def answer(self):
            if self.path == "/leave":
                os._exit(3)
            return NAME
    base.serve(Handler)
"""


@pytest.fixture
def host(plan: Callable[..., Plan], server: str) -> Iterator[Callable[..., ServiceHost]]:
    """Make the host of a service."""
    hosts: list[ServiceHost] = []

    def make(code: str, **choices: Any) -> ServiceHost:
        hosts.append(
            ServiceHost(plan({"app.py": code, "base.py": server}, kind=Kind.SERVICE, **choices), Recorder())
        )
        return hosts[-1]

    yield make
    for made in hosts:
        made.close()


def test_one_service_serves_the_run(host: Callable[..., ServiceHost]) -> None:
    """The one that was started ahead is used by all checks; a fresh one is another."""
    made = host(APP)
    made.launch_ahead()
    name = made.service().get("/").json
    assert made.service().get("/").json == name
    fresh = made.service(fresh=True)
    assert made.service(fresh=True) is fresh, "one for all that a check uses"
    assert fresh.get("/").json != name
    made.drop_spare()
    assert not fresh.is_alive
    assert made.service().get("/").json == name


def test_a_service_that_died_is_replaced(host: Callable[..., ServiceHost]) -> None:
    """The check that killed it has its verdict, the next one a new process."""
    made = host(APP)
    name = made.service().get("/").json
    with pytest.raises(Trouble) as caught:
        made.service().get("/leave")
    assert caught.value.evidence.verdict is Verdict.DIED
    assert made.service().get("/").json != name


def test_a_service_that_does_not_start_is_tried_once(host: Callable[..., ServiceHost]) -> None:
    """All checks hear the same, at once."""
    made = host("raise KeyError('x')\n", limits=Limits(start=30))
    with pytest.raises(Trouble) as first:
        made.service()
    with pytest.raises(Trouble) as second:
        made.service()
    assert first.value is second.value
    assert first.value.evidence.verdict is Verdict.UNREADABLE
