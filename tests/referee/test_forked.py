"""A process on a leash: what it tells, to however many ask."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest

from backroad.referee.forked import KILLED, Forked, Unborn

SECONDS = 20.0
ASKING = 8


@pytest.fixture
def keeper() -> Iterator[tuple[Forked, socket.socket]]:
    """A process on a leash, and the keeper's end of it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Forked(ours), theirs


def test_its_words(keeper: tuple[Forked, socket.socket]) -> None:
    """Its id comes first, then how it ended, in pieces too."""
    process, leash = keeper
    leash.send(b"12 1")
    assert process.poll() is None
    leash.send(b"1\n-1")
    assert process.pid == 12
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    leash.send(b"5\n")
    assert (process.wait(), process.poll()) == (-15, -15)


def test_without_words(keeper: tuple[Forked, socket.socket]) -> None:
    """What lets go of the leash without a word was killed, and without an id never was there."""
    process, leash = keeper
    leash.close()
    assert process.wait() == KILLED
    with pytest.raises(Unborn):
        _ = process.pid


def test_many_ask_at_once(keeper: tuple[Forked, socket.socket]) -> None:
    """Of threads that wait for the same word all hear it, though one reads it."""
    process, leash = keeper
    heard: list[tuple[int, int]] = []

    def ask() -> None:
        heard.append((process.pid, process.wait(SECONDS)))

    for _ in range(50):
        heard.clear()
        process._told = b""
        threads = [threading.Thread(target=ask, daemon=True) for _ in range(ASKING)]
        for thread in threads:
            thread.start()
        leash.send(b"7 7\n")
        leash.send(b"3\n")
        for thread in threads:
            thread.join(SECONDS)
        assert heard == [(7, 3)] * ASKING
