"""On which TCP ports processes listen, also in a network that is not ours."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backroad.referee import endings

LISTENS = "0A"
FAMILIES = {"tcp": socket.AF_INET, "tcp6": socket.AF_INET6}


def listening_ports(pid: int) -> list[tuple[str, int]]:
    """Return (address, port) of every TCP socket on which a process or its descendants listen."""
    found = in_proc if sys.platform == "linux" else elsewhere
    return [place for member in (pid, *endings.descendants(pid)) for place in found(member)]


def in_proc(pid: int) -> list[tuple[str, int]]:
    """Return where one process listens: what its network knows of the sockets it has."""
    mine = sockets_of(pid)
    with suppress(OSError):
        return [place for name in FAMILIES for place, inode in table(pid, name) if inode in mine]
    return []


def sockets_of(pid: int) -> set[str]:
    """Return the inodes of the sockets that a process has."""
    found = set()
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                kind, _, inode = str(link.readlink()).partition(":")
                if kind == "socket":
                    found.add(inode.strip("[]"))
    return found


def table(pid: int, name: str) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield (address, port) and inode of the listening sockets in the network of a process."""
    for line in Path(f"/proc/{pid}/net/{name}").read_text("ascii").splitlines()[1:]:
        words = line.split()
        if words[3] == LISTENS:
            address, port = words[1].split(":")
            # Groups of four bytes, in the order of this machine.
            numbers = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
            packed = struct.pack(f"={len(numbers)}I", *numbers)
            yield (socket.inet_ntop(FAMILIES[name], packed), int(port, 16)), words[9]


def elsewhere(pid: int) -> list[tuple[str, int]]:
    """Return where one process listens, on systems without /proc."""
    import psutil

    try:
        connections = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.Error:
        return []
    return [(link.laddr.ip, link.laddr.port) for link in connections if link.status == psutil.CONN_LISTEN]
