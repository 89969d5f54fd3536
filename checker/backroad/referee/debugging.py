"""`check --debug`: the checks and the learner's code in this very process, on this terminal."""

from __future__ import annotations

from backroad.errors import KitFault, Problem
from backroad.plan import Plan
from backroad.referee.bench import Bench
from backroad.referee.court import pytest_arguments
from backroad.report import Report

SEEN_IN_DEBUG = {"terminal", "debugging", "capture"}


def debug(plan: Plan) -> Report:
    """Judge a plan here, so that `breakpoint()` and editors work; no walls, no time limits."""
    import pytest

    from backroad.referee.plugin import Referee

    bench = Bench(plan.but(in_process=True))
    try:
        referee = Referee(bench)
        arguments = [*pytest_arguments(plan, keep=SEEN_IN_DEBUG), "--capture=no", "--no-header", "-q"]
        code = pytest.main(arguments, plugins=[referee])
        if referee.faults:
            raise KitFault(
                Problem(plan.exercise, "the checks could not be run\n" + "\n".join(referee.faults))
            )
        if code == pytest.ExitCode.INTERRUPTED and not referee.results:
            raise KeyboardInterrupt
        return referee.report()
    finally:
        bench.close()
