"""Words for why a service is not ready."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import pytest

from backroad.model import Kind
from backroad.plan import Plan
from backroad.referee import unready
from backroad.referee.listening import listening_ports


@pytest.fixture
def app(plan: Callable[..., Plan]) -> Plan:
    """A service whose port stands in its source."""
    files = {"app.py": "import os\nPORT = 50001\nOTHER = 150001\n", "json.py": ""}
    return plan(files, kind=Kind.SERVICE)


def test_a_crash_suspects_a_hidden_module(app: Plan) -> None:
    """With an exception beside a file called json.py, the name is suspected."""
    log = "Traceback (most recent call last):\nAttributeError: module 'json' has no attribute 'loads'\n"
    found = unready.crashed(app, 1, log)
    assert found.message == "AttributeError: module 'json' has no attribute 'loads'"
    assert str(found.remedy).startswith("json.py has the name of a module of Python's own")


def test_a_crash_without_an_exception_shows_the_last_lines(app: Plan) -> None:
    """The end of the log, and how the process ended."""
    found = unready.crashed(app, -9, "\n".join(f"line {number}" for number in range(20)))
    assert found.message == "it ended by SIGKILL before it listened on its port"
    assert str(found.output).splitlines() == [f"line {number}" for number in range(14, 20)]


def test_the_line_of_a_fixed_port_is_found(app: Plan) -> None:
    """A port that is written in the source is shown there, whole numbers only."""
    place = unready.mentions(app.tree, 50001)
    assert place is not None
    assert (place.line, place.source) == (2, "PORT = 50001")
    assert unready.mentions(app.tree, 5000) is None


def test_a_process_listens_where_it_does(app: Plan) -> None:
    """The ports of a process are known, and a wrong one is told with the right one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert ("127.0.0.1", port) in listening_ports(os.getpid())
        found = unready.wrong_port(app, os.getpid(), 1)
        assert found is not None
        assert str(found.expected) == "it listens on 127.0.0.1:1, the PORT it was given"
        assert found.did == ("started python app.py   with PORT=1",)
    assert listening_ports(2**22 + 1) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "with exit code 0"),
        (3, "with exit code 3"),
        (-15, "by SIGTERM"),
        (134, "by SIGABRT"),
        (-99, "by signal 99"),
    ],
)
def test_an_exit_has_words(code: int, words: str) -> None:
    """Exit codes and signals."""
    assert unready.exit_words(code) == words


def test_an_empty_log_has_no_last_lines() -> None:
    """White space is nothing to show."""
    assert unready.last_lines("\n  \n") is None
