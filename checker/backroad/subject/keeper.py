"""The process that stays beside a subject, from its start until nobody needs it any more.

It adopts what the subject leaves behind, tells the referee how the subject ended, opens sockets in the
subject's network for it, and ends all of it when the referee lets go of the leash, or when its files take
more room than they may. Where the subject has namespaces of its own, the keeper is the first process of
their table: with it the kernel ends all others.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from backroad.subject import confinement, namespaces
from backroad.subject.namespaces import Space
from backroad.subject.room import SECONDS, Room, room_of

WAKE = 2**10
CHILDREN = "/proc/thread-self/children"
ALL_DESCRIPTORS = 2**16
LONGEST = 2**16  # bytes that are told of the room
FULL = -int(getattr(signal, "SIGXFSZ", 25))  # told as the way it ended


@dataclass(frozen=True)
class Kept:
    """What a subject knows of its keeper: the way to it, and whether both are in namespaces of their own."""

    keeper: socket.socket
    inside: bool

    def hand_over(self, room: Sequence[Any], leash: int, *sockets: int) -> None:
        """Give the keeper the leash, and perhaps the socket on which it is asked for sockets.

        `room` is [MiB, entries, folder, …] for what may come into folders, or empty.
        """
        with self.keeper:
            socket.send_fds(self.keeper, [json.dumps(room).encode("ascii")], [leash, *sockets])
        for descriptor in (leash, *sockets):
            os.close(descriptor)


@dataclass(frozen=True)
class Ward:
    """The subject as its keeper sees it: its id here and outside, and the last of us that goes."""

    pid: int
    pid_outside: int
    last: int
    inside: bool


def keep(space: Space, foreign: Iterable[int]) -> Kept:
    """Fork the subject and stay behind as its keeper; returns only in the subject, in a session of its own.

    `foreign` are descriptors that are not the keeper's.
    """
    ours, keepers = socket.socketpair()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    last = os.getpid()
    inside = namespaces.enter(space)
    if inside:
        give_way()
    else:
        confinement.adopt_orphans()
    children = os.open(CHILDREN, os.O_RDONLY)  # of the old /proc, where ids are those outside
    if inside:
        namespaces.furnish()
    keeper = os.getpid()
    pid = os.fork()
    if pid != 0:
        for descriptor in (ours.detach(), *foreign):
            os.close(descriptor)
        outside = int(os.read(children, WAKE).split()[0])  # the first: what it left may be ours by now
        look_after(Ward(pid, outside, last, inside), keepers)
    confinement.die_with_parent(keeper)
    keepers.close()
    os.close(children)
    os.setsid()
    return Kept(ours, inside)


def stay(space: int, room: Sequence[Any], sockets: Sequence[int], foreign: Iterable[int]) -> bool:
    """Keep the process that was started with a leash; returns in the subject: is it in namespaces of its own?

    `room` and `sockets` are what the keeper is handed over.
    """
    kept = keep(Space(space), (*sockets, *foreign))
    kept.hand_over(room, *sockets)
    return kept.inside


def give_way() -> None:
    """Go on as the first process of the new table, and wait out here for its end."""
    first = os.fork()
    if first != 0:
        os.closerange(0, ALL_DESCRIPTORS)
        os.waitpid(first, 0)
        os._exit(0)
    confinement.die_with_parent()


def look_after(ward: Ward, keepers: socket.socket) -> NoReturn:
    """Wait for the leash, then for what it is there for."""
    room, sockets, _, _ = socket.recv_fds(keepers, LONGEST, 2)
    keepers.close()
    if not sockets:  # a spare that nobody needed
        os.waitpid(ward.pid, 0)
        os._exit(0)
    watch(ward, room_of(json.loads(room)), *sockets)


def watch(ward: Ward, room: Room | None, leash: int, asked: int = -1) -> NoReturn:
    """Tell the subject's id and ours, and how it ended; when nobody holds the leash, end what is left."""
    tell(leash, b"%d %d\n" % (ward.pid_outside, ward.last))
    deaths = told_deaths()
    watched = [leash, deaths, *([asked] if asked >= 0 else [])]
    while leash not in (ready := select.select(watched, [], [], SECONDS if room else None)[0]):
        if room is not None and room.is_full():
            end_children()
            tell(leash, b"%d\n" % FULL)
            room = None
        if asked in ready and not give_socket(asked):
            watched.remove(asked)
        if deaths in ready:
            os.read(deaths, WAKE)
            tell_end(ward.pid, leash)
    if not ward.inside:
        end_children()
    os._exit(0)


def give_socket(asked: int) -> bool:
    """Send a new socket of this network to who asks for one; returns whether anybody still can."""
    with socket.socket(fileno=os.dup(asked)) as asking, suppress(OSError):
        if asking.recv(1):
            with socket.socket() as made:
                socket.send_fds(asking, [b"s"], [made.fileno()])
            return True
    return False


def tell_end(pid: int, leash: int) -> None:
    """Tell how the subject ended, once it has."""
    for child, status in reaped():
        if child == pid:
            tell(leash, b"%d\n" % os.waitstatus_to_exitcode(status))


def tell(leash: int, line: bytes) -> None:
    """Write a line for who holds the leash, if anybody still does."""
    with suppress(BrokenPipeError):
        os.write(leash, line)


def told_deaths() -> int:
    """Return a descriptor that can be read whenever children have ended, once more to begin with."""
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    os.write(writing, b"\0")
    return reading


def reaped() -> Iterator[tuple[int, int]]:
    """Yield (id, status) of the children that have ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            yield ended


def end_children() -> None:
    """Kill and reap all children; theirs are ours then."""
    while children := own_children():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)


def own_children() -> list[int]:
    """Return the ids of this process's children."""
    with open(CHILDREN, encoding="ascii") as file:
        return [int(word) for word in file.read().split()]
