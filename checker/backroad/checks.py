"""The words of check files: `from backroad.checks import answer, hint, problem`."""

from __future__ import annotations

import pytest

from backroad.referee.answers import answer, problem
from backroad.referee.database import Refused
from backroad.referee.http import Reply
from backroad.referee.instruments import keywords
from backroad.referee.matchers import a, anything, exactly, same
from backroad.referee.scripts import agree, play
from backroad.referee.tokens import forge_jwt, read_jwt

__all__ = [
    "Refused",
    "Reply",
    "a",
    "agree",
    "answer",
    "anything",
    "exactly",
    "forge_jwt",
    "fresh",
    "hint",
    "keywords",
    "play",
    "problem",
    "read_jwt",
    "requires",
    "same",
]

fresh = pytest.mark.fresh


def requires(*names: str) -> pytest.MarkDecorator:
    """Run the check only when these checks are green; without it they would only fail the same way."""
    return pytest.mark.requires(*names)


def hint(direction: str, mechanism: str, nearly_the_code: str) -> pytest.MarkDecorator:
    """Give the three rungs of the ladder that `backroad hint` climbs."""
    return pytest.mark.hint(direction, mechanism, nearly_the_code)
