"""Starts subjects from a process that has the libraries loaded: a fork each, and nothing of a learner's here.

Every subject has a keeper, a fork of this process too: it adopts what the subject leaves behind, tells the
referee how the subject ended, and ends all of it when the referee lets go of the leash.
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
from contextlib import suppress
from typing import NoReturn

from backroad.subject import confinement, conversation

MESSAGE = 2**16
DESCRIPTORS = 4  # link, stacks, output, leash
OURS = ("backroad.subject.races", "encodings.idna", "linecache", "traceback")


def main(control: str, *modules: str) -> None:
    """Import modules, then fork a subject for each order on the control socket, until it is closed."""
    for name in (*OURS, *modules):
        with suppress(Exception):  # the learner's own import of it will tell why it does not work
            importlib.import_module(name)
    require_one_thread()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(control)) as orders:
        orders.send(b"ready")
        found = serve(orders)
    if found is not None:
        sys.exit(conversation.converse(*found))


def require_one_thread() -> None:
    """Stop where a library has started a thread: it would be missing in every fork, its locks held."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"{threads} threads run after the imports: a fork would lose them")


def serve(orders: socket.socket) -> tuple[str, str] | None:
    """Fork for each order; returns only in a subject, its channel and stacks, or None at the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers tell the referee, not us
    while True:
        data, descriptors, _, _ = socket.recv_fds(orders, MESSAGE, DESCRIPTORS)
        if not data:
            return None
        if os.fork() == 0:
            orders.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return keep(json.loads(data), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def keep(order: dict[str, object], link: int, stacks: int, output: int, leash: int) -> tuple[str, str]:
    """Fork the subject and stay behind as its keeper; returns only in the subject."""
    confinement.adopt_orphans()
    pid = os.fork()
    if pid != 0:
        for descriptor in (link, stacks, output):
            os.close(descriptor)
        watch(pid, leash)
    os.close(leash)
    become(order, output)
    return str(link), str(stacks)


def become(order: dict[str, object], output: int) -> None:
    """Make this process look like one that was started: session, folder, environment, standard streams."""
    os.setsid()
    os.chdir(str(order["cwd"]))
    environment = order["env"]
    os.environ.clear()
    if isinstance(environment, dict):
        os.environ.update(environment)
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
    ended = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(leash, select.POLLIN)
    poll.register(ended, select.POLLIN)
    held = True
    while held:
        for descriptor, _ in poll.poll():
            if descriptor == ended:
                poll.unregister(ended)
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                with suppress(BrokenPipeError):
                    os.write(leash, b"%d\n" % status)
            else:
                held = bool(os.read(leash, 1))
    while children := own_children():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)  # its own children are ours now
    os._exit(0)


def own_children() -> list[int]:
    """Return the ids of this process's children."""
    with open("/proc/thread-self/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]
