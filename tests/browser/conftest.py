"""A headless Chromium, a page in it, and dashboards to look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.dashboard import Dashboard
from tests.browser.equipment import PATIENCE, SETTING, chromium, lacking, sync_playwright
from tests.browser.road import FILES
from tests.roads import lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

POLICY = "Content Security Policy"  # a page that runs into its own is wrong


# Not for the session: while Playwright runs, no other test in this process could run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module; skips them, or fails them, where a part is missing."""
    missing = "; ".join(lacking())
    if missing and os.environ.get(SETTING) == "required":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window without a past; whatever goes wrong in a page of it is a failure."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    context.on("console", lambda told: wrong.append(told.text) if POLICY in told.text else None)
    yield context
    context.close()
    assert wrong == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of the window."""
    return context.new_page()


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small road."""
    return lay(tmp_path_factory.mktemp("content"), FILES)


@pytest.fixture
def dashboard(browser: Browser, content: Path, tmp_path: Path) -> Iterator[Dashboard]:  # noqa: ARG001  # a missing browser is known before
    """The small road served in an empty folder."""
    with Dashboard(tmp_path, content) as served:
        yield served
