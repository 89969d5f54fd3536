"""The loop of the subject's process: a frame configures and confines it, every later one is a request.

Before it there may be one with modules to import, where the process was started before the run is known.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import signal
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn

from backroad.subject import confinement
from backroad.subject.agent import Agent, Ending, flush, reply_bytes
from backroad.wire import HEADER, VERSION, Unpacker, pack

RECEIVE = 2**16
SPENT = b'{"id":%d,"spent":"memory"}'
STACK_SIGNAL = getattr(signal, "SIGUSR1", None)


def converse(channel: str, stacks: str = "", *, inside: bool = False) -> int:
    """Answer requests until the referee hangs up; returns the exit code.

    `stacks` is a descriptor that the threads' stacks are written to when the referee asks for them;
    `inside` says that this process has namespaces of its own.
    """
    if stacks:
        faulthandler.enable(file=int(stacks))
        if STACK_SIGNAL is not None:
            faulthandler.register(STACK_SIGNAL, file=int(stacks), all_threads=True)
    with connect(channel) as link:
        unpacker = Unpacker()
        agent: Agent | None = None
        while data := receive(link):
            for message in unpacker.feed(data):
                if agent is not None:
                    serve(link, agent, message)
                elif "modules" in message:
                    load_ahead(message["modules"])
                else:
                    agent = configure(link, message, inside=inside)
    return 0


def receive(link: socket.socket) -> bytes:
    """Return the next bytes; without memory for them, end with word of it."""
    try:
        return link.recv(RECEIVE)
    except MemoryError:
        give_up(link, 0)


def connect(channel: str) -> socket.socket:
    """Return the socket to the referee: an inherited descriptor, or `port:secret` on loopback."""
    if ":" not in channel:
        return socket.socket(fileno=int(channel))
    port, secret = channel.split(":")
    link = socket.create_connection(("127.0.0.1", int(port)))
    link.sendall(secret.encode("ascii"))
    return link


def load_ahead(modules: Iterable[str]) -> None:
    """Import modules of libraries; the learner's own import of one will tell why it does not work."""
    for name in modules:
        with suppress(Exception):
            importlib.import_module(name)


def configure(link: socket.socket, message: dict[str, Any], *, inside: bool) -> Agent:
    """Prepare the process, lock it in, and say how strongly."""
    # Imported now: behind the walls some of these files could not be read.
    import encodings.idna  # noqa: F401
    import linecache  # noqa: F401
    import traceback  # noqa: F401

    sys.dont_write_bytecode = True
    os.chdir(message["root"])
    level = confinement.confine(confinement.Walls(**message["walls"]), inside=inside)
    agent = Agent(message["root"])
    link.sendall(pack({"version": VERSION, "level": level}))
    return agent


def give_up(link: socket.socket, number: int) -> NoReturn:
    """Say that no memory is left to answer with, and end."""
    link.sendall(b"%b%b" % (HEADER.pack(len(SPENT % number)), SPENT % number))
    os._exit(1)


def serve(link: socket.socket, agent: Agent, message: dict[str, Any]) -> None:
    """Answer one request; an ending asked for is told first, then done."""
    try:
        frame = reply_bytes(agent, message)
    except MemoryError:
        give_up(link, message["id"])
    except Ending as ending:
        flush()
        link.sendall(pack({"id": message["id"], "exit": ending.code, "frames": ending.frames}))
        os._exit(ending.code & 0xFF)
    flush()
    link.sendall(frame)
