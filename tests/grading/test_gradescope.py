"""What Gradescope reads of one hand-in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from backroad.grading.gradescope import results

if TYPE_CHECKING:
    from tests.grading.conftest import Classes


def test_each_check_is_a_test_in_learning_order(classes: Classes) -> None:
    """Name, number, points and status of each; the total is the gradebook's."""
    ann = classes.grade("ann", classes.report(classes.names[:2], expected="1", got="2"))
    told = results(ann, classes.book(ann))
    assert [test["name"] for test in told["tests"]] == [check.sentence for check in classes.exercise.checks]
    assert [test["number"] for test in told["tests"]][:2] == ["1.1", "1.2"]
    assert told["score"] == 50 == sum(test.get("score", 0) for test in told["tests"])
    assert sum(test.get("max_score", 0) for test in told["tests"]) == 52
    assert [test["status"] for test in told["tests"]][:3] == ["failed", "failed", "passed"]
    assert told["tests"][0]["output"] == "expected\n    1\ngot\n    2"
    assert told["tests"][2]["output"] == ""
    assert told["output"] == "55 of 57 checks are green"


def test_hardening_without_points_is_told_without_points(classes: Classes) -> None:
    """A score of 0 of 0 would say nothing; a status does."""
    ann = classes.grade("ann", classes.report(classes.names[-1:]))
    last = results(ann, classes.book(ann))["tests"][-1]
    assert "score" not in last
    assert (last["status"], last["tags"]) == ("failed", ["hardening"])


def test_a_check_that_did_not_run_is_not_passed(classes: Classes) -> None:
    """A report may lack checks."""
    whole = classes.report()
    ann = classes.grade("ann", replace(whole, results=whole.results[1:]), "half of it was lost\nand more")
    told = results(ann, classes.book(ann))
    assert told["tests"][0]["status"] == "failed"
    assert told["tests"][0]["output"] == "this check did not run"
    assert told["output"].endswith("\nhalf of it was lost and more")


def test_nothing_is_rendered_and_nothing_moves_a_screen(classes: Classes) -> None:
    """Every text goes as plain text, without controls or surrogates, and within bounds."""
    class_ = classes.hostile(17)
    for one in class_.grades:
        told = results(one, class_)
        text = json.dumps(told, ensure_ascii=False)
        text.encode()
        formats = [told["output_format"], told["test_output_format"], told["test_name_format"]]
        formats += [test[key] for test in told["tests"] for key in ("output_format", "name_format")]
        assert set(formats) == {"text"}
        assert not {"\x00", "\x1b", "\u202e", "\u2066"} & set(
            "".join(test["output"] for test in told["tests"])
        )
        assert max(len(test["output"]) for test in told["tests"]) < 11_000
        assert told["stdout_visibility"] == "hidden"
