"""Styles and scripts: a fixed list, and nothing beside it."""

from __future__ import annotations

import re

import pytest

from backroad.dashboard.assets import SERVED

from .conftest import Browser


@pytest.mark.parametrize("name", SERVED)
def test_served(browser: Browser, name: str) -> None:
    """Each file comes with its kind and a tag, and a browser that has it hears that nothing changed."""
    path = f"/{browser.secret}/assets/{name}"
    answer = browser.ask(path)
    assert (answer.status_code, len(answer.data) > 0) == (200, True)
    again = browser.ask(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(rb"https?://(?!www\.w3\.org/)", answer.data)


@pytest.mark.parametrize(
    "name", ["layout.html", "../guard.py", "..%2fguard.py", "page.css/", "PAGE.CSS", ".", ""]
)
def test_the_rest_is_not(browser: Browser, name: str) -> None:
    """Templates and modules are nobody's to read."""
    assert browser.ask(f"/{browser.secret}/assets/{name}").status_code == 404
