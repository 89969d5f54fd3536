"""Starts a service's command on a free port, locked in, and asks the machine about the process."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from backroad.model import Level
from backroad.plan import Plan
from backroad.referee import endings
from backroad.referee.dialling import Dialler
from backroad.referee.endings import Process
from backroad.referee.forked import ForkServer, Unborn, can_fork, let_go
from backroad.referee.http import MakeSocket
from backroad.referee.launch import LAUNCHER, clean_environment, on_leash
from backroad.referee.preloaded import OF_SERVICES
from backroad.referee.scratch import remove_folder
from backroad.referee.servicelog import read_log
from backroad.referee.supplies import Supplies, space_of
from backroad.referee.walls import secrets_of, walls
from backroad.subject.confinement import adopt_orphans
from backroad.subject.namespaces import Space
from backroad.subject.tally import FORM

PROBE_SECONDS = 1.0
LAST_WORDS = 0.5
CHANCE = random.SystemRandom()  # no state of its own, which a fork would copy
TALLY = "backroad-tally"
PORTS = (20_000, 32_000)  # below those of outgoing connections on Linux, macOS and Windows
ATTEMPTS = 50

# Variables of the environment; None takes one away that would be there otherwise.
Settings = Mapping[str, str | None]


@dataclass
class Running:
    """One started process of the service."""

    process: Process
    port: int
    scratch: Path
    log: Path
    level: Level
    claim: socket.socket
    dialler: Dialler | None = None
    tally: BinaryIO | None = None

    def made(self) -> socket.socket:
        """Return a new socket that reaches it."""
        return socket.socket() if self.dialler is None else self.dialler.socket()

    def counts(self) -> tuple[int, int]:
        """How many connections of Python's sqlite3 were listened to so far, and their statements."""
        if self.tally is None:
            return 0, 0
        connections, statements = FORM.unpack(os.pread(self.tally.fileno(), FORM.size, 0))
        return int(connections), int(statements)

    def let_go(self) -> None:
        """Remove its folder and give up its port, once it has ended."""
        let_go(self.process)
        self.claim.close()
        for held in (self.dialler, self.tally):
            if held is not None:
                held.close()
        remove_folder(self.scratch)

    def family(self) -> tuple[int, ...]:
        """Return the ids of its processes: the shell that started it, and all below."""
        return (self.process.pid, *endings.descendants(self.process.pid))


def launch(plan: Plan, env: Settings, supplies: Supplies, forks: ForkServer | None = None) -> Running:
    """Start the service's command on a free port, in its own session, locked in.

    `forks` spares a Python program the imports, where it still answers.
    """
    scratch = Path(tempfile.mkdtemp(prefix="backroad-"))
    log = scratch.with_name(scratch.name + ".out")
    port, claim = claimed_port()
    usual = clean_environment(scratch, plan.seed) | {
        "PORT": str(port),
        "HOST": "127.0.0.1",
        **OF_SERVICES,
    }
    environment = {name: value for name, value in {**usual, **env}.items() if value is not None}
    if plan.in_process or os.name != "posix":
        level = Level.NONE if plan.in_process else Level.PROCESS
        return Running(launch_plainly(plan, environment, log), port, scratch, log, level, claim)
    limits = walls(
        plan.tree,
        scratch,
        secrets_of(plan),
        plan.limits,
        service=True,
        max_level=plan.max_level,
        data=supplies.folders,
        connect=[port, *supplies.ports],
    )
    room = [plan.limits.disk, plan.limits.files, *limits["writable"]]
    order = {"cwd": str(plan.tree), "env": environment, "room": room}
    order |= {"walls": limits, "command": plan.service.start}
    tally = counts_in(scratch / TALLY) if plan.measures else None
    if tally is not None:
        order["tally"] = tally.name
    dialler = Dialler() if can_fork() else None
    process, level = launch_confined(order, log, forks, space_of(plan), dialler)
    return Running(process, port, scratch, log, level, claim, dialler, tally)


