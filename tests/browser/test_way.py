"""The way through an exercise, as a person goes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.dashboard import Dashboard
from tests.browser.equipment import expect
from tests.browser.road import RIGHT

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_the_whole_way(page: Page, dashboard: Dashboard) -> None:
    """Start, red, a hint, an edit on disk, green without reload, compare."""
    page.goto(dashboard.address)
    page.get_by_role("link", name="Next: A greeter").click()
    page.get_by_role("button", name="Start this exercise").click()
    failure = page.get_by_role("region", name="The first failure")
    expect(failure).to_contain_text("hello(name) greets by name")
    failure.get_by_role("button", name="Hint").click()
    expect(failure.get_by_role("list", name="Hints")).to_contain_text("Look at what comes back")
    page.evaluate("window.loadedOnce = true")
    (dashboard.folder / "greeter" / "greeter.py").write_text(RIGHT, encoding="utf-8")
    expect(page.get_by_text("All checks are green, hardening too.")).to_be_visible()
    assert page.evaluate("window.loadedOnce")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Yours beside the reference")).to_be_visible()
