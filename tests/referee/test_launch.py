"""Processes start with a clean environment, in a session and a scratch folder of their own."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.referee.host import Subject
from backroad.referee.launch import MAX_OUTPUT, clean_environment, python_folder, read_part, start_subject

LOOK = """
    import os, sys
    def environment(): return dict(os.environ)
    def look():
        return {"cwd": os.getcwd(), "session": os.getsid(0) == os.getpid()}
    def descriptors():
        found = []
        for fd in range(3, 100):
            try:
                os.fstat(fd)
                found.append(fd)
            except OSError:
                pass
        return len(found)
    def flags(): return [sys.flags.safe_path, sys.dont_write_bytecode, sys.stdin.read()]
    def path(): return sys.path
    def temporary():
        import tempfile
        with tempfile.NamedTemporaryFile() as file:
            return file.name
"""


def test_nothing_of_the_user_s_is_in_the_environment(tmp_path: Path) -> None:
    """Only the way to the programs comes from outside."""
    outside = {
        "PATH": "/somewhere/bin",
        "TOKEN": "x",
        "HOME": "/home/me",
        "PYTHONPATH": "/evil",
        "LANG": "de_DE",
    }
    found = clean_environment(tmp_path, 3, outside)
    assert found["PATH"].endswith(f"{os.pathsep}/somewhere/bin")
    assert (found["HOME"], found["TMPDIR"], found["LANG"], found["TZ"]) == (
        str(tmp_path),
        str(tmp_path),
        "C.UTF-8",
        "UTC",
    )
    assert {"TOKEN", "PYTHONPATH"}.isdisjoint(found)


@pytest.mark.parametrize("seed", [0, 7, 2**32 + 5, -1])
def test_any_seed_is_a_hash_seed(tmp_path: Path, seed: int) -> None:
    """Sets and dicts of texts come in the same order in every run with one seed."""
    assert 0 <= int(clean_environment(tmp_path, seed)["PYTHONHASHSEED"]) < 2**32


def test_python_is_this_python(tmp_path: Path) -> None:
    """The word `python` in a start command is the interpreter of the kit."""
    assert (python_folder(tmp_path) / "python").exists()


def test_a_subject_sees_what_it_should(loaded: Callable[..., Subject]) -> None:
    """It runs in its tree, in its own session; environment, input and descriptors are the kit's choice."""
    subject = loaded(LOOK)
    module = subject.module
    assert module.look() == {"cwd": str(subject.remote.tree), "session": True}
    assert module.flags() == [True, True, ""]
    assert module.descriptors() <= 3
    assert str(subject.remote.tree) not in module.path()
    environment = module.environment()
    assert "USER" not in environment
    assert module.temporary().startswith(environment["HOME"])


def test_an_end_takes_all_with_it(tmp_path: Path) -> None:
    """Process, scratch folder and the files beside it go; ending twice is fine."""
    started = start_subject(tmp_path, 0)
    assert started.scratch.is_dir()
    started.end()
    started.end()
    assert started.process.poll() is not None
    assert not any(path.exists() for path in (started.scratch, started.stacks, started.output))


def test_the_portable_start_asks_for_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be inherited, somebody else who connects first is turned away."""
    from backroad.referee import launch

    create = socket.create_server
    strangers: list[socket.socket] = []

    def crowded(address: tuple[str, int]) -> socket.socket:
        server = create(address)
        strangers.append(socket.create_connection(server.getsockname()))
        strangers[0].sendall(b"x" * 32)
        return server

    monkeypatch.setattr(socket, "create_server", crowded)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with (tmp_path / "out").open("wb") as output:
        process, link = launch._start_portable(tmp_path, scratch, 0, output)
    with process, link, strangers[0]:
        link.close()
        assert process.wait(20) == 0


def test_long_output_is_cut_in_the_middle(tmp_path: Path) -> None:
    """Beginning and end are shown, and how much is left out; bad bytes are replaced."""
    file = tmp_path / "out"
    file.write_bytes(b"begin \xff" + b"x" * 5_000_000 + b"end")
    text = read_part(file, 0, file.stat().st_size)
    assert text.startswith("begin \ufffd")
    assert text.endswith("end")
    assert len(text) < MAX_OUTPUT + 100
    assert "bytes left out" in text
    assert read_part(file, 0, 5) == "begin"
