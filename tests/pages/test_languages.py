"""What colours know of languages."""

from __future__ import annotations

import pytest

from backroad.pages.languages import language_of


@pytest.mark.parametrize("name", ["app.py", "a/b.PY", "python", "stub.pyi"])
def test_by_suffix_and_by_name(name: str) -> None:
    """A language is found by a file's suffix, or by its own name as Markdown has it."""
    language = language_of(name)
    assert language is not None
    assert "def" in language.defining


@pytest.mark.parametrize("name", ["README.md", "notes.txt", "Dockerfile", "", "..", "x.unknown"])
def test_unknown(name: str) -> None:
    """What is not known has no colours."""
    assert language_of(name) is None
