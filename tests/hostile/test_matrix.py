"""Attacks one by one, at every level: stopped where the level says so, and real where nothing stops them."""

from __future__ import annotations

import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from backroad.model import Kind, Level, Limits, ServiceCommand
from backroad.plan import Plan
from backroad.referee import starting
from backroad.referee.host import Host
from backroad.referee.recorder import Recorder
from backroad.referee.service import Service
from backroad.subject.confinement import probe

OPEN = "it worked"
KERNEL = tuple(int(word) for word in re.findall(r"\d+", platform.release())[:2])
LEVELS = (Level.PROCESS, Level.SANDBOX, Level.NAMESPACES)
LIMITS = Limits(call=20, check=60, start=30, memory=256, output=1, file=4, processes=32)
TOOLS = '''
import ctypes, os, signal, socket, sys, threading, time

LIBC = ctypes.CDLL(None, use_errno=True)


def called(name, *arguments):
    """Call a function of the C library that answers -1 where it fails."""
    if getattr(LIBC, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def connected(*kind, to):
    with socket.socket(*kind) as link:
        link.settimeout(2)
        link.connect(to)
        link.send(b"x")


def attempt(code):
    try:
        exec(code, globals())
    except BaseException as error:
        return type(error).__name__
    return "it worked"
'''
SERVICE = """
import http.server, urllib.parse
from tools import *

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        query = urllib.parse.parse_qs(self.path.partition("?")[2])
        said = attempt(query["code"][0]).encode() if query else b"ready"
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@dataclass(frozen=True)
class Attack:
    """What is tried, and the levels at which nothing stands in its way."""

    name: str
    code: str
    open_at: tuple[int, ...] = (1,)


TRACE = """
called("ptrace", 0x4206, VICTIM, 0, 0)  # PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH
called("ptrace", 0x4207, VICTIM, 0, 0)
os.waitpid(VICTIM, 0)
called("ptrace", 17, VICTIM, 0, 0)
"""
# Where nobody forbids it, the kernel looks for the folder: nothing is really mounted.
MOUNT = """
try:
    called("mount", b"x", b"no such folder", b"tmpfs", 0, b"")
except FileNotFoundError:
    pass
"""
READ_COMMAND = "assert open(f'/proc/{VICTIM}/cmdline').read()"
THREADS = """
stop = threading.Event()
try:
    for _ in range(10_000):
        threading.Thread(target=stop.wait, daemon=True).start()
finally:
    stop.set()
"""
BOMB = """
first = os.getpid()
try:
    while True:
        os.fork()
except BlockingIOError:
    while os.getpid() != first:
        time.sleep(1000)
    raise
"""
WRITE_SHARED = "assert open(SHARED, 'r+b').read()"
BY_ALL = [
    Attack("reads the reference", "open(SECRET).read()"),
    Attack("reads it through a link", "os.symlink(SECRET, 'link'); open('link').read()"),
    Attack("lists the home of the user", "os.listdir(HOME)"),
    Attack("writes outside its folder", "open(OUTSIDE + '/made', 'w').close()"),
    Attack("makes a link to what is outside", "os.link(SECRET, 'hard')"),
    Attack("connects to a server of this machine", "connected(to=('127.0.0.1', TCP))"),
    Attack("sends a datagram", "connected(socket.AF_INET, socket.SOCK_DGRAM, to=('127.0.0.1', UDP))"),
    Attack("finds a way out", "connected(socket.AF_INET, socket.SOCK_DGRAM, to=('192.0.2.1', 9))"),
    Attack("connects to a Unix socket by its path", "connected(socket.AF_UNIX, to=UNIX)"),
    Attack("connects to an abstract Unix socket", "connected(socket.AF_UNIX, to=ABSTRACT)"),
    Attack("signals another process", "os.kill(VICTIM, signal.SIGCONT)"),
    Attack("traces another process", TRACE),
    Attack("reads the memory of another process", "open(f'/proc/{VICTIM}/mem', 'rb').close()"),
    Attack("reads the environment of another process", "assert open(f'/proc/{VICTIM}/environ').read()"),
    Attack("mounts a file system", MOUNT),
    Attack(
        "makes a user namespace", "os.fork() or os._exit(LIBC.unshare(0x10000000)); assert not os.wait()[1]"
    ),
    Attack("sets up io_uring", "called('syscall', 425, 1, ctypes.create_string_buffer(120))"),
    Attack("takes all memory", "len(bytearray(2**30))", ()),
    Attack("starts threads without end", THREADS, ()),
    Attack("fills the disk with one file", "open('big', 'wb').write(bytes(2**23))", ()),
    Attack("writes to a descriptor of its parent", "os.write(DESCRIPTOR, b'x')", ()),
]
BY_MODULES = [
    Attack("binds a port", "socket.create_server(('127.0.0.1', 0)).close()"),
    Attack("runs a shell", "assert os.system('exit 0') == 0"),
    Attack("starts a process", "os.fork() or os._exit(0); os.wait()"),
    Attack("leaves its session", "os.setsid() if os.getsid(0) != os.getpid() else os.setpgid(0, 0)", ()),
    Attack("writes into shared memory", WRITE_SHARED),
    Attack("reads the command of another process", READ_COMMAND),
    Attack("sees who else is there", "os.listdir('/proc')"),
]
BY_SERVICES = [
    Attack("reads the command of another process", READ_COMMAND, (1, 2)),
    Attack("sees who else is there", "assert str(VICTIM) in os.listdir('/proc')", (1, 2)),
    Attack("writes into the machine's shared memory", WRITE_SHARED, (1, 2)),
    Attack("keeps the next run from a port", "STOLEN = socket.create_server(('127.0.0.1', FREE))", (1, 2, 3)),
]


@dataclass
class Target:
    """What is attacked; `words` names it for the code of the attacks."""

    words: dict[str, Any]

    def aimed(self, attack: Attack) -> str:
        """Return the code with everything named that it speaks of."""
        return "".join(f"{name} = {value!r}\n" for name, value in self.words.items()) + attack.code


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """Files, servers and a process of the same user, none of them the submission's business."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "secret").write_text("the reference")
        shared = stack.enter_context(tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="backroad-test-"))
        shared.write(b"theirs")
        shared.flush()
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        abstract = f"\0backroad-{os.getpid()}"
        for address in (str(folder / "socket"), abstract):
            server = stack.enter_context(socket.socket(socket.AF_UNIX))
            server.bind(address)
            server.listen(64)
        victim = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        )
        stack.callback(victim.kill)
        os.set_inheritable(tcp.fileno(), True)
        yield Target(
            {
                "SECRET": str(folder / "secret"),
                "OUTSIDE": str(folder),
                "HOME": str(Path.home()),
                "SHARED": shared.name,
                "TCP": tcp.getsockname()[1],
                "FREE": starting.free_port(),
                "UDP": udp.getsockname()[1],
                "UNIX": str(folder / "socket"),
                "ABSTRACT": abstract,
                "VICTIM": victim.pid,
                "DESCRIPTOR": tcp.fileno(),
            }
        )


