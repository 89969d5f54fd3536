"""How strongly a process is locked in; always in a child."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from backroad.subject.confinement import Probe, probe

Child = Callable[..., subprocess.CompletedProcess[str]]
CONFINED = """
    import os, resource, threading
    from backroad.subject.confinement import *
    readable = tuple(filter(None, [*sys.path, sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64"]))
    walls = dict(readable=readable, writable=(scratch,), max_level=max_level, service=False)
    level = confine(Walls(**(walls | more)))

    def tried(what):
        try:
            return what()
        except (OSError, MemoryError, RuntimeError, ValueError) as error:
            return type(error).__name__
"""


def confined(child: Child, code: str, level: int = 1, **more: object) -> str:
    """Confine a child and return what it prints."""
    done = child(CONFINED + code, max_level=level, more=more)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize("level", [0, 1])
def test_no_more_is_done_than_was_asked(child: Child, level: int) -> None:
    """Level 0 leaves the process as it is, level 1 puts up no walls."""
    assert (
        confined(child, "\n    print(level, os.access('/etc/passwd', os.R_OK))\n", level) == f"{level} True"
    )


@pytest.mark.usefixtures("sandboxed")
@pytest.mark.parametrize("level", [2, 3])
def test_the_level_reached_is_told(child: Child, level: int) -> None:
    """Whoever wants more than there is gets what there is, and is told so."""
    assert (
        confined(child, "\n    print(level, tried(lambda: open('/etc/passwd')))\n", level)
        == "2 PermissionError"
    )


@pytest.mark.usefixtures("sandboxed")
@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("open(outside + '/made', 'w')", "PermissionError"),
        ("open('inside', 'w').close()", "None"),
        ("open('/dev/null', 'w').close()", "None"),
        ("open('/dev/urandom', 'rb').read(0)", "b''"),
        ("os.path.exists('/dev/shm') and open('/dev/shm/backroad-test', 'w')", "PermissionError"),
        ("open('/proc/self/status').close()", "None"),
        ("open(f'/proc/{os.getppid()}/cmdline')", "PermissionError"),
        ("open(f'/proc/{os.getppid()}/environ')", "PermissionError"),
        ("os.fork()", "BlockingIOError"),
        ("__import__('subprocess').run(['true'])", "BlockingIOError"),
        ("__import__('socket').create_connection(('127.0.0.1', 1))", "PermissionError"),
        ("resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))", "PermissionError"),
    ],
)
def test_a_module_stays_in_its_folder(child: Child, attempt: str, outcome: str) -> None:
    """Behind the walls code writes in its own folder and reaches nobody else."""
    assert confined(child, f"\n    print(tried(lambda: {attempt}))\n", 2) in (outcome, "ValueError")


def test_memory_is_limited(child: Child) -> None:
    """More memory than allowed raises MemoryError."""
    code = "\n    print(tried(lambda: len(bytearray(300 * 2**20))), tried(lambda: len(bytearray(2**20))))\n"
    assert confined(child, code, memory=256) == "MemoryError 1048576"


def test_the_size_of_files_is_limited(child: Child) -> None:
    """A file grows to the limit and not past it."""
    code = """
    def fill():
        with open("big", "wb", buffering=0) as file:
            while True:
                file.write(bytes(2**16))
    print(tried(fill), os.path.getsize("big"))
    """
    assert confined(child, code, file=1) == f"OSError {2**20}"


def test_open_files_and_core_files_are_limited(child: Child) -> None:
    """A loop that opens files ends, and a crash writes no core."""
    code = """
    def openings():
        files = []
        while True:
            files.append(open(os.devnull))
    print(tried(openings), resource.getrlimit(resource.RLIMIT_CORE))
    """
    assert confined(child, code) == "OSError (0, 0)"


def test_a_stricter_limit_stays(child: Child) -> None:
    """A limit that the machine set lower is not raised."""
    code = """
    lower(resource.RLIMIT_NOFILE, 100)
    lower(resource.RLIMIT_NOFILE, 200)
    print(resource.getrlimit(resource.RLIMIT_NOFILE))
    """
    assert confined(child, code) == "(100, 100)"


def test_many_threads_are_possible(child: Child) -> None:
    """The memory limit counts what is used, so that dozens of threads fit in it."""
    code = """
    stop = threading.Event()
    threads = [threading.Thread(target=stop.wait) for _ in range(50)]
    [thread.start() for thread in threads]
    stop.set()
    [thread.join() for thread in threads]
    print("fine")
    """
    assert confined(child, code, memory=512) == "fine"


def test_it_dies_with_its_parent(child: Child) -> None:
    """A process whose parent is killed ends by the kernel's hand."""
    code = """
    import signal, time
    from backroad.subject import confinement
    reading, writing = os.pipe()
    middle = os.fork()
    if middle == 0:
        if os.fork() == 0:
            os.close(reading)
            confinement.die_with_parent()
            os.write(writing, b"x")
            while True:
                signal.pause()
        signal.pause()
    os.close(writing)
    os.read(reading, 1)
    os.kill(middle, signal.SIGKILL)
    print(os.read(reading, 1))
    """
    assert confined(child, code, level=0) == "b''"


def test_it_dies_with_a_parent_that_has_gone(child: Child) -> None:
    """A process whose parent was killed before it could say anything ends too."""
    code = """
    import signal
    from backroad.subject import confinement
    reading, writing = os.pipe()
    held, go_on = os.pipe()
    middle = os.fork()
    if middle == 0:
        own = os.getpid()
        if os.fork() == 0:
            os.close(reading)
            os.close(go_on)
            os.read(held, 1)
            confinement.die_with_parent(own)
            while True:
                signal.pause()
        signal.pause()
    os.close(writing)
    os.kill(middle, signal.SIGKILL)
    os.waitpid(middle, 0)
    os.write(go_on, b"x")
    print(os.read(reading, 1))
    """
    assert confined(child, code, level=0) == "b''"


def test_the_probe_tells_what_is_missing() -> None:
    """The level that could be reached comes with a remedy for each thing that is missing."""
    found = probe()
    assert found == probe()
    assert isinstance(found, Probe)
    assert (found.level == 3) == (found.missing == ())
    assert all(what and remedy for what, remedy in found.missing)
