"""Starts the processes of a submission: clean environment, own session, own scratch folder."""

from __future__ import annotations

import os
import secrets
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from backroad.model import Limits
from backroad.referee import endings
from backroad.referee.endings import Process
from backroad.referee.forked import Forked, ForkServer, Unborn, can_fork, let_go
from backroad.referee.nodepath import node_settings
from backroad.referee.scratch import remove_folder
from backroad.referee.walls import PACKAGE
from backroad.subject.namespaces import Space

SUBJECT = PACKAGE / "subject" / "__main__.py"
LAUNCHER = PACKAGE / "subject" / "launcher.py"
CONNECT_SECONDS = 15.0
SEED = 0
USUAL = Limits()
MAX_OUTPUT = 4_000
KEPT_FROM_OUTSIDE = ("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "LD_LIBRARY_PATH")


def clean_environment(scratch: Path, seed: int, outside: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of a subject: nothing of the user's but the way to the programs."""
    environment = {
        "PATH": os.pathsep.join([str(python_folder(scratch)), outside.get("PATH", os.defpath)]),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": str(seed % 2**32),
    }
    if site.ENABLE_USER_SITE:
        environment["PYTHONUSERBASE"] = site.getuserbase()
    environment |= node_settings(outside)
    return environment | {name: outside[name] for name in KEPT_FROM_OUTSIDE if name in outside}


def python_folder(scratch: Path) -> Path:
    """Return a folder where `python` is this interpreter; some systems have only `python3`."""
    folder = Path(sys.executable).parent
    if os.name != "posix" or (folder / "python").exists():
        return folder
    shims = scratch / "bin"
    shims.mkdir(exist_ok=True)
    shim = shims / "python"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    return shims


@dataclass
class Started:
    """A subject's process with what the referee holds of it."""

    process: Process
    link: socket.socket
    scratch: Path
    stacks: Path
    output: Path
    ended: bool = field(default=False)
    said: str = field(default="")

    def end(self) -> None:
        """End the process with all it started, and remove its scratch folder."""
        if self.ended:
            return
        self.ended = True
        self.link.close()
        with suppress(Unborn):
            endings.end(self.process)
        let_go(self.process)
        with suppress(OSError):
            self.said = read_part(self.output, 0, self.output.stat().st_size)
        remove_folder(self.scratch)


def read_part(file: Path, begin: int, end: int) -> str:
    """Return the text between two offsets of a file, its middle left out when it is long."""
    with file.open("rb") as stream:
        stream.seek(begin)
        if end - begin <= MAX_OUTPUT:
            return stream.read(end - begin).decode("utf-8", "replace")
        head = stream.read(MAX_OUTPUT // 2).decode("utf-8", "replace")
        stream.seek(end - MAX_OUTPUT // 2)
        tail = stream.read(MAX_OUTPUT // 2).decode("utf-8", "replace")
    return f"{head}\n… {end - begin - MAX_OUTPUT:,} bytes left out …\n{tail}"


def start_subject(
    tree: Path,
    seed: int,
    forks: ForkServer | None = None,
    space: Space = Space.SHARED,
    limits: Limits = USUAL,
    folders: Iterable[Path] = (),
) -> Started:
    """Start the process that will load the learner's module; it waits for its configuration.

    `limits` say what may come into its folders: `tree`, its scratch folder, and `folders`.
    `forks` spares it the imports, where it still answers; it works with one order of hashes, SEED, and in
    the space that it was made for.
    """
    scratch = Path(tempfile.mkdtemp(prefix="backroad-"))
    room = [limits.disk, limits.files, *map(str, (tree, scratch, *folders))]
    mine, theirs = socket.socketpair()
    stacks, output = scratch.with_name(scratch.name + ".stacks"), scratch.with_name(scratch.name + ".out")
    # Appended to: each check empties the output of the one before.
    with stacks.open("wb") as stacks_file, output.open("ab") as output_file:
        process: Process | None = None
        if forks is not None and seed == SEED:
            order = {"cwd": str(tree), "env": clean_environment(scratch, seed), "room": room}
            with suppress(Unborn):
                process = forks.fork(order, [theirs.fileno(), stacks_file.fileno(), output_file.fileno()])
        if process is None and os.name == "posix":
            passed = [theirs.fileno(), stacks_file.fileno()]
            kept = [int(space), *room]
            process = _start_posix(tree, clean_environment(scratch, seed), passed, output_file, kept)
        elif process is None:
            mine.close()
            process, mine = _start_portable(tree, scratch, seed, output_file)
        theirs.close()
        return Started(process, mine, scratch, stacks, output)


def _start_posix(
    tree: Path,
    environment: Mapping[str, str],
    passed: Sequence[int],
    output: BinaryIO,
    kept: Sequence[object],
) -> Process:
    def start(*leash: int) -> subprocess.Popen[bytes]:
        words = [*passed, *leash, *(kept if leash else [])]
        return subprocess.Popen(
            [sys.executable, "-P", str(SUBJECT), *map(str, words)],
            cwd=tree,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(*passed, *leash),
            start_new_session=True,
        )

    return on_leash(start)


def on_leash(start: Callable[..., subprocess.Popen[bytes]]) -> Process:
    """Start a process, with a keeper where this system has what that needs; it is given the leash then."""
    if not can_fork():
        return start()
    ours, theirs = socket.socketpair()
    with theirs:
        return Forked(ours, start(theirs.fileno()))


def _start_portable(
    tree: Path, scratch: Path, seed: int, output: BinaryIO
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start without inherited descriptors: the subject connects to loopback and shows a secret."""
    secret = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as server:
        process = subprocess.Popen(
            [sys.executable, "-P", str(SUBJECT), f"{server.getsockname()[1]}:{secret}"],
            cwd=tree,
            env=clean_environment(scratch, seed),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        server.settimeout(CONNECT_SECONDS)
        while True:
            link, _ = server.accept()
            link.settimeout(CONNECT_SECONDS)
            if secrets.compare_digest(link.recv(len(secret)), secret.encode("ascii")):
                return process, link
            link.close()
