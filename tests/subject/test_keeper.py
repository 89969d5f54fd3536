"""The process beside a subject: what it tells, what it gives, what it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from backroad.referee.forked import Forked, can_fork
from backroad.subject.keeper import FULL
from backroad.subject.namespaces import Space

from .conftest import ROOT

pytestmark = pytest.mark.skipif(not can_fork(), reason="nothing is kept on this system")
SECONDS = 20
MOST = 1000
KEPT = """
import os, signal, socket, sys, time
sys.path.append({root!r})
from backroad.subject import keeper
inside = keeper.stay({space}, {room}, [{leash}, {asked}], [])
os.write(1, b"begun")
"""


class Beside:
    """A kept process, and what the referee holds of it."""

    def __init__(self, code: str, space: Space, room: Sequence[object] = ()) -> None:
        leash, theirs = socket.socketpair()
        self.asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        passed = theirs.fileno(), asked.fileno()
        told = {"root": str(ROOT), "space": int(space), "room": list(room)}
        head = KEPT.format(leash=passed[0], asked=passed[1], **told)
        with theirs, asked:
            self.started = subprocess.Popen(
                [sys.executable, "-c", head + textwrap.dedent(code)],
                pass_fds=passed,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        self.process = Forked(leash, self.started)
        assert self.started.stdout is not None
        assert self.started.stdout.read(5) == b"begun"

    def socket(self) -> socket.socket:
        """Ask for a socket."""
        self.asking.send(b"s")
        _, [descriptor], _, _ = socket.recv_fds(self.asking, 1, 1)
        return socket.socket(fileno=descriptor)

    def close(self) -> None:
        """Let go of it."""
        self.process.let_go(SECONDS)
        self.asking.close()
        assert self.started.stdout is not None
        self.started.stdout.close()


@pytest.fixture(params=list(Space), ids=lambda space: space.name.lower())
def beside(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Beside]]:
    """Start a kept process, in each space."""
    made: list[Beside] = []

    def begin(code: str, room: Sequence[object] = ()) -> Beside:
        made.append(Beside(code, request.param, room))
        return made[-1]

    yield begin
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("os._exit(3)", 3),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.abort()", -signal.SIGABRT),
    ],
)
def test_the_end_is_told(beside: Callable[[str], Beside], code: str, ended: int) -> None:
    """How the subject ended is told, a signal that it sent itself included, and what is left may go on."""
    kept = beside(f"if os.fork() == 0:\n    time.sleep(60)\n{code}\n")
    assert kept.process.wait(SECONDS) == ended
    assert kept.started.poll() is None


def test_files_without_end(beside: Callable[..., Beside], tmp_path: Path) -> None:
    """Where more comes into the folders than may, the subject ends with all it started, and that is told."""
    code = """
    os.fork()
    os.setsid() if os.getsid(0) != os.getpid() else None
    for number in range(1_000_000):
        os.mkdir(os.path.join({place!r}, f"{{os.getpid()}}-{{number}}"))
    """
    kept = beside(code.format(place=str(tmp_path)), (1000, MOST, str(tmp_path)))
    assert kept.process.wait(SECONDS) == FULL
    found = len(list(tmp_path.iterdir()))
    assert found > MOST
    time.sleep(0.1)
    assert len(list(tmp_path.iterdir())) == found


def test_it_is_known_by_its_id_outside(beside: Callable[[str], Beside]) -> None:
    """The id that is told is the one by which the subject can be signalled here."""
    kept = beside("signal.pause()\n")
    subject = psutil.Process(kept.process.pid)
    assert subject in psutil.Process(kept.started.pid).children(recursive=True)
    assert os.getsid(subject.pid) == subject.pid
    subject.send_signal(signal.SIGUSR1)
    assert kept.process.wait(SECONDS) == -signal.SIGUSR1


def test_who_lets_go_ends_all(beside: Callable[[str], Beside]) -> None:
    """Whatever left its parent and its session, and holds on to nothing, ends with the leash."""
    kept = beside("for _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\nsignal.pause()\n")
    _ = kept.process.pid
    family = psutil.Process(kept.started.pid).children(recursive=True)
    kept.process.let_go(SECONDS)
    assert [process for process in family if process.is_running()] == []
    assert kept.started.returncode == 0


def test_its_sockets_reach_the_subject(beside: Callable[[str], Beside]) -> None:
    """A socket that the keeper gives belongs to the subject's network, whichever that is."""
    code = """
    with socket.create_server(("127.0.0.1", 0)) as server:
        os.write(1, b"%6d" % server.getsockname()[1])
        while True:
            link, _ = server.accept()
            link.sendall(b"hello")
            link.close()
    """
    kept = beside(code)
    assert kept.started.stdout is not None
    port = int(kept.started.stdout.read(6))
    for _ in range(3):
        with kept.socket() as link:
            link.connect(("127.0.0.1", port))
            assert link.recv(10) == b"hello"


def test_a_subject_goes_with_its_keeper(beside: Callable[[str], Beside]) -> None:
    """Nobody can take the keeper away and leave the rest: all of it ends, and is told as killed."""
    kept = beside("signal.pause()\n")
    subject = psutil.Process(kept.process.pid)
    kept.started.kill()
    psutil.wait_procs([subject], timeout=SECONDS)
    assert not subject.is_running()
    assert kept.process.wait(SECONDS) == -signal.SIGKILL
