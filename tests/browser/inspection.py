"""What axe-core says of a page, in light and dark, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tests.browser.equipment import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDE, NARROW = 1280, 360
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", WIDE),
    ("dark", WIDE),
    ("light", NARROW),
    ("dark", NARROW),
)
# All that axe-core asks by itself, and the size of targets, which WCAG 2.2 asks for at level AA.
RUN = """async () => {
  const {violations} = await axe.run(document, {
    resultTypes: ["violations"], rules: {"target-size": {enabled: true}},
  });
  return violations.flatMap(({id, nodes}) => nodes.map(({target, any, all, none}) => {
    const why = [...any, ...all, ...none].map((one) => one.message).join("; ");
    return `${id}: ${target.join(" ")}: ${why}`;
  }));
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) =>
  ["", "::before", "::after"].some((part) => {
    const {transitionDuration, animationName} = getComputedStyle(one, part || null);
    return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0);
  })).map((one) => `moves: ${one.outerHTML.slice(0, 80)}`)"""
WIDTH = "[document.scrollingElement.scrollWidth, innerWidth]"


def inspect(page: Page, name: str) -> list[str]:
    """Return what is wrong with a page as it is now: violations, what moves, what scrolls sideways."""
    wrong: list[str] = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        found: list[Any] = page.evaluate(RUN) + page.evaluate(MOVING)
        content, window = page.evaluate(WIDTH)
        if content > window:
            found.append(f"{content} pixels wide")
        wrong += [f"{name}, {scheme}, {width}: {one}" for one in found]
    page.set_viewport_size({"width": WIDE, "height": 900})
    return wrong


def _script() -> str:
    file = axe()
    assert file is not None
    return file.read_text(encoding="utf-8")
