"""Waits for a service that has to refuse to start: with an exit code that says so, and in words."""

from __future__ import annotations

from backroad.referee import endings, unready
from backroad.referee.deadline import Deadline
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.servicelog import read_log
from backroad.referee.starting import Running, Settings, has_family, is_listening
from backroad.report import Verdict

POLL = 0.005
DUE = "it ends by itself with a non-zero exit code, says why, and never listens"


def wait_for_refusal(running: Running, seconds: float, did: str) -> str:
    """Return what a process of the service said before it refused; the check fails where it does not."""
    try:
        failed = wait_for_end(running, seconds)
    finally:
        endings.end(running.process)
        said = read_log(running.log)
        running.let_go()
    code = running.process.returncode
    if failed is None and code == 0:
        failed = "it ended with exit code 0, which means success"
    if failed is None and not said.strip():
        failed = f"it ended {unready.exit_words(code)} without a word"
    if failed is not None:
        output = unready.last_lines(said)
        raise Trouble(Evidence(Verdict.FAILED, failed, expected=DUE, got=failed, did=(did,), output=output))
    return said


def wait_for_end(running: Running, seconds: float) -> str | None:
    """Wait until the process has ended; return what it did instead, if anything."""
    deadline = Deadline(seconds, running.family)
    while has_family(running.process):
        if is_listening(running.port, running.made):
            return "it started: it listens on its port"
        if not deadline.left:
            return f"it was still there after {seconds:g} s, without listening"
        deadline.pause(POLL)
    return None


def settings_text(env: Settings) -> str:
    """Return settings as a check's feedback shows them."""
    return "".join(
        f", without {name}" if value is None else f", with {name}={value}" for name, value in env.items()
    )
