"""An audit as JSON, and as an exit code."""

from __future__ import annotations

import json

import pytest

from backroad.audit import Audit, Part, Score, Survivor, audits_to_json, exit_code
from backroad.errors import ExitCode, Problem

BAD = Part("mutants", "2 of 3", (Problem("m.toml", "is caught by no check"),))


def test_json() -> None:
    """Everything found is in the object, problems with where, what and remedy."""
    score = Score(3, 2, (Survivor("m.py:Number 1 2", "x = 1", "x = 2", "unused"),))
    told = audits_to_json([Audit("thing", (BAD,), score, 7, 1.26)])
    assert json.loads(json.dumps(told)) == {
        "format": 1,
        "clean": False,
        "exercises": [
            {
                "slug": "thing",
                "clean": False,
                "runs": 7,
                "seconds": 1.3,
                "parts": [
                    {
                        "name": "mutants",
                        "said": "2 of 3",
                        "problems": [{"where": "m.toml", "what": "is caught by no check", "remedy": ""}],
                        "notes": [],
                        "is_kit_fault": False,
                    }
                ],
                "generated": {
                    "made": 3,
                    "caught": 2,
                    "survivors": [
                        {
                            "mutant": "m.py:Number 1 2",
                            "before": "x = 1",
                            "after": "x = 2",
                            "reason": "unused",
                        }
                    ],
                    "explained": 1,
                    "share": 1.0,
                    "share_of_all": 0.6667,
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([Part("layout", "fine")], ExitCode.PASSED),
        ([Part("layout", "fine"), BAD], ExitCode.FAILED),
        ([BAD, Part("reference", "", (Problem("", "x"),), is_kit_fault=True)], ExitCode.KIT_AT_FAULT),
    ],
    ids=["clean", "problems", "the kit's fault"],
)
def test_exit_codes(parts: list[Part], expected: ExitCode) -> None:
    """The kit's own fault outweighs problems."""
    assert exit_code([Audit("x", (parts[0],)), Audit("y", tuple(parts[1:]))]) == expected
