"""A process that forks for each message, with one fork waiting ahead."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from backroad.referee.forked import can_fork
from backroad.subject.forking import Forks, populate

pytestmark = pytest.mark.skipif(not can_fork(), reason="nothing is forked on this system")

SECONDS = 20


class Server:
    """A forking process: a message is answered with the id of the process that took it, which then waits."""

    def __init__(self, *, spare: bool) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            with suppress(BaseException):
                self.control.close()
                answer(theirs, spare=spare)
            os._exit(0)
        theirs.close()

    def ask(self) -> tuple[int, socket.socket]:
        """Send a message; return who took it, and what ends that process when it is closed."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.control, [b"hello"], [theirs.fileno()])
        ours.settimeout(SECONDS)
        return int(ours.recv(20)), ours

    def children(self) -> list[psutil.Process]:
        """Return the forks that live."""
        found = psutil.Process(self.pid).children()
        return [child for child in found if child.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)]

    def waiting(self) -> psutil.Process:
        """Return the spare, once it sleeps over its message."""
        until(lambda: len(self.children()) == 1 and self.children()[0].status() == psutil.STATUS_SLEEPING)
        return self.children()[0]

    def close(self) -> None:
        """End it by hanging up."""
        self.control.close()
        os.waitpid(self.pid, 0)


def answer(control: socket.socket, *, spare: bool) -> None:
    """Be the process that forks, and what each fork does."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    message = Forks(control, spare=spare, born=lambda _: None).message()
    if message is not None:
        control.close()
        with socket.socket(fileno=message[1][0]) as caller:
            caller.send(str(os.getpid()).encode())
            caller.recv(1)


def until(fact: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + SECONDS
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def server() -> Iterator[Server]:
    """A process that keeps a spare."""
    made = Server(spare=True)
    yield made
    made.close()


def test_the_spare_takes_the_message(server: Server) -> None:
    """The process that answers is the one that waited; another one waits when its work is over."""

    def answered_by_the_spare() -> bool:
        spare = server.waiting()
        pid, leash = server.ask()
        leash.close()
        until(lambda: pid not in {child.pid for child in server.children()})
        return pid == spare.pid

    until(answered_by_the_spare)  # the first one may not be ready yet


def test_it_serves_while_the_spare_works(server: Server) -> None:
    """More messages at once are answered by forks of their own, and no spare stands in their way."""
    server.waiting()
    taken = dict(server.ask() for _ in range(4))
    assert len(taken) == 4
    assert set(taken) <= {child.pid for child in server.children()}
    for leash in taken.values():
        leash.close()
    until(lambda: not set(taken) & {child.pid for child in server.children()})
    assert server.waiting().pid not in taken


def test_a_killed_spare_is_replaced(server: Server) -> None:
    """Once it is gone, the next message is answered as if nothing had been."""
    spare = server.waiting()
    spare.kill()
    until(lambda: not spare.is_running())
    _, leash = server.ask()
    leash.close()


def test_without_a_spare_nothing_waits() -> None:
    """Each message has its fork, and between them there is none."""
    server = Server(spare=False)
    pid, leash = server.ask()
    assert [child.pid for child in server.children()] == [pid]
    leash.close()
    until(lambda: not server.children())
    server.close()


def test_the_spare_goes_with_the_socket() -> None:
    """When nobody can ask any more, no process is left."""
    server = Server(spare=True)
    spare = server.waiting()
    server.close()
    assert psutil.wait_procs([spare], timeout=SECONDS)[1] == []


def test_messages_in_a_row_are_each_answered_once(server: Server) -> None:
    """However the spare and its parent race for a message, one of them has it."""
    found = []
    for _ in range(200):
        pid, leash = server.ask()
        leash.close()
        found.append(pid)
    assert len(set(found)) == 200


def test_memory_is_copied_ahead() -> None:
    """In a fork, pages that its parent wrote are its own without having been written to."""
    block = bytearray(os.urandom(2**24))
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        before = private()
        populate()
        os.write(writing, b"%d %d" % (before, private()))
        os._exit(0)
    os.waitpid(pid, 0)
    before, after = map(int, os.read(reading, 100).split())
    os.close(reading)
    os.close(writing)
    assert after - before >= len(block) or tuple(map(int, os.uname().release.split(".")[:2])) < (5, 14)


def private() -> int:
    """Return the bytes of memory that only this process has."""
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Private_"))
