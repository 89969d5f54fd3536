"""What `doctor` looks at: interpreter, packages, confinement, home, terminal, other languages."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.console.notices import Finding, Health
from backroad.errors import BackroadError

if TYPE_CHECKING:
    from backroad.cli.session import Session

OLDEST = (3, 11)
LEVELS = {
    0: "your code runs unconfined",
    1: "a process of its own, limits on memory, files and time",
    2: "no files but its own, no connections but its own, limits",
    3: "all that level 2 has, and processes, shared memory and mostly a network of its own",
}
SIGNS = "✓✗·○●★…"


def examine(session: Session) -> list[Finding]:
    """Return everything that was looked at."""
    return [
        _python(),
        *_packages(),
        _content(session),
        _confinement(),
        *_missing_walls(),
        _home(session),
        _temporary(),
        _loopback(),
        _encoding(session),
        _node(),
        *_databases(session),
    ]


def facts(session: Session) -> dict[str, str]:
    """Return what a bug report needs to say."""
    return {"kit": session.kit, "system": platform.platform(), "home": str(session.home)}


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < OLDEST:
        return Finding("Python", Health.BROKEN, version, "install Python 3.11 or newer")
    return Finding("Python", Health.GOOD, f"{version} at {sys.executable}")


def _packages() -> Iterator[Finding]:
    """Yield one finding for the packages that are there, and one for each that is missing."""
    found = {name: _version(name) for name in _required()}
    there = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    yield Finding("packages", Health.GOOD, there or "none is needed")
    for name, version in found.items():
        if version is None:
            yield Finding(name, Health.BROKEN, "is not installed", f"{sys.executable} -m pip install {name}")


def _required() -> list[str]:
    """Return the distributions that the kit names as its own requirements."""
    lines = metadata.requires("backroad") or []
    names = (re.match(r"[\w.-]+", line) for line in lines if "extra ==" not in line)
    return [name[0] for name in names if name]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _content(session: Session) -> Finding:
    try:
        count = len(session.roadmap.exercises)
    except BackroadError as error:
        return Finding("exercises", Health.BROKEN, str(error).partition("\n")[0])
    return Finding("exercises", Health.GOOD, f"{count} in {session.content.root}")


def _confinement() -> Finding:
    from backroad.subject import confinement

    level = confinement.probe().level
    health = Health.GOOD if level > 1 else Health.MISSING
    return Finding("confinement", health, f"level {level}: {LEVELS.get(level, '')}")


def _databases(session: Session) -> Iterator[Finding]:
    """Yield what the checks of databases run on: the kit's own, or the servers that the environment names."""
    from backroad.model import Need
    from backroad.referee.servers import DOCUMENT_SERVER, SQL_SERVERS, configured, version_of

    own = {Need.SQL: f"SQLite {sqlite3.sqlite_version}", Need.DOCUMENTS: "the kit's embedded document server"}
    others = {Need.SQL: " or ".join(SQL_SERVERS.values()), Need.DOCUMENTS: DOCUMENT_SERVER}
    try:
        servers = configured(session.environ)
    except BackroadError as error:
        yield from (Finding("databases", Health.BROKEN, one.what, one.remedy) for one in error.problems)
        return
    for need, usual in own.items():
        if need not in servers:
            yield Finding(str(need), Health.GOOD, f"{usual}; {others[need]} would name a server")
            continue
        try:
            yield Finding(str(need), Health.GOOD, version_of(need, servers[need]))
        except BackroadError as error:
            for one in error.problems:
                yield Finding(str(need), Health.BROKEN, f"{one.where}: {one.what}", one.remedy)


def _missing_walls() -> Iterator[Finding]:
    from backroad.subject import confinement

    for what, remedy in confinement.probe().missing:
        yield Finding(what, Health.MISSING, "is not available", remedy)


def _home(session: Session) -> Finding:
    home = session.home
    try:
        with session.archive():
            pass
    except BackroadError as error:
        return Finding("home", Health.BROKEN, str(error))
    return Finding("home", Health.GOOD, f"{home} can be written")


def _temporary() -> Finding:
    try:
        with tempfile.TemporaryDirectory() as folder:
            free = shutil.disk_usage(folder).free // 2**20
            detail = f"{Path(folder).parent} can be written, {free:,} MiB free"
    except OSError as error:
        return Finding("temporary", Health.BROKEN, str(error), "set TMPDIR to a folder you can write")
    if free < 100:
        return Finding("temporary", Health.MISSING, detail, "free some space, or set TMPDIR")
    return Finding("temporary", Health.GOOD, detail)


def _loopback() -> Finding:
    import socket

    try:
        with socket.create_server(("127.0.0.1", 0)):
            return Finding("loopback", Health.GOOD, "a service can listen on 127.0.0.1")
    except OSError as error:
        return Finding("loopback", Health.BROKEN, str(error), "allow programs to listen on 127.0.0.1")


def _encoding(session: Session) -> Finding:
    encoding = session.out.stream.encoding or "ascii"
    try:
        SIGNS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        remedy = "set PYTHONUTF8=1; until then plain signs are used"
        return Finding(
            "terminal", Health.MISSING, f"{encoding} cannot show {len(SIGNS)} of the signs", remedy
        )
    return Finding("terminal", Health.GOOD, f"{encoding}, {session.out.width} columns")


def _node() -> Finding:
    place = shutil.which("node")
    if place is None:
        return Finding(
            "node", Health.MISSING, "is not there", "only needed for solutions written in JavaScript"
        )
    command = [place, "--version"]
    try:
        said = subprocess.run(
            command, capture_output=True, text=True, timeout=10, env=dict(os.environ), check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("node", Health.MISSING, str(error), "install it again, or leave it")
    return Finding("node", Health.GOOD, f"{said.stdout.strip()} at {place}")
