"""Start private database servers from the machine's own programs, run a command with their URLs, stop them.

    python tools/live.py [--only postgresql,mysql,documents] -- COMMAND ARGUMENTS…

PostgreSQL (Debian: postgresql) and MariaDB (Debian: mariadb-server-core) run in a temporary folder, on a free
port of the loopback, as an unprivileged user. SecantusDB, a document server that is not the kit's own, is
installed into an environment of its own and only ever run as a process: its licence is the GPL.
The command finds BACKROAD_POSTGRES_URL, BACKROAD_MYSQL_URL and BACKROAD_MONGODB_URL.
"""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ENVIRONMENT = Path(__file__).resolve().parent.parent / ".venv-documents"
# All its releases are previews, and each differs a little: the one that the checks were compared with.
DOCUMENT_SERVER = "SecantusDB==0.7.0b3"
START_SECONDS = 60
STOP_SECONDS = 20
ROOM = 1024 * 2**20
PLACES = (
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/lib/postgresql/*/bin",
    "/usr/local/bin",
    "/usr/local/pgsql/bin",
)


def program(*names: str) -> str:
    """Return the path of the first of these programs that is there; stops in words when none is."""
    for name in names:
        found = shutil.which(name)
        places = sorted(
            (path for place in PLACES for path in Path("/").glob(f"{place[1:]}/{name}")), reverse=True
        )
        if found or places:
            return found or str(places[0])
    sys.exit(f"{names[0]} is not on this machine: apt-get install postgresql mariadb-server-core")


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged() -> dict[str, int]:
    """Return how to start a process as nobody, where we are root; servers refuse to be."""
    if os.name != "posix" or os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid}


def memory() -> Path | None:
    """Return a folder in memory, where there is one: every commit waits for a disk."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and shutil.disk_usage(shared).free > ROOM else None


def prepared(folder: Path, name: str) -> Path:
    """Return a new folder that the server may write."""
    place = folder / name
    place.mkdir()
    if os.geteuid() == 0:
        os.chown(place, unprivileged()["user"], unprivileged()["group"])
    return place


@contextmanager
def running(
    command: list[str], folder: Path, log: Path, port: int, ending: signal.Signals, *, ours: bool = False
) -> Iterator[None]:
    """Run a server for the time of the `with`, once it listens: as nobody, or as us where `ours`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            **({} if ours else unprivileged()),
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_listening(port):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(ending)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_listening(port: int) -> bool:
    """Return whether somebody accepts connections on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run PostgreSQL, and give its URL."""
    data, port, password = prepared(folder, "postgresql"), free_port(), secrets.token_hex(8)
    word = data / "password"
    word.write_text(password)
    word.chmod(0o644)
    made = [program("initdb"), "-D", str(data / "db"), "-U", "backroad", "-A", "scram-sha-256", "-E", "UTF8"]
    subprocess.run(
        [*made, "--locale=C.UTF-8", "--no-sync", f"--pwfile={word}"],
        cwd=data, check=True, stdout=subprocess.DEVNULL, **unprivileged(),
    )  # fmt: skip
    options = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200"]
    options += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}"]
    command = [program("postgres"), "-D", str(data / "db"), "-p", str(port), *options]
    with running(command, data, folder / "postgresql.log", port, signal.SIGINT):
        yield f"postgresql://backroad:{password}@127.0.0.1:{port}/postgres"


@contextmanager
def mysql(folder: Path) -> Iterator[str]:
    """Run MariaDB, and give its URL."""
    data, port, password = prepared(folder, "mysql"), free_port(), secrets.token_hex(8)
    server, log = program("mariadbd", "mysqld"), folder / "mysql.log"
    usual = ["--no-defaults", f"--datadir={prepared(data, 'db')}", "--lc-messages-dir=/usr/share/mysql"]
    with log.open("wb") as output:
        subprocess.run(
            [server, *usual, "--bootstrap", "--enforce-storage-engine=", "--max-allowed-packet=8M"],
            cwd=data, input=system_tables().encode(), stdout=output, stderr=output, **unprivileged(),
        )  # fmt: skip
    start = data / "start.sql"
    start.write_text(
        f"CREATE USER 'backroad'@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        "GRANT ALL PRIVILEGES ON *.* TO 'backroad'@'127.0.0.1' WITH GRANT OPTION;\n"
    )
    options = [
        f"--port={port}",
        f"--socket={data / 'socket'}",
        f"--pid-file={data / 'pid'}",
        f"--init-file={start}",
    ]
    options += ["--bind-address=127.0.0.1", "--max-connections=200", "--skip-name-resolve"]
    options += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"]
    with running([server, *usual, *options], data, log, port, signal.SIGTERM):
        yield f"mysql://backroad:{password}@127.0.0.1:{port}/mysql"


def system_tables() -> str:
    """Return the SQL that makes MariaDB's own tables, in the order of its installer."""
    folder, texts = Path("/usr/share/mysql"), ["CREATE DATABASE IF NOT EXISTS mysql;", "USE mysql;"]
    for part in ("system_tables", "performance_tables", "system_tables_data"):
        files = [folder / f"{brand}_{part}.sql" for brand in ("mariadb", "mysql")]
        texts += [file.read_text("utf-8") for file in files if file.is_file()][:1]
    return "\n".join(texts)


@contextmanager
def documents(folder: Path) -> Iterator[str]:
    """Run SecantusDB, and give its URL."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "bin" / "secantusd-py").exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", DOCUMENT_SERVER], check=True)
    data, port = folder / "documents", free_port()
    data.mkdir()
    command = [str(ENVIRONMENT / "bin" / "secantusd-py"), "--host=127.0.0.1", f"--port={port}"]
    command += ["--storage-path=:memory:", "--log-level=ERROR", "--standalone"]
    with running(command, data, folder / "documents.log", port, signal.SIGTERM, ours=True):
        yield f"mongodb://127.0.0.1:{port}/"


SERVERS = {
    "documents": (documents, "BACKROAD_MONGODB_URL"),
    "postgresql": (postgresql, "BACKROAD_POSTGRES_URL"),
    "mysql": (mysql, "BACKROAD_MYSQL_URL"),
}


def main() -> int:
    """Start the servers, run the command, stop them; returns the command's exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default=",".join(SERVERS), help="which servers, with commas")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    command = chosen.command[1:] if chosen.command[:1] == ["--"] else chosen.command
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="backroad-live-", dir=memory())))
        folder.chmod(0o755)
        environment = dict(os.environ)
        for name in chosen.only.split(","):
            serve, variable = SERVERS[name]
            environment[variable] = stack.enter_context(serve(folder))
            print(f"{name} is up", file=sys.stderr)
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
