"""Who sees little, sees no colours, uses no mouse or wants no motion can use every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.dashboard import Dashboard
from tests.browser.equipment import expect
from tests.browser.inspection import MOVING, inspect
from tests.browser.road import RIGHT, SLOW

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_every_page_is_for_everyone(page: Page, dashboard: Dashboard) -> None:
    """axe-core finds nothing on any page in light and dark, wide and narrow; none moves or is too wide."""
    wrong: list[str] = []
    page.goto(dashboard.address)
    wrong += inspect(page, "map")
    page.goto(f"{dashboard.address}exercise/parting/")
    wrong += inspect(page, "exercise that waits")
    page.goto(f"{dashboard.address}exercise/parting/compare/")
    wrong += inspect(page, "trouble")
    page.goto(f"{dashboard.address}history/")
    wrong += inspect(page, "history, empty")
    page.goto(f"{dashboard.address}exercise/greeter/")
    wrong += inspect(page, "exercise before start")
    page.get_by_role("button", name="Start this exercise").click()
    expect(page.get_by_role("region", name="The first failure")).to_be_visible()
    for _ in range(2):
        page.get_by_role("button", name="Hint").click()
    expect(page.get_by_text("A function returns with return")).to_be_visible()
    wrong += inspect(page, "exercise, red")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Closed until yours passes")).to_be_visible()
    wrong += inspect(page, "compare, closed")
    page.go_back()
    (dashboard.folder / "greeter" / "greeter.py").write_text(SLOW, encoding="utf-8")
    expect(page.get_by_role("button", name="Check again")).to_be_visible()
    wrong += inspect(page, "exercise, checks under way")
    (dashboard.folder / "greeter" / "greeter.py").write_text(RIGHT, encoding="utf-8")
    expect(page.get_by_text("All checks are green")).to_be_visible()
    wrong += inspect(page, "exercise, green")
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(MOVING) != []  # for whoever did not ask for less
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Yours beside the reference")).to_be_visible()
    expect(page.get_by_role("status")).to_be_hidden()
    wrong += inspect(page, "compare, open")
    page.get_by_role("link", name="History").click()
    wrong += inspect(page, "history")
    page.get_by_role("table").get_by_role("link", name="greeter").click()
    wrong += inspect(page, "history of an exercise")
    page.get_by_role("link", name="States of").click()
    wrong += inspect(page, "earlier states")
    page.get_by_role("button", name="Restore").last.click()
    expect(page.get_by_role("status")).to_contain_text("Restored.")
    wrong += inspect(page, "earlier states, one restored")
    page.goto(dashboard.address)
    wrong += inspect(page, "map, one done")
    assert not wrong, "\n".join(wrong)
