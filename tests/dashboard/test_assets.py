"""Styles, scripts and the sign of the pages."""

from __future__ import annotations

import re

import pytest

from backroad.dashboard.assets import KINDS, SERVED

from .conftest import Visitor
from .visiting import assert_sealed


@pytest.mark.parametrize("name", SERVED)
def test_every_asset(visitor: Visitor, name: str) -> None:
    """Each is there with its kind, asks for nothing from outside, and is sent again only when changed."""
    answer = visitor.get(f"assets/{name}")
    assert answer.status_code == 200
    assert answer.content_type == f"{KINDS[name.rpartition('.')[2]]}; charset=utf-8"
    assert not re.findall(r"https?://(?!www\.w3\.org)", answer.text)
    assert "@import" not in answer.text
    assert_sealed(answer.headers)
    path = f"/{visitor.secret}/assets/{name}"
    again = visitor.ask(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert_sealed(again.headers)
    assert visitor.ask(path, headers={"If-None-Match": '"another"'}).status_code == 200
    assert visitor.ask(path, "HEAD").headers["Content-Length"] == str(len(answer.data))


@pytest.mark.parametrize(
    "name",
    ["layout.html", "assets.py", "page.CSS", "", "page.css/", "..", "page.css%00", "base.css", "map.css"],
)
def test_other_names(visitor: Visitor, name: str) -> None:
    """What is not served under a name is not there: no template, no module, no part of a style."""
    assert visitor.get(f"assets/{name}").status_code == 404


def test_all_that_pages_ask_for(visitor: Visitor) -> None:
    """Every asset that a page names is served, and scripts import only what is."""
    pages = [visitor.text(page) for page in ("", "exercise/greeter/", "history/", "history/greeter/")]
    scripts = [visitor.text(f"assets/{name}") for name in SERVED if name.endswith(".js")]
    named = {name for page in pages for name in re.findall(r'/assets/([^"]+)"', page)}
    named |= {name for script in scripts for name in re.findall(r'from "\./([^"]+)"', script)}
    assert named <= set(SERVED)
    assert {"page.css", "icon.svg", "map.js", "exercise.js", "page.js"} <= named
