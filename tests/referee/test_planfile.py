"""A plan on its way into the referee's process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backroad.model import Kind, Level, Limits, ServiceCommand
from backroad.plan import Plan
from backroad.referee.planfile import plan_from_json, plan_to_json

CHECK = "@fresh\ndef test_it(subject):\n    '''It does'''\n"


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"kind": Kind.SERVICE, "service": ServiceCommand("node app.js", "/ready")},
        {
            "names": ("it",),
            "stages": (1, 2),
            "seed": 7,
            "shuffle": True,
            "fail_fast": True,
            "in_process": True,
        },
        {"probes": Path("/kit/probes.py"), "secret": (Path("/a"), Path("/b é")), "max_level": Level.PROCESS},
        {"limits": Limits(call=0.5, memory=64), "kit": "1.2", "in_parts": True, "part": 2},
    ],
    ids=["usual", "service", "chosen", "paths", "limits"],
)
def test_a_plan_arrives_as_it_left(plan: Callable[..., Plan], choices: dict[str, Any]) -> None:
    """Every field survives the way through JSON."""
    made = plan("", CHECK, **choices)
    assert plan_from_json(json.loads(json.dumps(plan_to_json(made)))) == made
