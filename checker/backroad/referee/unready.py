"""Why a service is not ready, told apart: wrong port, never listened, crashed at start, never answers."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from backroad.plan import Plan
from backroad.referee.evidence import Evidence, places
from backroad.referee.foreign import limit_of_end
from backroad.referee.listening import listening_ports
from backroad.referee.servicelog import exception_in
from backroad.referee.starting import Running
from backroad.referee.unreadable import rename, shadowed
from backroad.report import Place, Verdict

LAST_LINES = 6
MAX_LINE = 160
SHELL_SIGNALS = 128  # a shell's exit code is this and the number of the signal that ended its command
SOURCES = {".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".rb", ".rs", ".java", ".php"}
FOREGROUND = "keep the server in the foreground; where its first process ends, a platform takes it for ended"
READ_PORT = 'read the port from the environment: in Python, int(os.environ["PORT"])'


def started(plan: Plan, port: int | None = None) -> tuple[str, ...]:
    """Return what was done to start the service."""
    shown = f"   with PORT={port}" if port is not None else ""
    return (f"started {plan.service.start}{shown}",)


def crashed(plan: Plan, code: int, log: str) -> Evidence:
    """Return the evidence of a service that ended before it listened."""
    found, limit = exception_in(log, plan.tree), limit_of_end(code, plan.limits)
    if limit is not None:
        return Evidence(Verdict.LIMIT, limit, did=started(plan))
    return Evidence(
        Verdict.UNREADABLE,
        message=found.said if found else f"it ended {exit_words(code)} before it listened on its port",
        expected="a service that keeps running and listens on its port",
        got=f"crashed at start: it ended {exit_words(code)}",
        frames=found.frames if found else (),
        did=started(plan),
        output=None if found and found.frames else last_lines(log),
        remedy=remedy_for(plan, found.said) if found else FOREGROUND if code == 0 else None,
    )


def remedy_for(plan: Plan, said: str) -> str | None:
    """Return what to do about the commonest exceptions at start."""
    hidden = shadowed(plan.tree, said)
    if hidden and said.startswith(("ImportError", "ModuleNotFoundError", "AttributeError")):
        return rename(hidden)
    if "Address already in use" in said or "EADDRINUSE" in said:
        return f"another program has that port; {READ_PORT}"
    return None


def in_background(plan: Plan) -> Evidence:
    """Return the evidence of a service whose first process ended while another one serves on."""
    return Evidence(
        Verdict.UNREADABLE,
        message="it went to the background: its process ended, another one serves on",
        expected="a service that keeps running and listens on its port",
        got="its process ended",
        did=started(plan),
        remedy=FOREGROUND,
    )


def wrong_port(plan: Plan, pid: int, port: int) -> Evidence | None:
    """Return the evidence when the service's processes listen, but not where they should."""
    elsewhere = [other for other in listening_ports(pid) if other[1] != port]
    if not elsewhere:
        return None
    host, other = elsewhere[0]
    place = mentions(plan.tree, other)
    return Evidence(
        Verdict.UNREADABLE,
        message=f"wrong port: it listens on {host}:{other}, not on {port}",
        expected=f"it listens on 127.0.0.1:{port}, the PORT it was given",
        got=f"it listens on {host}:{other}",
        frames=(place,) if place else (),
        did=started(plan, port),
        remedy=READ_PORT,
    )


def mentions(tree: Path, port: int) -> Place | None:
    """Return the line of the submission that names a port."""
    word = re.compile(rf"(?<!\d){port}(?!\d)")
    for path in sorted(tree.iterdir()):
        if path.suffix in SOURCES and path.is_file():
            for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
                if word.search(line):
                    return places([[path.name, number, ""]], tree)[0]
    return None


def never_listened(plan: Plan, port: int, log: str) -> Evidence:
    """Return the evidence of a service that runs and opens no port."""
    return Evidence(
        Verdict.UNREADABLE,
        message=f"it never listened: no port was opened within {plan.limits.start:g} s",
        expected=f"it listens on 127.0.0.1:{port}",
        got="it runs, but it never listened on any port",
        did=started(plan, port),
        output=last_lines(log),
        remedy="start the server at the end of the program, for Flask: app.run(port=…)",
    )


def never_answers(evidence: Evidence) -> Evidence:
    """Return the evidence of a service that accepts connections and says nothing."""
    return evidence.but(
        message=f"it listens, but never answers: {evidence.message}",
        expected="an answer to every request",
        got="it listens, but never answers",
    )


def exit_words(code: int) -> str:
    """Return how a process ended, in words."""
    if code > SHELL_SIGNALS:
        code = SHELL_SIGNALS - code
    if code >= 0:
        return f"with exit code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"


def last_lines(log: str) -> str | None:
    """Return the end of a log."""
    lines = [line[:MAX_LINE] for line in log.splitlines() if line.strip()]
    return "\n".join(lines[-LAST_LINES:]) or None


def is_shared(running: Running) -> bool:
    """Return whether several processes of the service listen on its port."""
    ports = [port for _, port in listening_ports(running.process.pid)]
    return ports.count(running.port) > 1
