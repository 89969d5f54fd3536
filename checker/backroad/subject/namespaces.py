"""Namespaces of its own for a subject: users, processes, mounts, names, System V objects, mostly a network.

No rights of root are needed where the machine lets its users make user namespaces. The process that enters
has one thread. Sources: user_namespaces(7), pid_namespaces(7), network_namespaces(7).
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import IntEnum
from functools import cache

from backroad.subject.landlock import libc

NEW_MOUNTS, NEW_NAMES, NEW_OBJECTS = 0x00020000, 0x04000000, 0x08000000
NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
ALWAYS = NEW_MOUNTS | NEW_NAMES | NEW_OBJECTS | NEW_USERS | NEW_PROCESSES
NO_SUID, NO_DEVICES, NO_PROGRAMS, BIND = 2, 4, 8, 4096
SET_FLAGS, UP = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP
CAPABILITIES = 0x20080522  # their version 3
MEMORY = "/dev/shm"
MOST_FILES = 4096
FINE = "fine"
# The kernel wants 301 at least; before Linux 6.14 the number is not the namespace's own, and stays.
MOST_PROCESSES = ("/proc/sys/kernel/pid_max", "512")
SWITCHES = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sudo sysctl kernel.unprivileged_userns_clone=1"),
    ("/proc/sys/user/max_user_namespaces", "0", "sudo sysctl user.max_user_namespaces=10000"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, "
        "or an AppArmor profile with `userns,` for this Python",
    ),
)
IN_CONTAINERS = (
    "in a container: docker run --security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined --security-opt systempaths=unconfined"
)


class Space(IntEnum):
    """How much of the machine a subject has for itself."""

    SHARED = 0
    ALL_BUT_NETWORK = 1
    OWN = 2


def enter(space: Space) -> bool:
    """Leave the machine's namespaces, and return whether that could be done.

    What is forked next is the first process of its own table, and has to `furnish` it.
    """
    if space is Space.SHARED or obstacle() is not None:
        return False
    users = os.geteuid(), os.getegid()
    try:
        # All or nothing: where too many are in use just now, nothing has happened.
        call("unshare", ALWAYS | (NEW_NETWORK if space is Space.OWN else 0))
    except OSError:
        return False
    keep_user(*users)
    if space is Space.OWN:
        raise_loopback()
    return True


def keep_user(user: int, group: int) -> None:
    """Be in the new namespace who one was in the old one; nobody else is there."""
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{user} {user} 1")
    write("/proc/self/gid_map", f"{group} {group} 1")


def raise_loopback() -> None:
    """Switch on the only device of a new network."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


def furnish() -> None:
    """Show the processes of the new table in /proc, and limit how many there can be."""
    mount("proc", "/proc", "proc", NO_SUID | NO_DEVICES | NO_PROGRAMS)
    with suppress(OSError):
        write(*MOST_PROCESSES)


def own_memory(mebibytes: int, keep: Iterable[str]) -> None:
    """Lay an empty file system of limited size over /dev/shm; what must stay in sight there is kept."""
    kept = [(path, os.open(path, os.O_PATH)) for path in keep if path.startswith(f"{MEMORY}/")]
    here = os.getcwd()
    options = f"size={mebibytes}m,nr_inodes={MOST_FILES},mode=1777"
    mount("tmpfs", MEMORY, "tmpfs", NO_SUID | NO_DEVICES, options)
    for path, descriptor in kept:
        os.makedirs(path, exist_ok=True)
        mount(f"/proc/self/fd/{descriptor}", path, "", BIND)
        os.close(descriptor)
    os.chdir(here)


def give_up_rights() -> None:
    """Drop all capabilities: those of root, and those over a namespace of one's own."""
    nothing = struct.pack("6I", *[0] * 6)
    call("capset", struct.pack("Ii", CAPABILITIES, 0), nothing)


@cache
def obstacle() -> tuple[str, str] | None:
    """Return what keeps a subject from namespaces of its own, with a remedy; found by trying in a child."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads: the child only makes system calls
        pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.write(writing, attempt().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        said = told.read().decode("utf-8", "replace")
    with suppress(ChildProcessError):  # who ignores SIGCHLD has none to wait for
        os.waitpid(pid, 0)
    return None if said == FINE else (f"namespaces ({said or 'the attempt was ended'})", remedy())


def attempt() -> str:
    """Do all of it once, in two processes that end; return what went wrong."""
    users = os.geteuid(), os.getegid()
    unshared = lambda: call("unshare", ALWAYS | NEW_NETWORK)  # noqa: E731
    if told := tried((unshared, lambda: keep_user(*users), raise_loopback)):
        return told
    reading, writing = os.pipe()
    if os.fork() == 0:
        told = tried((furnish, lambda: own_memory(1, [os.getcwd()]), give_up_rights))
        os.write(writing, (told or FINE).encode())
        os._exit(0)
    os.close(writing)
    return os.read(reading, 200).decode()


def tried(steps: Iterable[Callable[[], object]]) -> str:
    """Take steps until one fails; return its words."""
    try:
        for step in steps:
            step()
    except (OSError, AttributeError) as error:
        return str(error)
    return ""


def remedy() -> str:
    """Return what to change on this machine: the switch that is set against us, if one is."""
    for path, against, command in SWITCHES:
        with suppress(OSError), open(path, encoding="ascii") as switch:
            if switch.read().strip() == against:
                return command
    return IN_CONTAINERS


def mount(what: str, where: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system; raises OSError."""
    call("mount", what.encode(), where.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library that tells of its failure by -1; raises OSError."""
    if libc is None:
        raise OSError(f"{name}: not on this system")
    if getattr(libc, name)(*arguments) == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def write(path: str, text: str) -> None:
    """Write to a file of /proc, in one go."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode("ascii"))
    finally:
        os.close(descriptor)
