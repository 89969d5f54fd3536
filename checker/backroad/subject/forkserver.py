"""Starts subjects and services from a process that has the libraries loaded: a fork each, with its keeper.

Nothing of a learner's is in this process.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from backroad.subject import command, conversation, loader, namespaces, program, tally
from backroad.subject.forking import Forks
from backroad.subject.keeper import Kept, keep
from backroad.subject.namespaces import Space

OURS = ("backroad.subject.races", "encodings.idna", "linecache", "traceback")


def main(control: str, spare: str, space: str, helpers: str, *modules: str) -> None:
    """Import modules, then fork a subject for each order on the control socket, until it is closed.

    `helpers` is the file of the exercise's own helpers for the learner's side, which is compiled; or empty.
    """
    conversation.load_ahead((*OURS, *modules))
    with suppress(OSError, SyntaxError, ValueError):  # every run will tell
        loader.compiled(Path(helpers).read_text(encoding="utf-8"), helpers)
    require_one_thread()
    own = Space(int(space))
    if own is not Space.SHARED:
        namespaces.obstacle()  # found out once for all forks
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers tell the referee, not us
    orders = socket.socket(fileno=int(control))
    orders.send(b"ready")
    made: list[Kept] = []
    # The keeper of a fork closes what is not its own, and the fork goes on.
    forks = Forks(
        orders,
        spare=bool(int(spare)),
        born=lambda given: made.append(keep(own, (orders.fileno(), *given))),
    )
    message = forks.message()
    orders.close()
    if message is None:
        os._exit(0)
    forks.forget()
    serve(made.pop(), json.loads(message[0]), message[1])


def serve(kept: Kept, order: dict[str, Any], descriptors: list[int]) -> None:
    """Become what the order asks for."""
    *descriptors, output, leash = descriptors
    report, *sockets = descriptors if "command" in order else [-1]
    kept.hand_over(order["room"], leash, *sockets)
    become(order, output)
    if "command" not in order:
        sys.exit(conversation.converse(*map(str, descriptors), inside=kept.inside))
    words = program.words_of(order["command"])
    can_run = program.fits(words, os.environ)
    command.lock_in(order, report, inside=kept.inside)
    if not can_run:
        command.execute(order)
    if order.get("tally"):
        tally.listen(order["tally"])
    program.run(words)


def require_one_thread() -> None:
    """Stop where a library has started a thread: it would be missing in every fork, its locks held."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"{threads} threads run after the imports: a fork would lose them")


def become(order: dict[str, Any], output: int) -> None:
    """Make this process look like one that was started: folder, environment, standard streams."""
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