def counts_in(path: Path) -> BinaryIO:
    """Return the new file of counts, held open: whatever becomes of its name, what is read is this one."""
    held = path.open("x+b")
    held.write(bytes(FORM.size))
    held.flush()
    return held


def launch_confined(
    order: dict[str, Any], log: Path, forks: ForkServer | None, space: Space, dialler: Dialler | None
) -> tuple[Process, Level]:
    """Start a process that locks itself in and becomes the order's command; returns it with its level."""
    asked = [dialler.theirs] if dialler is not None else []
    with log.open("wb") as output, ExitStack() as closing:
        for ours in asked:
            closing.enter_context(ours)
        sockets = [one.fileno() for one in asked]
        if forks is not None:
            with suppress(Unborn):
                return begun(lambda report: forks.fork(order, [report, *sockets, output.fileno()]))
        return begun(lambda report: start_launcher({**order, "space": space}, report, sockets, output))


def begun(start: Callable[[int], Process]) -> tuple[Process, Level]:
    """Start a process that tells its level on the descriptor it is given; raises Unborn as `start` does."""
    reading, report = os.pipe()
    try:
        process = start(report)
    except Unborn:
        os.close(reading)
        raise
    finally:
        os.close(report)
    told = os.read(reading, 1)
    os.close(reading)
    _ = process.pid  # raises Unborn where nobody was there to fork
    return process, Level(int(told)) if told.isdigit() else Level.NONE


def start_launcher(order: dict[str, Any], report: int, asked: Sequence[int], output: BinaryIO) -> Process:
    """Start an interpreter for the launcher, and give it the order."""

    def start(*leash: int) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", str(LAUNCHER)],
            cwd=order["cwd"],
            env=order["env"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(report, *leash, *asked),
            start_new_session=True,
        )
        if process.stdin is not None:
            whole = {**order, "report": report, "sockets": [*leash, *asked]}
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(json.dumps(whole).encode() + b"\n")
        return process

    return on_leash(start)


def launch_plainly(plan: Plan, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start without walls: for debugging, and where there are none."""
    adopt_orphans()  # what the shell leaves behind is collected here, not by a slow first process
    with log.open("wb") as output:
        return subprocess.Popen(
            plan.service.start,
            shell=True,
            cwd=plan.tree,
            env=environment,
            stdin=None if plan.in_process else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )


def claimed_port(chance: random.Random = CHANCE) -> tuple[int, socket.socket]:
    """Return a free TCP port with the claim on it, which keeps other runs of the kit from choosing it too.

    The claim is the UDP port of that number: nobody speaks there, and the system lets go of it when we end.
    """
    for _ in range(ATTEMPTS):
        port, claim = free_port(chance), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
        else:
            return port, claim
    return free_port(chance), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def free_port(chance: random.Random = CHANCE) -> int:
    """Return a TCP port that nobody listens on just now.

    Not one that the system hands out: before the service has it, somebody's connection could.
    """
    with socket.socket() as probe:
        for _ in range(ATTEMPTS):
            with suppress(OSError):
                probe.bind(("127.0.0.1", chance.randrange(*PORTS)))
                break
        else:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int, made: MakeSocket = socket.socket) -> bool:
    """Return whether something accepts connections on the port."""
    with suppress(OSError), made() as probe:
        probe.settimeout(PROBE_SECONDS)
        return probe.connect_ex(("127.0.0.1", port)) == 0
    return False


def has_family(process: Process) -> bool:
    """Return whether the service's process lives, or others of its group although it ended."""
    return endings.has_group(process)


def log_size(log: Path) -> int:
    """Return the length of the log so far."""
    with suppress(OSError):
        return log.stat().st_size
    return 0


def ask_for_stack(running: Running) -> str:
    """Return what the service's Python processes say of their threads when they are aborted."""
    before = log_size(running.log)
    if not hasattr(signal, "SIGABRT") or os.name != "posix":
        return ""
    endings.signal_group(running.process, signal.SIGABRT)
    endings.is_gone_within(running.process, LAST_WORDS)  # not the shell alone, which is gone at once
    return read_log(running.log, before)
