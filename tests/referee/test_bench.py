"""What a run needs on the learner's side."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backroad.model import Kind, Level
from backroad.plan import Plan
from backroad.referee.bench import Bench


@pytest.mark.parametrize("kind", list(Kind))
def test_the_right_side_is_started_ahead(plan: Callable[..., Plan], server: str, kind: Kind) -> None:
    """A module's process or a service, and it ends with the bench."""
    files = {"thing.py": "", "app.py": "import base\nbase.serve()\n", "base.py": server}
    bench = Bench(plan(files, kind=kind))
    bench.launch_ahead()
    bench.close()
    bench.close()


def test_a_level_is_known_before_anything_ran(plan: Callable[..., Plan]) -> None:
    """A run in which nothing could be started claims no more than the least."""
    assert Bench(plan("")).level is Level.PROCESS
    assert Bench(plan("", max_level=Level.NONE)).level is Level.NONE
