"""Starts subjects and services from a process that has the libraries loaded: a fork each.

Nothing of a learner's is in this process. Everything it starts has a keeper, a fork of this process too: it
adopts what the subject leaves behind, tells the referee how the subject ended, and ends all of it when the
referee lets go of the leash.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NoReturn

from backroad.subject import command, confinement, conversation, program
from backroad.subject.forking import Forks

WAKE = 2**10
OURS = ("backroad.subject.races", "encodings.idna", "linecache", "traceback")


def main(control: str, spare: str, *modules: str) -> None:
    """Import modules, then fork a subject for each order on the control socket, until it is closed."""
    for name in (*OURS, *modules):
        with suppress(Exception):  # the learner's own import of it will tell why it does not work
            importlib.import_module(name)
    require_one_thread()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers tell the referee, not us
    orders = socket.socket(fileno=int(control))
    orders.send(b"ready")
    keepers: list[socket.socket] = []
    forks = Forks(orders, spare=bool(int(spare)), born=lambda given: keepers.append(keep(orders, given)))
    message = forks.message()
    orders.close()
    if message is None:
        os._exit(0)
    forks.forget()
    order = json.loads(message[0])
    *descriptors, output, leash = message[1]
    with keepers.pop() as keeper:
        socket.send_fds(keeper, [b"k"], [leash])
    os.close(leash)
    become(order, output)
    if "command" not in order:
        sys.exit(conversation.converse(*map(str, descriptors)))
    words = program.words_of(order["command"])
    can_run = program.fits(words, os.environ)
    command.lock_in(order, *descriptors)
    if not can_run:
        command.execute(order)
    program.run(words)


def require_one_thread() -> None:
    """Stop where a library has started a thread: it would be missing in every fork, its locks held."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"{threads} threads run after the imports: a fork would lose them")


def keep(control: socket.socket, descriptors: list[int]) -> socket.socket:
    """Fork the subject and stay behind as its keeper; returns only in the subject, the way to its keeper."""
    ours, keepers = socket.socketpair()
    confinement.adopt_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid != 0:
        for descriptor in (ours.detach(), control.detach(), *descriptors):
            os.close(descriptor)
        look_after(pid, keepers)
    keepers.close()
    return ours


def look_after(pid: int, keepers: socket.socket) -> NoReturn:
    """Wait for the leash, then for what it is there for."""
    _, leashes, _, _ = socket.recv_fds(keepers, 1, 1)
    keepers.close()
    if not leashes:  # a spare that nobody needed
        os.waitpid(pid, 0)
        os._exit(0)
    watch(pid, leashes[0])


def become(order: dict[str, Any], output: int) -> None:
    """Make this process look like one that was started: session, folder, environment, standard streams."""
    os.setsid()
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    tempfile.tempdir = None
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)


def watch(pid: int, leash: int) -> NoReturn:
    """Tell the subject's id and ours, and how it ended; when nobody holds the leash, end what is left."""
    os.write(leash, b"%d %d\n" % (pid, os.getpid()))
    deaths = told_deaths()
    while leash not in select.select([leash, deaths], [], [])[0]:
        os.read(deaths, WAKE)
        for child, status in reaped():
            if child == pid:
                with suppress(BrokenPipeError):
                    os.write(leash, b"%d\n" % os.waitstatus_to_exitcode(status))
    while children := own_children():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)  # its own children are ours now
    os._exit(0)


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


def own_children() -> list[int]:
    """Return the ids of this process's children."""
    with open("/proc/thread-self/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]
