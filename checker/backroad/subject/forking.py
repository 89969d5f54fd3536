"""A process that forks itself for each message on a socket, and may keep one fork ready for the next one."""

from __future__ import annotations

import ctypes
import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress

from backroad.subject import landlock

MESSAGE = 2**18  # bytes; more than any order has
DESCRIPTORS = 4
READY, TAKEN = b"r", b"t"
SECONDS = 2.0
MADV_POPULATE_WRITE = 23  # since Linux 5.14; others refuse it, and pages are copied when they are written

Message = tuple[bytes, list[int]]


class Forks:
    """Forks of this process; `born` is called in each, with the descriptors that it has been given already.

    The spare waits with memory of its own, takes the next message itself, and is replaced when every
    process that came from it has ended or called `forget`.
    """

    def __init__(self, control: socket.socket, *, spare: bool, born: Callable[[list[int]], None]) -> None:
        self._control = control
        self._wants_spare = spare
        self._born = born
        self._told = -1  # where the spare tells of itself
        self._tell = -1  # where this process does, as the spare
        self._is_waiting = False
        self._spare_pid = 0

    def message(self) -> Message | None:
        """Return in each fork, with its message and descriptors; at the end with None, also in the spare."""
        while True:
            if self._wants_spare and self._told < 0:
                if self._split():
                    return self._taken()
                continue
            watched = [self._told] if self._is_waiting else [self._control]
            ready, _, _ = select.select([self._told, *watched] if self._told >= 0 else watched, [], [])
            if self._control in ready and (found := self._received()) is not None:
                if not found[0]:
                    self._see_off()
                return found if found[0] else None
            if self._told in ready:
                self._hear()

    def _received(self) -> Message | None:
        """Return a message in the fork made for it, an empty one at the end; None where this goes on."""
        try:
            data, descriptors, _, _ = socket.recv_fds(
                self._control, MESSAGE, DESCRIPTORS, socket.MSG_DONTWAIT
            )
        except BlockingIOError:  # the spare was quicker
            return None
        if not data or os.fork() == 0:
            if data:
                self.forget()
                self._born(descriptors)
            return data, descriptors
        for descriptor in descriptors:
            os.close(descriptor)
        return None

    def _split(self) -> bool:
        """Fork the spare; returns whether this is it."""
        told, tell = os.pipe()
        pid = os.fork()
        if pid != 0:
            os.close(tell)
            self._told, self._is_waiting, self._spare_pid = told, False, pid
            return False
        os.close(told)
        self._told, self._tell = -1, tell
        return True

    def _taken(self) -> Message | None:
        """Wait for a message as the spare."""
        self._born([])
        populate()
        os.write(self._tell, READY)
        data, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE, DESCRIPTORS)
        if not data:
            return None
        os.write(self._tell, TAKEN)
        return data, descriptors

    def _hear(self) -> None:
        """Read what the spare tells: that it waits, that it works, at last nothing."""
        word = os.read(self._told, 1)
        self._is_waiting = word == READY
        if word == TAKEN:
            self._spare_pid = 0
        if not word:
            os.close(self._told)
            self._told, self._spare_pid = -1, 0

    def _see_off(self) -> None:
        """Wait at the end until a spare that has no work is gone."""
        while self._told >= 0 and select.select([self._told], [], [], 0)[0]:
            self._hear()
        if self._spare_pid:
            with suppress(OSError):
                ended = os.pidfd_open(self._spare_pid)
                select.select([ended], [], [], SECONDS)
                os.close(ended)

    def forget(self) -> None:
        """Be no spare any more, and know of none."""
        for descriptor in (self._told, self._tell):
            if descriptor >= 0:
                os.close(descriptor)
        self._told = self._tell = -1


def populate() -> None:
    """Give this process its own copy of all memory that it may write to, while nobody waits for it."""
    if landlock.libc is None:
        return
    with suppress(OSError), open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        for place, rights in (line.split()[:2] for line in maps):
            if rights == "rw-p":
                begin, end = (int(address, 16) for address in place.split("-"))
                length = ctypes.c_size_t(end - begin)
                landlock.libc.madvise(ctypes.c_void_p(begin), length, MADV_POPULATE_WRITE)
