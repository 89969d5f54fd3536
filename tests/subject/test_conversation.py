"""The loop of the subject's process, over a real socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backroad.referee.launch import SUBJECT
from backroad.wire import VERSION, Unpacker, pack


class Talk:
    """A subject's process and the socket to it."""

    def __init__(self, tree: Path) -> None:
        self.link, theirs = socket.socketpair()
        self.link.settimeout(20)
        self.tree = tree
        self.stacks = (tree.parent / "stacks").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(SUBJECT), str(theirs.fileno())],
            pass_fds=(theirs.fileno(), self.stacks.fileno()),
            stdout=subprocess.PIPE,
            cwd=tree,
        )
        theirs.close()
        self._unpacker = Unpacker()
        self._waiting: list[dict[str, Any]] = []

    def say(self, **message: Any) -> None:
        """Send a message."""
        self.link.sendall(pack(message))

    def hear(self) -> dict[str, Any]:
        """Return the next message."""
        while not self._waiting:
            data = self.link.recv(2**16)
            if not data:
                raise EOFError
            self._waiting += self._unpacker.feed(data)
        return self._waiting.pop(0)

    def hello(self, **walls: Any) -> dict[str, Any]:
        """Configure the subject."""
        self.say(root=str(self.tree), walls={"max_level": 1, **walls}, stacks=self.stacks.fileno())
        return self.hear()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    """A subject's process, ended after the test."""
    tree = tmp_path / "tree"
    tree.mkdir()
    talk = Talk(tree)
    with talk.process, talk.link, talk.stacks:
        yield talk
        talk.process.kill()


def test_the_first_message_configures(talk: Talk) -> None:
    """The subject answers its configuration with its version and how strongly it is locked in."""
    assert talk.hello() == {"version": VERSION, "level": 1}


def test_it_answers_under_the_request_s_number(talk: Talk) -> None:
    """Every reply carries the id of its request."""
    talk.hello()
    for number in (5, 9):
        talk.say(id=number, op="apply", name="abs", args=[-1], kwargs={"dict": []})
        assert talk.hear() == {"id": number, "ok": 1}


def test_it_ends_when_the_referee_hangs_up(talk: Talk) -> None:
    """A closed socket ends the process with code 0."""
    talk.hello()
    talk.link.close()
    assert talk.process.wait(20) == 0


def test_it_ends_when_nobody_configures_it(talk: Talk) -> None:
    """A subject started ahead and never used goes away with its socket."""
    talk.link.close()
    assert talk.process.wait(20) == 0


def test_an_exit_is_told_before_it_happens(talk: Talk) -> None:
    """The referee learns of a SystemExit with its line; then the process ends with that code."""
    (talk.tree / "thing.py").write_text("import sys\nprint('bye', end='')\nsys.exit(7)\n")
    talk.hello()
    talk.say(id=1, op="load", name="thing")
    told = talk.hear()
    assert (told["exit"], told["frames"]) == (7, [["thing.py", 3, "<module>"]])
    assert talk.process.wait(20) == 7
    assert talk.process.stdout is not None
    assert talk.process.stdout.read() == b"bye"


def test_output_is_flushed_with_every_answer(talk: Talk) -> None:
    """What the code printed is there when its answer is."""
    talk.hello()
    talk.say(id=1, op="apply", name="print", args=["hello"], kwargs={"dict": []})
    talk.hear()
    assert talk.process.stdout is not None
    assert os.read(talk.process.stdout.fileno(), 100) == b"hello\n"


@pytest.mark.parametrize("spoiling", ["close()", "flush = None", "buffer.close()"])
def test_a_broken_stdout_harms_nobody(talk: Talk, spoiling: str) -> None:
    """Code that closes or spoils its own stdout is still answered."""
    (talk.tree / "thing.py").write_text(f"import sys\nsys.stdout.{spoiling}\n")
    talk.hello()
    talk.say(id=1, op="load", name="thing")
    assert talk.hear()["ok"]["what"] == "module"


def test_a_loopback_connection_shows_its_secret(tmp_path: Path) -> None:
    """Where descriptors cannot be inherited, the subject connects and proves that it is the right one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-P", str(SUBJECT), f"{port}:s3cret"]
        with subprocess.Popen(command, cwd=tmp_path) as process:
            server.settimeout(20)
            link, _ = server.accept()
            with link:
                assert link.recv(100) == b"s3cret"
            assert process.wait(20) == 0
