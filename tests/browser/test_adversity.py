"""What goes wrong on the way: the page says what happened, nothing is lost, nothing hangs."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.browser.dashboard import Dashboard
from tests.browser.equipment import expect
from tests.browser.road import RIGHT, SLOW

from backroad.errors import ExitCode

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

GREEN = "All checks are green, hardening too."
LOOP = RIGHT.replace("    return", "    while True:\n        pass\n    return")
LOUD = RIGHT.replace("    return", "    print('loud ' * 1_000_000)\n    return 'not'")
LONG = RIGHT.replace("return 'hello ' + name", "return 'long ' * 1_000_000")
HEAVY = 150_000  # bytes of a page, with whatever was told on it


def test_two_tabs_and_a_loop(context: BrowserContext, dashboard: Dashboard) -> None:
    """Two tabs see the same run; a loop ends in words."""
    first, second = context.new_page(), context.new_page()
    file = dashboard.folder / "greeter" / "greeter.py"
    first.goto(f"{dashboard.address}exercise/greeter/")
    second.goto(f"{dashboard.address}exercise/greeter/")
    first.get_by_role("button", name="Start this exercise").click()
    expect(first.get_by_role("region", name="The first failure")).to_be_visible()
    second.get_by_role("button", name="Start this exercise").click()
    for page in (first, second):
        expect(page.get_by_role("region", name="The first failure")).to_contain_text("hello('Ann')")
    first.get_by_role("button", name="Hint").click()
    expect(second.get_by_role("list", name="Hints")).to_contain_text("Look at what comes back")

    file.write_text(LOOP, encoding="utf-8")
    for page in (first, second):
        expect(page.get_by_role("heading", name="hung")).to_be_visible()
        expect(page.get_by_role("region", name="The first failure")).to_contain_text("no answer within 1 s")
    expect(first.get_by_role("button", name="Check", exact=True)).to_be_visible()

    file.write_text(RIGHT, encoding="utf-8")
    for page in (first, second):
        expect(page.get_by_text(GREEN)).to_be_visible()


def test_much_output(page: Page, dashboard: Dashboard) -> None:
    """Of 5 MB that were printed or returned, the page shows as much as somebody reads."""
    page.goto(f"{dashboard.address}exercise/greeter/")
    page.get_by_role("button", name="Start this exercise").click()
    failure = page.get_by_role("region", name="The first failure")
    expect(failure).to_contain_text("hello('Ann')")
    file = dashboard.folder / "greeter" / "greeter.py"
    for code, told in ((LONG, "… (5,000,002 characters)"), (LOUD, "'nothello Ann'")):
        file.write_text(code, encoding="utf-8")
        expect(failure).to_contain_text(told)
        assert len(page.content()) < HEAVY
    file.write_text(RIGHT, encoding="utf-8")
    expect(page.get_by_text(GREEN)).to_be_visible()


def test_a_workspace_that_is_away(page: Page, dashboard: Dashboard) -> None:
    """A workspace deleted during a check is missed in words, and judged again when it is back."""
    page.goto(f"{dashboard.address}exercise/greeter/")
    page.get_by_role("button", name="Start this exercise").click()
    expect(page.get_by_role("region", name="The first failure")).to_be_visible()
    folder, away = dashboard.folder / "greeter", dashboard.folder / "away"
    (folder / "greeter.py").write_text(SLOW, encoding="utf-8")
    expect(page.get_by_role("button", name="Check again")).to_be_visible()
    folder.rename(away)
    expect(page.get_by_text("is not there any more; it is judged again when it is back")).to_be_visible()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("there is no such folder here")
    (away / "greeter.py").write_text(RIGHT, encoding="utf-8")
    away.rename(folder)
    expect(page.get_by_text(GREEN)).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_server_that_stops(page: Page, dashboard: Dashboard) -> None:
    """Ctrl-C during a check ends every process; the page says that nobody answers, also to a click."""
    page.goto(f"{dashboard.address}exercise/greeter/")
    page.get_by_role("button", name="Start this exercise").click()
    expect(page.get_by_role("region", name="The first failure")).to_be_visible()
    (dashboard.folder / "greeter" / "greeter.py").write_text(LOOP, encoding="utf-8")
    expect(page.get_by_role("button", name="Check again")).to_be_visible()
    assert dashboard.end(signal.SIGINT) == ExitCode.INTERRUPTED
    assert "Traceback" not in dashboard.errors
    expect(page.get_by_role("alert")).to_contain_text("does not answer; was it stopped?")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer; was it stopped?")
    expect(page.get_by_role("heading", name="A greeter", exact=True)).to_be_visible()