def plan_of(kind: Kind, level: Level, folder: Path) -> Plan:
    """Return the plan of a submission that does what it is told."""
    files = {"thing.py": TOOLS} if kind is Kind.MODULE else {"tools.py": TOOLS, "app.py": SERVICE}
    tree = folder / "tree"
    tree.mkdir()
    for name, text in files.items():
        (tree / name).write_text(text)
    command = ServiceCommand("python app.py")
    return Plan("thing", kind, "thing", folder, tree, "", limits=LIMITS, service=command, max_level=level)


@pytest.fixture(scope="module", params=LEVELS, ids=lambda level: f"level {level:d}")
def level(request: pytest.FixtureRequest) -> Level:
    """Each level that this machine has."""
    if request.param > probe().level:
        pytest.skip(f"this machine confines at level {probe().level} only")
    return Level(request.param)


@pytest.fixture(scope="module")
def module(level: Level, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """What becomes of an attempt of a module."""
    host = Host(plan_of(Kind.MODULE, level, tmp_path_factory.mktemp("module")), Recorder())
    yield lambda code: str(host.subject().module.attempt(code))
    assert host.level is level
    host.close()


@pytest.fixture(scope="module")
def service(level: Level, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """What becomes of an attempt of a service."""
    running = Service(plan_of(Kind.SERVICE, level, tmp_path_factory.mktemp("service")), Recorder())
    running.start()
    yield lambda code: running.get("/", {"code": code}).text
    assert running.level is level
    running.kill()


@pytest.mark.parametrize("attack", [*BY_ALL, *BY_MODULES], ids=lambda attack: attack.name)
def test_a_module_is_stopped(
    attack: Attack, level: Level, module: Callable[[str], str], target: Target
) -> None:
    """What a module tries works at the levels of the table, and at no other."""
    said = module(target.aimed(attack))
    assert (said == OPEN) is (level in attack.open_at), said


@pytest.mark.parametrize("attack", [*BY_ALL, *BY_SERVICES], ids=lambda attack: attack.name)
def test_a_service_is_stopped(
    attack: Attack, level: Level, service: Callable[[str], str], target: Target
) -> None:
    """The same for a service, which may start processes and listen."""
    said = service(target.aimed(attack))
    assert (said == OPEN) is (level in attack.open_at), said


@pytest.mark.skipif(KERNEL < (6, 14), reason="before, only those of users without rights were counted")
def test_a_fork_bomb_ends(tmp_path: Path) -> None:
    """A service at level 3 has a process table of its own: when that is full, the machine is not."""
    if probe().level < Level.NAMESPACES:
        pytest.skip("this machine allows no namespaces")
    others = psutil.Process().children(recursive=True)
    running = Service(plan_of(Kind.SERVICE, Level.NAMESPACES, tmp_path), Recorder())
    running.start()
    assert running.get("/", {"code": BOMB}).text == "BlockingIOError"
    family = set(psutil.Process().children(recursive=True)) - set(others)
    assert 100 < len(family) < 600
    running.kill()
    assert psutil.wait_procs(family, timeout=5)[1] == []  # the last ones are zombies for a moment


def test_every_port_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At level 3 the port of somebody else's server, or of an earlier run's, is the service's own."""
    if probe().level < Level.NAMESPACES:
        pytest.skip("this machine allows no namespaces")
    with ExitStack() as stack:
        taken = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        claim = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        monkeypatch.setattr(starting, "claimed_port", lambda: (taken.getsockname()[1], claim))
        running = []
        for name in ("one", "another"):
            (tmp_path / name).mkdir()
            running.append(Service(plan_of(Kind.SERVICE, Level.NAMESPACES, tmp_path / name), Recorder()))
            stack.callback(running[-1].kill)
            running[-1].start()
        assert running[0].port == running[1].port
        assert running[0].get("/", {"code": "MINE = 1"}).text == OPEN
        assert running[0].get("/", {"code": "MINE"}).text == OPEN
        assert running[1].get("/", {"code": "MINE"}).text == "NameError"
