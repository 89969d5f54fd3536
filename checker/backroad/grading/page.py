"""The page of a class: one file that needs nothing else and runs nobody's words."""

from __future__ import annotations

from backroad.grading.charts import HEIGHT, WIDTH, number
from backroad.grading.values import Gradebook
from backroad.grading.views import class_view
from backroad.pages import Assets, standalone

ASSETS = Assets("backroad.grading", "report")
STYLE = "\n".join(map(ASSETS.text, ("base.css", "page.css")))
SCRIPT = ASSETS.text("page.js")


def class_page(book: Gradebook) -> str:
    """Return the page of a class; the same gradebook gives the same page."""
    values = {"view": class_view(book), "points": number, "width": WIDTH, "height": HEIGHT}
    return standalone(ASSETS, "page.html", STYLE, SCRIPT, values)
