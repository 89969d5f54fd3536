"""What learners and authors wrote is text on every page: no element of theirs, no script, no dialog."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.dashboard import Dashboard
from tests.browser.equipment import expect
from tests.browser.inspection import inspect
from tests.browser.road import BAIT

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOREIGN = "img, main script, [onerror], a[href^='javascript:']"
SAID = f"print({BAIT!r})\n\n\ndef echo():\n    print({BAIT!r})\n    return {'<b>no</b>' + BAIT!r}\n"
RAISED = f"def echo():\n    raise ValueError({BAIT!r})\n"
RIGHT = f"# {BAIT}\ndef echo():\n    return {BAIT!r}\n"


def test_foreign_text_is_shown(page: Page, dashboard: Dashboard) -> None:
    """HTML in titles, READMEs, sentences, hints, notes, names, values and messages is shown as it is."""
    page.goto(dashboard.address)
    expect(page.get_by_role("link", name=BAIT)).to_have_count(1)
    page.get_by_role("link", name="odd").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Odd {BAIT}")
    expect(page.get_by_role("heading", name=f"Build {BAIT}")).to_be_visible()
    assert BAIT in page.title()
    page.get_by_role("button", name="Start this exercise").click()
    failure = page.get_by_role("region", name="The first failure")
    page.get_by_role("button", name="Hint").click()
    expect(failure.get_by_role("list", name="Hints")).to_contain_text(BAIT)
    file = dashboard.folder / "odd" / "odd.py"
    for code, shown in ((SAID, f"<b>no</b>{BAIT}"), (RAISED, f"ValueError: {BAIT}")):
        file.write_text(code, encoding="utf-8")
        expect(failure).to_contain_text(shown)
        expect(page.locator(FOREIGN)).to_have_count(0)
    wrong = inspect(page, "odd exercise")
    (file.parent / f"{BAIT[:28]}.py").write_text(f"# {BAIT}\n", encoding="utf-8")
    file.write_text(RIGHT, encoding="utf-8")
    expect(page.get_by_text(re.compile(r"All checks are green\.$"))).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name=BAIT[:28]).first).to_be_visible()
    expect(page.get_by_role("region", name="The author's notes")).to_contain_text(BAIT)
    expect(page.locator(FOREIGN)).to_have_count(0)
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    wrong += inspect(page, "odd comparison")
    page.goto(dashboard.address)
    wrong += inspect(page, "odd map")
    assert not wrong, "\n".join(wrong)
