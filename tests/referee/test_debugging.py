"""`check --debug`: checks and code in one process."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

from backroad.plan import Plan
from backroad.referee.planfile import plan_to_json


def test_breakpoints_work(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """The debugger gets the terminal inside the learner's code, and the report is the usual one."""
    import json

    made = plan(
        "def f():\n    breakpoint()\n    return 1\n",
        'def test_it(subject):\n    """It"""\n    assert subject.f() == 1\n',
    )
    (tmp_path / "plan.json").write_text(json.dumps(plan_to_json(made)))
    code = """
        import json, sys
        from backroad.referee.debugging import debug
        from backroad.referee.planfile import plan_from_json
        report = debug(plan_from_json(json.load(open(sys.argv[1]))))
        print("verdicts", [str(result.verdict) for result in report.results], int(report.level))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "plan.json")],
        input="p 6 * 7\ncontinue\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "42" in done.stdout
    assert "verdicts ['PASSED'] 0" in done.stdout
