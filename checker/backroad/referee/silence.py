"""What it means that a running service gives no answer: it hangs, it broke the connection, it has ended."""

from __future__ import annotations

import subprocess
from contextlib import suppress

from backroad.plan import Plan
from backroad.referee import unready
from backroad.referee.evidence import Evidence
from backroad.referee.foreign import limit_of_end
from backroad.referee.http import Request
from backroad.referee.servicelog import exception_in, read_log, stack_in
from backroad.referee.starting import LAST_WORDS, Running, ask_for_stack
from backroad.report import Verdict


def hung(plan: Plan, running: Running, request: Request, seconds: float) -> Evidence:
    """Return the evidence of an exchange without an answer; a Python service is aborted for its stack."""
    return Evidence(
        Verdict.HUNG,
        f"no answer within {seconds:g} s",
        frames=stack_in(ask_for_stack(running), plan.tree),
        did=(str(request),),
        again=request.curl,
    )


def broken(plan: Plan, running: Running, request: Request, error: Exception, before: int) -> Evidence:
    """Return the evidence of a connection that broke: the process has ended, or hung up without an answer.

    `before` is the length of the log when the request was sent.
    """
    with suppress(subprocess.TimeoutExpired):
        running.process.wait(LAST_WORDS)
    code = running.process.poll()
    log = read_log(running.log, before)
    found = exception_in(log, plan.tree)
    frames = found.frames if found else ()
    shown = Evidence(Verdict.FAILED, did=(str(request),), again=request.curl, frames=frames)
    if code is None:
        said = found.said if found else None
        words = str(error) or type(error).__name__
        return shown.but(message=said, expected="an HTTP answer", got=f"the connection broke: {words}")
    limit = limit_of_end(code, plan.limits)
    if limit is not None:
        return shown.but(verdict=Verdict.LIMIT, message=limit, got="the service was ended")
    return shown.but(
        verdict=Verdict.DIED,
        message=f"the service ended {unready.exit_words(code)} during the request",
        frames=frames if found else stack_in(log, plan.tree),
        output=unready.last_lines(read_log(running.log)),
    )
