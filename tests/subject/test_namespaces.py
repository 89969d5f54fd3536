"""What a subject has for itself; always in a child."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.subject import namespaces
from backroad.subject.namespaces import Space

Child = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.usefixtures("namespaced")
ALWAYS = ("user", "mnt", "ipc", "uts", "pid")
KEPT = """
    import os, socket
    from pathlib import Path
    from backroad.subject import keeper, namespaces
    from backroad.subject.namespaces import Space

    ours, theirs = socket.socketpair()
    inside = keeper.stay(space, [], [theirs.detach()], [ours.fileno()])

    def tried(what):
        try:
            return what()
        except OSError as error:
            return type(error).__name__
"""


def kept(child: Child, code: str, space: Space = Space.OWN) -> str:
    """Run code in a process with a keeper, and return what it prints."""
    done = child(KEPT + code, space=int(space))
    assert done.stderr == ""
    return done.stdout.strip()


def own(child: Child, space: Space) -> set[str]:
    """Return the namespaces that a process does not share with us."""
    names = [*ALWAYS, "net"]
    said = kept(child, f"\n    print(*[os.readlink(f'/proc/self/ns/{{name}}') for name in {names}])\n", space)
    outside = [os.readlink(f"/proc/self/ns/{name}") for name in names]  # noqa: PTH115 - no path is read
    return {name for name, one, other in zip(names, said.split(), outside, strict=True) if one != other}


@pytest.mark.parametrize(
    ("space", "names"),
    [(Space.SHARED, set()), (Space.ALL_BUT_NETWORK, {*ALWAYS}), (Space.OWN, {*ALWAYS, "net"})],
)
def test_a_space_is_what_it_says(child: Child, space: Space, names: set[str]) -> None:
    """Each space leaves the namespaces that it names, and no others."""
    assert own(child, space) == names


def test_one_stays_who_one_is(child: Child, tmp_path: Path) -> None:
    """User and group are those outside, and files are still one's own."""
    code = "\n    Path(outside, 'made').touch()\n    print(os.getuid(), os.getgid(), inside)\n"
    assert kept(child, code) == f"{os.getuid()} {os.getgid()} True"
    assert (tmp_path / "made").stat().st_uid == os.getuid()


def test_nobody_else_is_there(child: Child) -> None:
    """Its table has the keeper and itself, and it leads its session; its network is a loopback that works."""
    code = """
    print(os.getpid(), os.getppid(), os.getsid(0), [name for name in os.listdir("/proc") if name.isdigit()])
    with socket.create_server(("127.0.0.1", 5000)) as server, socket.create_connection(server.getsockname()):
        print(socket.if_nameindex())
    """
    assert kept(child, code).splitlines() == ["2 1 2 ['1', '2']", "[(1, 'lo')]"]


def test_shared_memory_is_its_own(child: Child) -> None:
    """/dev/shm is empty and of limited size; a folder there that is in use stays in sight, and in place."""
    code = """
    import tempfile
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        os.chdir(folder)
        namespaces.own_memory(1, [folder, "/tmp"])
        print(os.listdir("/dev/shm") == [os.path.basename(folder)])
        Path(folder, "within").touch()
        print(os.listdir())
        print(tried(lambda: Path("/dev/shm/big").write_bytes(bytes(2**21))))
        os.chdir("/")
        Path(folder, "within").unlink()
        namespaces.call("umount", folder.encode())
        namespaces.call("umount", b"/dev/shm")
    """
    before = set(os.listdir("/dev/shm"))  # noqa: PTH208 - names
    assert kept(child, code).splitlines() == ["True", "['within']", "OSError"]
    assert "big" not in set(os.listdir("/dev/shm")) - before  # noqa: PTH208


def test_no_rights_are_left(child: Child) -> None:
    """What the first process of a user namespace may do there is gone, also for root and after exec."""
    code = """
    namespaces.libc.prctl(38, 1, 0, 0, 0)
    namespaces.give_up_rights()
    print(tried(lambda: namespaces.mount("tmpfs", "/tmp", "tmpfs", 0)), flush=True)
    import subprocess
    subprocess.run(["grep", "-cE", "^Cap(Prm|Eff):.0*$", "/proc/self/status"])
    """
    assert kept(child, code).splitlines() == ["PermissionError", "2"]


@pytest.mark.skipif(
    tuple(map(int, os.uname().release.split(".")[:2])) < (6, 14), reason="the number is the machine's"
)
def test_processes_are_counted(child: Child) -> None:
    """A fork bomb ends before the machine does, also root's."""
    code = """
    import time
    def bomb():
        for number in range(10_000):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
    print(tried(bomb), len(os.listdir("/proc")) < 700, flush=True)
    os.kill(-1, 9)
    """
    assert kept(child, code) == "BlockingIOError True"


def test_it_is_told_what_forbids_them(child: Child) -> None:
    """Where a switch of the machine forbids namespaces, nothing changes, and the switch is named."""
    code = """
    namespaces.write("/proc/sys/user/max_user_namespaces", "0")
    namespaces.obstacle.cache_clear()
    before = os.readlink("/proc/self/ns/mnt")
    print(namespaces.enter(Space.OWN), os.readlink("/proc/self/ns/mnt") == before)
    print(*namespaces.obstacle(), sep="; ")
    """
    told = kept(child, code).splitlines()
    assert told[0] == "False True"
    assert told[1].startswith("namespaces ([Errno 28] unshare: ")
    assert told[1].endswith("; sudo sysctl user.max_user_namespaces=10000")


def test_it_is_tried_from_anywhere(child: Child) -> None:
    """A run whose files are in memory begins in /dev/shm, which the attempt lays another one over."""
    code = """
    import os, tempfile
    from backroad.subject import namespaces
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        os.chdir(folder)
        print(namespaces.obstacle())
        os.chdir("/")
    """
    assert child(code).stdout == "None\n"


def test_it_is_tried_once() -> None:
    """The answer is remembered: a run asks many times."""
    namespaces.obstacle()
    before = namespaces.obstacle.cache_info().misses
    namespaces.obstacle()
    assert namespaces.obstacle.cache_info().misses == before


def test_without_a_switch_a_container_is_suspected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The remedy is the switch that is set against us, or what containers need."""
    (tmp_path / "switch").write_text("1\n")
    monkeypatch.setattr(namespaces, "SWITCHES", [(str(tmp_path / "switch"), "1", "turn it off")])
    assert namespaces.remedy() == "turn it off"
    monkeypatch.setattr(namespaces, "SWITCHES", [(str(tmp_path / "none"), "1", "turn it off")])
    assert namespaces.remedy() == namespaces.IN_CONTAINERS
