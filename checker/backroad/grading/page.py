"""The page of a class: one file that needs nothing else and runs nobody's words."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from backroad.grading.charts import HEIGHT, WIDTH, number
from backroad.grading.values import Gradebook
from backroad.grading.views import class_view


def class_page(book: Gradebook) -> str:
    """Return the page of a class; the same gradebook gives the same page."""
    style, script = asset("page.css"), asset("page.js")
    return template().render(
        view=class_view(book),
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "base-uri 'none'; form-action 'none'",
        width=WIDTH,
        height=HEIGHT,
    )


def asset(name: str) -> str:
    """Return one of the page's parts, which lie beside this module, in a folder or in a zip."""
    return (files("backroad.grading") / "report" / name).read_text(encoding="utf-8").strip()


@cache
def template() -> Template:
    """Return the page's template: all text is escaped, and a name that is not there stops it."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["points"] = number
    return environment.from_string(asset("page.html"))


def digest(text: str) -> str:
    """Return what the page's policy calls a text: nothing else may style the page or run in it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
