"""A service's command on a free port, and what the machine says of its process."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from backroad.model import Kind, Level, ServiceCommand
from backroad.plan import Plan
from backroad.referee import endings
from backroad.referee.recorder import Recorder
from backroad.referee.starting import claimed_port, free_port, has_family, is_listening, launch, log_size
from backroad.referee.supplies import Supplies


def test_a_free_port_is_free() -> None:
    """Nobody listens on it, and somebody may."""
    port = free_port()
    assert not is_listening(port)
    with socket.create_server(("127.0.0.1", port)):
        assert is_listening(port)


@pytest.mark.parametrize("choices", [{}, {"in_process": True}, {"max_level": Level.PROCESS}], ids=str)
def test_the_command_is_a_line_of_shell(plan: Callable[..., Plan], choices: dict[str, object]) -> None:
    """It runs in the submission's folder with PORT; its output goes to the log; the level is told."""
    command = ServiceCommand("echo $PORT && pwd && python -c 'print(42)'")
    made = plan("", kind=Kind.SERVICE, service=command, **choices)
    running = launch(made, {"EXTRA": "1"}, Supplies(made, Recorder()))
    try:
        assert running.process.wait(20) == 0
        assert running.log.read_text().split() == [str(running.port), str(made.tree), "42"]
        assert running.level <= (Level.NONE if choices.get("in_process") else Level.NAMESPACES)
        assert log_size(running.log) > 0
    finally:
        endings.end(running.process)
        running.let_go()
    assert log_size(running.log) == 0


def test_a_family_may_outlive_its_first_process() -> None:
    """A command that goes to the background is still there."""
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        process.wait(20)
        assert has_family(process)
        endings.end(process)


def test_a_missing_command_is_told_by_the_shell(plan: Callable[..., Plan]) -> None:
    """What cannot be started ends, with the shell's words in the log."""
    made = plan("", kind=Kind.SERVICE, service=ServiceCommand("no-such-program"))
    running = launch(made, {}, Supplies(made, Recorder()))
    assert running.process.wait(20) == 127
    assert "no-such-program" in running.log.read_text()
    running.let_go()


def test_no_two_runs_choose_the_same_port() -> None:
    """A claimed port is passed over, also by another process, until it is given up."""

    one, another = free_port(), free_port()

    class Stubborn(random.Random):
        numbers = iter((one, one, another))

        def randrange(self, *_: object) -> int:
            return next(self.numbers)

    chance = Stubborn()
    first, claim = claimed_port(chance)
    second, other = claimed_port(chance)
    assert (first, second) == (one, another)
    claim.close()
    other.close()
