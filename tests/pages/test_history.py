"""The history as a page: whole, safe, small and quick."""

from __future__ import annotations

import re
import time
from datetime import UTC, timedelta
from html.parser import HTMLParser

import pytest

from backroad.events import Entry
from backroad.model import Roadmap
from backroad.pages.history import LOST, STYLES, History, history, history_page
from backroad.pages.past import past_of
from backroad.pages.rendering import Assets

from .pasts import BEGIN, KIT, busy, exercise, roadmap, run, scaffolded, story

NOW = BEGIN + timedelta(days=700)
VOID = {"meta", "rect", "path"}
HOSTILE = "<script>alert(1)</script>\"' onload=x \x1b[31m {{ 7*7 }} javascript:"


class Page(HTMLParser):
    """A page as a browser would see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag and what it says."""
        self.tags.add(tag)
        self.attributes += [(key, value or "") for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag that ends at once."""
        self.tags.add(tag)
        self.attributes += [(key, value or "") for key, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Insist that tags are nested."""
        assert self.open.pop() == tag


def seen(entries: list[Entry], road: Roadmap | None = None, slug: str = "") -> History:
    """Return a history in UTC."""
    return history(entries, road or roadmap("a", "b"), KIT, NOW, UTC, slug=slug)


def page(entries: list[Entry], road: Roadmap | None = None, slug: str = "") -> str:
    """Return the page of a journal."""
    return history_page(seen(entries, road, slug), "backroad check a")


LEARNT = story((0, scaffolded()), (10, run(1)), (25, run(4)))


@pytest.mark.parametrize(
    ("entries", "slug"),
    [
        pytest.param([], "", id="empty"),
        pytest.param([], "a", id="not begun"),
        pytest.param(LEARNT, "", id="one of two"),
        pytest.param(LEARNT, "a", id="one exercise"),
        pytest.param(story((0, scaffolded())), "a", id="no run"),
        pytest.param(story((0, (run(1)[0], {}))), "a", id="of a kit that told less"),
        pytest.param(busy(9, 900)[1], "", id="lost from the road"),
    ],
)
def test_page_is_whole(entries: list[Entry], slug: str) -> None:
    """Every journal gives a page with nested tags, no inline style or script, and ids there once."""
    text = page(entries, slug=slug)
    found = Page(text)
    assert found.open == []
    assert "script" not in found.tags
    assert not {key for key, _ in found.attributes if key == "style" or key.startswith("on")}
    ids = [value for key, value in found.attributes if key == "id"]
    assert len(ids) == len(set(ids))
    links = [value for key, value in found.attributes if key == "href"]
    assert {link[1:] for link in links} <= set(ids)
    named = [name for key, value in found.attributes if key == "aria-labelledby" for name in value.split()]
    assert set(named) <= set(ids)
    assert "backroad check a" in text


def test_page_shows_words_and_never_runs_them() -> None:
    """Titles and slugs that would be markup are text."""
    road = Roadmap(tuple(roadmap("a", title=HOSTILE).steps))
    text = page([*LEARNT, *story((90, scaffolded()), slug=HOSTILE)], road)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "{{ 7*7 }}" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert Page(text).open == []


def test_exercises_that_the_road_lost() -> None:
    """What an older kit had stays in the history."""
    found = seen([*LEARNT, *story((0, scaffolded()), slug="gone")])
    assert [group.title for group in found.groups] == ["1 One", LOST]


def test_facts() -> None:
    """Runs, hints, what is done and the time at work are added up."""
    found = seen(LEARNT)
    assert (found.done, found.runs, found.hints, found.spent) == (1, 2, 0, "25 min")


def test_text_beside_every_picture() -> None:
    """Each picture has a title, and the large ones a table with the same numbers."""
    text = page(LEARNT, slug="a")
    assert text.count('role="img"') == text.count("<title id=") + text.count(
        'preserveAspectRatio="none"><title'
    )
    assert "2 runs on 2 March 2026, with up to 4 of 4 checks green." in text
    assert "<caption>Runs by day, the newest first</caption>" in text


def test_the_picture_alone() -> None:
    """The picture of one exercise's runs is a macro of its own, for the page of the exercise."""
    assets = Assets("backroad.pages", "assets")
    past = past_of(LEARNT, exercise("a"), KIT, NOW, UTC)
    assert past is not None
    drawn = assets.environment.from_string(
        '{% from "history.html" import attempts_plot %}{{ attempts_plot(view) }}'
    ).render(view=seen(LEARNT).plot(past))
    assert "<svg" in drawn
    assert drawn.count("<rect") == 2


def test_a_long_history_is_small_and_quick() -> None:
    """Ten thousand entries of 59 exercises are folded and rendered within 100 ms, and weigh under 150 kB."""
    road, entries = busy(59, 10_000)
    took = []
    for _ in range(4):
        before = time.process_time()
        text = page(entries, road)
        took.append(time.process_time() - before)
    assert len(text.encode()) < 150_000
    assert min(took) < 0.1 * 2  # a test's machine is busy; `found` saves a third where standings are at hand


def test_style_uses_the_shared_colours() -> None:
    """The style of the history has no colour of its own: light and dark are those of all pages."""
    style = Assets("backroad.pages", "assets").text(STYLES[1])
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", style)
