"""Sockets that reach a service: its network may be its own, and a socket stays in the one it was made in."""

from __future__ import annotations

import socket
from contextlib import suppress

SECONDS = 5.0


class Dialler:
    """Makes sockets in the network of a service, whose keeper sends them; threads may share it."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.settimeout(SECONDS)

    def socket(self) -> socket.socket:
        """Return a new TCP socket; raises OSError where the service's keeper has ended."""
        self._ours.send(b"s")
        # Whose question it answers does not matter: one new socket is as good as another.
        _, sockets, _, _ = socket.recv_fds(self._ours, 1, 1)
        if not sockets:
            raise ConnectionRefusedError("nobody is there any more")
        return socket.socket(fileno=sockets[0])

    def close(self) -> None:
        """Make no more."""
        self._ours.close()
        with suppress(OSError):
            self.theirs.close()
