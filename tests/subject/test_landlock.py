"""Which files, ports and signals a process behind Landlock may reach; always in a child."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.subject import landlock

Child = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.usefixtures("sandboxed")

WALLED = """
    import os, socket, signal
    from backroad.subject import landlock
    rules = landlock.Ruleset(limit_connect=True)
    python = [*sys.path, sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64"]
    rules.allow(python, landlock.READ | landlock.EXECUTE)
    rules.allow([scratch], rules.rights)
    rules.allow([outside], landlock.READ_DIR)
    rules.allow(["/there/is/no/such/path"], rules.rights)
    rules.allow_connect(ports if "ports" in globals() else [])
    landlock.libc.prctl(38, 1, 0, 0, 0)
    rules.enforce()

    def tried(what):
        try:
            return what()
        except OSError as error:
            return type(error).__name__
"""


def walled(child: Child, code: str, **names: object) -> str:
    """Run code behind Landlock and return what it prints."""
    done = child(WALLED + code, **names)
    assert done.stderr == ""
    return done.stdout.strip()


def test_files_inside_can_be_used(child: Child) -> None:
    """Below an allowed folder everything goes: make, write, read, rename, remove."""
    code = """
    open("a", "w").write("text"); os.rename("a", "b"); os.mkdir("d"); os.truncate("b", 2)
    print(open("b").read(), os.remove("b"), os.rmdir("d"))
    """
    assert walled(child, code) == "te None None"


@pytest.mark.parametrize(
    "attempt",
    [
        "open(secret).read()",
        "open(secret, 'w')",
        "os.truncate(secret, 0)",
        "os.remove(secret)",
        "os.rename(secret, scratch + '/mine')",
        "os.link(secret, scratch + '/mine')",
        "open(outside + '/made', 'w')",
        "os.mkdir(outside + '/made')",
        "(os.symlink(secret, 'link'), open('link').read())",
        "open('/etc/passwd').read()",
        "os.listdir('/root')",
    ],
)
def test_files_outside_cannot_be_touched(child: Child, tmp_path: Path, attempt: str) -> None:
    """Reading, writing, removing, renaming and linking fail outside, through links too."""
    secret = tmp_path / "secret"
    secret.write_text("the reference")
    said = walled(child, f"\n    print(tried(lambda: {attempt}))\n", secret=str(secret))
    assert said in ("PermissionError", "OSError")
    assert secret.read_text() == "the reference"
    assert not (tmp_path / "made").exists()


def test_a_folder_to_list_is_not_one_to_read(child: Child, tmp_path: Path) -> None:
    """Names may be allowed without contents."""
    (tmp_path / "secret").write_text("x")
    code = "\n    print('secret' in os.listdir(outside), tried(lambda: open(outside + '/secret').read()))\n"
    assert walled(child, code) == "True PermissionError"


def test_only_named_ports_can_be_reached(child: Child) -> None:
    """A connection goes to an allowed port and to no other."""
    if landlock.abi() < 4:
        pytest.skip("this kernel's Landlock knows no ports")
    import socket

    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = [one.getsockname()[1], two.getsockname()[1]]
        code = """
    for port in both:
        print(tried(lambda: socket.create_connection(("127.0.0.1", port)).close()))
    """
        assert walled(child, code, both=ports, ports=ports[:1]).split() == ["None", "PermissionError"]


def test_nobody_outside_can_be_signalled(child: Child) -> None:
    """The parent is out of reach; the process itself is not."""
    if landlock.abi() < landlock.SIGNAL_SCOPE_ABI:
        pytest.skip("this kernel's Landlock knows no signals")
    code = """
    signal.signal(signal.SIGUSR1, lambda *_: print("own"))
    os.kill(os.getpid(), signal.SIGUSR1)
    print(tried(lambda: os.kill(os.getppid(), 0)), tried(lambda: os.kill(os.getppid(), signal.SIGUSR1)))
    """
    assert walled(child, code).split() == ["own", "PermissionError", "PermissionError"]


def test_the_walls_are_inherited_and_stay(child: Child, tmp_path: Path) -> None:
    """A child of the process stands behind the same walls, and no second set of rules opens them."""
    (tmp_path / "secret").write_text("x")
    code = """
    more = landlock.Ruleset(limit_connect=False)
    more.allow(["/"], more.rights)
    tried(more.enforce)
    if os.fork() == 0:
        print(tried(lambda: open(outside + "/secret").read()))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
    """
    assert walled(child, code) == "PermissionError"


def test_rights_grow_with_the_kernel() -> None:
    """A newer kernel knows at least the rights of an older one."""
    rights = [landlock.every_right(version) for version in range(1, 9)]
    assert rights == sorted(rights)
    assert all(right & landlock.READ_FILE for right in rights)


def test_a_failing_system_call_raises() -> None:
    """An errno becomes an OSError."""
    with pytest.raises(OSError, match=r"Bad file descriptor|Invalid"):
        landlock.syscall(landlock.ADD_RULE, -1, landlock.PATH_BENEATH, None, 0)
