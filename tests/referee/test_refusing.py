"""Services that have to refuse to start."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backroad.referee.evidence import Trouble
from backroad.referee.service import Service
from backroad.report import Verdict

STRICT = """
    import base, os, sys
    if os.environ.get("MODE") == "bad" or "HOST" not in os.environ:
        sys.exit("MODE is bad")
    if os.environ.get("MODE") == "silent":
        sys.exit(3)
    if os.environ.get("MODE") == "calm":
        sys.exit(print("bye"))
    if os.environ.get("MODE") == "asleep":
        import time
        time.sleep(60)
    base.serve()
"""


def test_a_refusal_is_told_as_it_was_said(serving: Callable[..., Service]) -> None:
    """A process that ends with an error and a word has refused; the running one goes on."""
    service = serving(STRICT)
    assert service.refuses_to_start({"MODE": "bad"}) == "MODE is bad\n"
    assert service.refuses_to_start(unset=["HOST"]) == "MODE is bad\n"
    assert service.get("/").status == 200


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("fine", "it started: it listens on its port"),
        ("silent", "it ended with exit code 3 without a word"),
        ("calm", "it ended with exit code 0, which means success"),
        ("asleep", "it was still there after 1 s, without listening"),
    ],
)
def test_what_is_no_refusal_fails_the_check(serving: Callable[..., Service], mode: str, words: str) -> None:
    """Each way not to refuse has its own words, with the settings that should have been refused."""
    service = serving(STRICT)
    with pytest.raises(Trouble) as caught:
        service.refuses_to_start({"MODE": mode}, seconds=10 if mode == "fine" else 1)
    found = caught.value.evidence
    assert (found.verdict, found.message) == (Verdict.FAILED, words)
    assert found.did == (f"started python app.py once more, with MODE={mode}",)


def test_settings_can_be_taken_away(serving: Callable[..., Service]) -> None:
    """A setting that is None is not in the environment."""
    code = """
        import base, os
        base.Handler.answer = lambda self: sorted(os.environ)
        base.serve()
    """
    with serving(code).another({"HOST": None, "EXTRA": "1"}) as other:
        names = other.get("/").json
    assert "EXTRA" in names
    assert "HOST" not in names
