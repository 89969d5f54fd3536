"""Locks the subject's process in, as strongly as the machine allows.

Level 1: no core files, limits on memory, files and processes, death with the parent.
Level 2: also Landlock (files, signals, connections) and seccomp (system calls), no new privileges.
Level 3: also namespaces of its own, which are entered before: see `keeper` and `namespaces`.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
from dataclasses import dataclass

from backroad.subject import landlock, namespaces, seccomp

MIB = 2**20
SET_PDEATHSIG, SET_CHILD_SUBREAPER, SET_NO_NEW_PRIVS = 1, 36, 38
MAX_FILES = 512
CPU_SECONDS = 600
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")
SHARED_MEMORY = ("/dev/shm",)  # semaphores of a service's processes; a module has one process
PROC_IN_MODULES = ("/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/sys")


@dataclass(frozen=True)
class Walls:
    """What the process may reach: paths, sizes in MiB, the strongest level wanted."""

    service: bool = False
    readable: tuple[str, ...] = ()
    listable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    connect: tuple[int, ...] = ()
    memory: int = 1024
    file: int = 64
    processes: int = 64
    max_level: int = 3


@dataclass(frozen=True)
class Probe:
    """The level this machine allows, and what is missing for a higher one: (what, remedy)."""

    level: int
    missing: tuple[tuple[str, str], ...] = ()


def probe() -> Probe:
    """Say how strongly a subject can be locked in here, without doing it to this process."""
    if os.name != "posix":
        return Probe(1, (("resource limits, Landlock, seccomp", "use Linux, or WSL on Windows"),))
    if missing := missing_walls():
        return Probe(1, missing)
    obstacle = namespaces.obstacle()
    return Probe(3) if obstacle is None else Probe(2, (obstacle,))


def missing_walls() -> tuple[tuple[str, str], ...]:
    """Return what of level 2 this machine lacks."""
    missing = []
    if landlock.abi() == 0:
        missing.append(("Landlock", "Linux 5.13 or newer with `landlock` in the kernel's `lsm=` list"))
    if not has_seccomp():
        missing.append(("seccomp", "Linux on x86-64 or aarch64 with CONFIG_SECCOMP_FILTER"))
    return tuple(missing)


def has_seccomp() -> bool:
    """Return whether this kernel filters system calls and the numbers are known."""
    return os.path.exists("/proc/sys/kernel/seccomp") and platform.machine() in seccomp.ARCHITECTURES


def confine(walls: Walls, *, inside: bool = False) -> int:
    """Lock this process in and return the level reached; `inside` says that it has namespaces of its own."""
    if walls.max_level < 1:
        return 0
    limit_resources(walls)
    if walls.max_level < 2 or missing_walls():
        return 1
    if inside and walls.service:
        namespaces.own_memory(walls.memory, walls.writable)
    try:
        raise_walls(walls)
    except OSError:
        return 1
    return 3 if inside else 2


def adopt_orphans() -> None:
    """Have processes whose parents are gone become children of this one; Linux only."""
    if landlock.libc is not None and sys.platform == "linux":
        landlock.libc.prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel end this process when its parent ends; Linux only.

    Who knows the id of its `parent` gives it: a parent that has ended before this call ends this process too.
    """
    if landlock.libc is not None and sys.platform == "linux":
        landlock.libc.prctl(SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def limit_resources(walls: Walls) -> None:
    """Set the limits that every Unix has."""
    if os.name != "posix":
        return
    import resource

    die_with_parent()
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, walls.file * MIB),
        (resource.RLIMIT_NOFILE, MAX_FILES),
        # Not the address space: thread stacks and arenas would count although nobody touches them.
        (resource.RLIMIT_DATA, walls.memory * MIB),
    ]
    if hasattr(resource, "RLIMIT_NPROC"):
        wanted.append((resource.RLIMIT_NPROC, running_tasks() + walls.processes))
    for kind, value in wanted:
        lower(kind, value)


def lower(kind: int, value: int) -> None:
    """Lower one limit, hard and soft; a stricter one stays."""
    import resource

    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):
        return  # macOS refuses some; the wall clock still holds


def running_tasks() -> int:
    """Return how many tasks run on this machine, an upper bound for those of this user."""
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            return int(file.read().split()[3].split("/")[1])
    except (OSError, ValueError, IndexError):
        return 4096


def raise_walls(walls: Walls) -> None:
    """Apply Landlock and seccomp, and be root in name only."""
    rules = landlock.Ruleset(limit_connect=walls.service or bool(walls.connect))
    rules.allow(walls.readable, landlock.READ | landlock.EXECUTE)
    rules.allow(walls.listable, landlock.READ_DIR)
    devices = DEVICES + SHARED_MEMORY if walls.service else DEVICES
    rules.allow(devices, landlock.READ | landlock.WRITE_FILE | rules.rights)
    rules.allow(("/proc",) if walls.service else PROC_IN_MODULES, landlock.READ)
    rules.allow(walls.writable, rules.rights)
    rules.allow_connect(walls.connect)
    if landlock.libc is None or landlock.libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError("no_new_privs was refused")
    rules.enforce()
    namespaces.give_up_rights()
    seccomp.enforce(service=walls.service, network=walls.service or bool(walls.connect))
