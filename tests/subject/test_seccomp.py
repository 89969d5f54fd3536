"""Which system calls a process may make; always in a child."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.subject import seccomp

Child = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.usefixtures("sandboxed")

FILTERED = """
    import ctypes, os, signal, socket, threading
    from backroad.subject import landlock, seccomp
    libc = landlock.libc
    libc.prctl(38, 1, 0, 0, 0)
    seccomp.enforce(service=service, network=service)

    def tried(what):
        try:
            return type(what()).__name__
        except OSError as error:
            return type(error).__name__

    def called(name, *arguments):
        column = list(seccomp.ARCHITECTURES).index(os.uname().machine)
        return landlock.syscall(seccomp.NUMBERS[name][column], *arguments)
"""


def filtered(child: Child, what: str, *, service: bool) -> str:
    """Return what becomes of an attempt behind the filter: a type or the name of an error."""
    done = child(FILTERED + f"\n    print(tried(lambda: {what}))\n", service=service)
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize("service", [False, True], ids=["module", "service"])
def test_modes_stay_as_they_are(child: Child, tmp_path: Path, service: bool) -> None:
    """To change a mode says that it was done, and nothing is: nobody can tell whose file it would be."""
    (tmp_path / "theirs").touch(mode=0o600)
    assert filtered(child, f"os.chmod({str(tmp_path / 'theirs')!r}, 0)", service=service) == "NoneType"
    assert (tmp_path / "theirs").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("service", [False, True], ids=["module", "service"])
@pytest.mark.parametrize(
    "attempt",
    [
        "called('ptrace', 16, os.getppid(), 0, 0)",
        "called('mount', b'x', b'/tmp', b'tmpfs', 0, 0)",
        "called('unshare', 0x10000000)",
        "called('bpf', 0, 0, 0)",
        "called('io_uring_setup', 1, 0)",
        "called('process_vm_readv', os.getppid(), 0, 0, 0, 0, 0)",
        "called('prlimit64', 0, 7, (ctypes.c_ulong * 2)(4096, 4096), 0)",
        "called('perf_event_open', 0, 0, 0, 0, 0)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    ],
)
def test_nobody_needs_these(child: Child, attempt: str, service: bool) -> None:
    """Calls that only reach out of the process are denied to modules and services alike."""
    assert filtered(child, attempt, service=service) == "PermissionError"


DIFFERENT = {
    "os.fork() or os._exit(0)": ("BlockingIOError", "int"),
    "os.execv('/bin/true', ['true'])": ("PermissionError", ""),
    "os.posix_spawn('/bin/true', ['true'], {})": ("BlockingIOError", "int"),
    "socket.socket()": ("PermissionError", "socket"),
    "socket.socketpair()": ("tuple", "tuple"),
    "os.kill(os.getpid(), 0)": ("PermissionError", "NoneType"),
    "threading.Thread(target=len, args=('',)).start()": ("NoneType", "NoneType"),
    "open('file', 'w').close()": ("NoneType", "NoneType"),
    "os.urandom(1)": ("bytes", "bytes"),
    "__import__('resource').getrlimit(7)": ("tuple", "tuple"),
    "__import__('asyncio').run(__import__('asyncio').sleep(0))": ("NoneType", "NoneType"),
}


@pytest.mark.parametrize("service", [False, True], ids=["module", "service"])
@pytest.mark.parametrize("attempt", DIFFERENT)
def test_a_module_computes_and_a_service_serves(child: Child, attempt: str, service: bool) -> None:
    """Modules start no process, open no socket, signal nobody; services may; both have threads and files."""
    assert filtered(child, attempt, service=service) == DIFFERENT[attempt][service]


def test_abort_still_works(child: Child) -> None:
    """A module may signal its own threads, which abort() needs: the crash stays a crash."""
    assert child(FILTERED + "\n    os.abort()\n", service=False).returncode == -6


def test_the_filter_holds_in_children(child: Child) -> None:
    """What a service starts stands behind the same filter."""
    code = """
    if os.fork() == 0:
        print(tried(lambda: called('unshare', 0x10000000)), flush=True)
        os._exit(0)
    os.wait()
    """
    assert child(FILTERED + code, service=True).stdout.strip() == "PermissionError"


def test_an_unknown_machine_is_no_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the numbers are not known nothing is filtered by guess."""
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    with pytest.raises(OSError, match="vax"):
        seccomp.program(service=False, network=False)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("service", [False, True])
def test_every_jump_stays_inside(monkeypatch: pytest.MonkeyPatch, machine: str, service: bool) -> None:
    """The program is valid on both architectures: no jump leaves it, and it ends with a return."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    code = seccomp.program(service=service, network=service)
    steps = [code[at : at + 8] for at in range(0, len(code), 8)]
    for number, step in enumerate(steps):
        kind, if_true, if_false = int.from_bytes(step[:2], "little"), step[2], step[3]
        if kind & 7 == 5:
            assert number + 1 + max(if_true, if_false) < len(steps)
    assert int.from_bytes(steps[-1][:2], "little") == seccomp.RETURN
