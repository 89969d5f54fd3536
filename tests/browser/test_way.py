"""The way through an exercise, as a person goes it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.browser.dashboard import Dashboard
from tests.browser.equipment import PATIENCE, expect
from tests.browser.inspection import inspect
from tests.browser.road import RIGHT, STARTER

if TYPE_CHECKING:
    from playwright.sync_api import Page

REPOSITORY = Path(__file__).parents[2]
FOCUSED = """() => {
  const one = document.activeElement;
  const name = one.getAttribute("aria-label") || one.textContent.trim();
  return [name, getComputedStyle(one).outlineStyle !== "none" || one.matches(".place")];
}"""
MOST = 60  # presses of a key until something is reached
GREEN = "All checks are green"


def test_the_whole_way(page: Page, dashboard: Dashboard) -> None:
    """Start, red, a hint, an edit on disk, green without reload, compare, an earlier state restored."""
    page.goto(dashboard.address)
    page.get_by_role("link", name="Next: A greeter").click()
    page.get_by_role("button", name="Start this exercise").click()
    failure = page.get_by_role("region", name="The first failure")
    expect(failure).to_contain_text("hello(name) greets by name")
    failure.get_by_role("button", name="Hint").click()
    expect(failure.get_by_role("list", name="Hints")).to_contain_text("Look at what comes back")
    page.evaluate("window.loadedOnce = true")
    file = dashboard.folder / "greeter" / "greeter.py"
    file.write_text(RIGHT, encoding="utf-8")
    expect(page.get_by_text(GREEN)).to_be_visible()
    expect(page.get_by_text("3 of 3 green").first).to_be_visible()
    assert page.evaluate("window.loadedOnce")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Yours beside the reference")).to_be_visible()
    table = page.get_by_role("table", name="What each design measures")
    expect(table.get_by_role("row", name="checks")).to_contain_text(re.compile("3/3.*3/3.*3/3", re.DOTALL))
    page.get_by_role("link", name="History").click()
    page.get_by_role("table").get_by_role("link", name="greeter").click()
    page.get_by_role("link", name=f"States of {file.parent}").click()
    page.get_by_role("button", name="Restore").last.click()
    expect(page.get_by_role("status")).to_contain_text("Restored.")
    assert file.read_text(encoding="utf-8") == STARTER
    with page.expect_navigation():
        page.get_by_role("button", name="Take that back").click()
    expect(page.get_by_role("status")).to_contain_text("Restored.")
    assert file.read_text(encoding="utf-8") == RIGHT
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_text("1 of 3 exercises done")).to_be_visible()


def test_the_whole_way_by_keyboard(page: Page, dashboard: Dashboard) -> None:
    """Nothing needs a mouse, what has the focus is seen, and asking for a hint does not lose it."""
    page.goto(dashboard.address)
    walk(page, "To the content")
    page.keyboard.press("Enter")
    follow(page, "Next: A greeter", "**/exercise/greeter/")
    walk(page, "Start this exercise")
    page.keyboard.press("Enter")
    hints = page.get_by_role("list", name="Hints").get_by_role("listitem")
    expect(page.get_by_role("region", name="The first failure")).to_be_visible()
    walk(page, "Hint")
    for count in (1, 2, 3):
        page.keyboard.press("Enter")
        expect(hints).to_have_count(count)
    file = dashboard.folder / "greeter" / "greeter.py"
    file.write_text(RIGHT, encoding="utf-8")
    expect(page.get_by_text(GREEN)).to_be_visible()
    follow(page, "Compare", "**/compare/")
    follow(page, "joined", "**/compare/?with=joined")
    expect(page.get_by_role("heading", name="Yours beside joined")).to_be_visible()
    walk(page, "1 Says hello")
    follow(page, "History", "**/history/")
    follow(page, "greeter", "**/history/greeter/")
    follow(page, "States of", "**/history/greeter/*/")
    walk(page, "Restore")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Restored.")
    assert file.read_text(encoding="utf-8") != RIGHT


@pytest.mark.parametrize("name", ["Hint", "Open greeter.py:"])
def test_what_is_told_anew_keeps_the_focus(page: Page, dashboard: Dashboard, name: str) -> None:
    """A save, or the end of a run, while somebody is at a button or a link: it still has the focus."""
    page.goto(f"{dashboard.address}exercise/greeter/")
    page.get_by_role("button", name="Start this exercise").click()
    told = page.get_by_role("region", name="What happened")
    expect(told).to_be_visible()
    file = dashboard.folder / "greeter" / "greeter.py"
    for count in range(3):
        file.write_text(f"def hello(name):\n    raise ValueError('save {count}')\n", encoding="utf-8")
        expect(told).to_contain_text(f"save {count}")
        expect(told).to_contain_text("confinement level")
        if count == 0:
            walk(page, name)
        focused, _ = page.evaluate(FOCUSED)
        assert focused.startswith(name)


def test_the_map_answers(page: Page, dashboard: Dashboard) -> None:
    """A place that has the focus or is pointed at shows what comes before it; a topic leaves its places."""
    page.goto(dashboard.address)
    waiting, before = page.get_by_role("link", name="parting,"), page.locator(".place.before:visible")
    waiting.focus()
    expect(before).to_have_attribute("data-slug", "greeter")
    expect(page.get_by_text("Comes after greeter.")).to_be_visible()
    page.get_by_label("Show topic").fill("modul")
    expect(before).to_have_count(0)
    expect(page.get_by_text("1 fit")).to_be_visible()
    expect(page.locator(".place:visible:not(.out)[data-slug]")).to_have_attribute("data-slug", "parting")
    waiting.hover()
    expect(before).to_have_count(1)


def test_a_comparison_that_is_not_earned(page: Page, dashboard: Dashboard) -> None:
    """What is closed until green opens on request, which the page and the history remember."""
    page.goto(f"{dashboard.address}exercise/greeter/")
    page.get_by_role("button", name="Start this exercise").click()
    expect(page.get_by_role("region", name="The first failure")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("2 of 3 checks are red")).to_be_visible()
    page.get_by_role("button", name="Show anyway").click()
    expect(page.get_by_text("Shown before yours passed:")).to_be_visible()
    expect(page.get_by_role("heading", name="Yours beside the reference")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("reference seen first").first).to_be_visible()


def test_the_whole_way_with_a_service(page: Page, tmp_path: Path) -> None:
    """hello-service, with the content of the kit, turns from red to green and is compared."""
    with Dashboard(tmp_path) as dashboard:
        page.goto(f"{dashboard.address}exercise/hello-service/")
        page.get_by_role("button", name="Start this exercise").click()
        expect(page.get_by_role("region", name="The first failure")).to_be_visible()
        wrong = inspect(page, "service, red")
        reference = REPOSITORY / "solutions" / "3-frameworks" / "hello-service" / "reference"
        shutil.copytree(reference, dashboard.folder / "hello-service", dirs_exist_ok=True)
        expect(page.get_by_text(GREEN)).to_be_visible()
        page.get_by_role("link", name="Compare").click()
        table = page.get_by_role("table", name="What each design measures")
        row = table.get_by_role("row", name="GET /v1/hello per s")
        # Six services are started and measured in turns before.
        expect(row.get_by_role("cell").nth(1)).to_contain_text(re.compile(r"\d"), timeout=4 * PATIENCE)
        wrong += inspect(page, "service, compared")
        assert not wrong, "\n".join(wrong)


def follow(page: Page, name: str, address: str) -> None:
    """Go to a link by keyboard, and through it."""
    walk(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def walk(page: Page, name: str) -> None:
    """Press Tab until something with this name has the focus, and shows it."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        focused, is_seen = page.evaluate(FOCUSED)
        if focused.startswith(name):
            assert is_seen, f"nobody sees that the focus is at {name}"
            return
    pytest.fail(f"{name} is not reached by keyboard")
