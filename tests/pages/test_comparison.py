"""The page of a comparison: whole, safe, and the same without colours."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backroad.comparison import Comparison, Contender, FilePair, Measure
from backroad.model import Check, Exercise, Kind, Stage
from backroad.pages.comparison import SCRIPT, STYLE, ComparisonView, Side, comparison_page, comparison_view
from backroad.pages.rendering import digest

HOSTILE = "<script>alert(1)</script>\"'&\x1b"
HERE = Path()


def check(name: str, stage: int, stretch: bool = False) -> Check:
    """Return a check whose sentence is told from its name."""
    return Check(name, f"It does {name}", "", stage, stretch, (), (), HERE, 1)


STAGES = (
    Stage(1, "one", "First things", False, HERE, (check("a", 1), check("b", 1))),
    Stage(2, "two", "Hard things", True, HERE, (check("c", 2, True),)),
)
EXERCISE = Exercise(
    "greeter", "1-basics", HERE, HERE, HERE, "A greeter", "", Kind.MODULE, 20, 1, (), (), (), STAGES
)  # fmt: skip
GREEN = {"a": "PASSED", "b": "PASSED", "c": "PASSED"}
FILES = Comparison((FilePair("app.py", mine="a = 1\n"),), 1, 2)


def shown(
    mine: dict[str, str] | None = None, measures: tuple[Measure, ...] | None = None, notes: str = "# Why\n"
) -> ComparisonView:
    """Return the view of yours beside the reference and another design."""
    sides = [
        Side(Contender("yours", 10, "2/2"), GREEN if mine is None else mine),
        Side(Contender("reference", 12, "2/2"), GREEN, FILES, "#with-reference"),
        Side(Contender("other", 0, missing="node is not on this machine"), {}, FILES, "#with-other"),
    ]
    return comparison_view(EXERCISE, sides, "reference", notes, "9.9", measures)


def text_of(page: str) -> str:
    """Return the words of a page's body."""
    body = page.split("<body", 1)[1].split("<script", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_nothing_from_outside() -> None:
    """The page allows its own style and script alone, and no element carries a style or a handler."""
    page = comparison_page(shown())
    assert f"script-src {digest(SCRIPT)}" in page.replace("&#39;", "'")
    assert f"style-src {digest(STYLE)}" in page.replace("&#39;", "'")
    body = page.split("<body", 1)[1]
    assert not re.search(r"<[^>]* (style|on\w+|src)=", body)
    assert "http" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).replace("http-equiv", "")


def test_the_table() -> None:
    """Every measure is a row, however many there are, and the one to look at says so."""
    rows = [Measure(f"measure {number}", ("1", "2", "")) for number in range(40)]
    rows.append(Measure("SQL per request", ("61", "2", "2"), note="look here"))
    page = comparison_page(shown(measures=tuple(rows)))
    words = text_of(page)
    assert "measure 39 1 2 -" in words
    assert "SQL per request 61 2 2 ← look here" in words
    assert words.count("look here") == 1


@pytest.mark.parametrize(
    ("cells", "shares"),
    [
        (("61", "2"), [100, 3]),
        (("1,000", "500"), [100, 50]),
        (("10/20", "20/20"), [50, 100]),
        (("4.1 ms", "8.2 ms"), [50, 100]),
        (("", "5"), [None, 100]),
        (("0", "0"), [None, None]),
        (("1.0 / 2.0 ms", "many"), [None, None]),
        (("0/0", "1/1"), [0, 100]),
    ],
)
def test_bars(cells: tuple[str, ...], shares: list[int | None]) -> None:
    """A number has a bar that shows its share of the row's largest; what is none has no bar."""
    (row,) = shown(measures=(Measure("m", cells),)).measures
    assert [figure.share for figure in row.figures] == shares


def test_the_matrix() -> None:
    """Each check says of each design what came of it, as a sign and as a word."""
    page = comparison_page(shown({"a": "HUNG", "b": "BLOCKED"}))
    words = text_of(page)
    assert "It does a ✗ hung ✓ passed - not run" in words
    assert "It does b · blocked ✓ passed - not run" in words
    assert "It does c - not run ✓ passed - not run" in words
    assert "1 First things , yours 0/2 , reference 2/2 , other -" in words
    assert "2 Hard things hardening" in words


def test_what_is_red_is_open() -> None:
    """A stage where some design fails is open; where all agree it is one line."""
    assert [stage.is_open for stage in shown().stages] == [False, False]
    assert [stage.is_open for stage in shown({**GREEN, "a": "FAILED"}).stages] == [True, False]


def test_not_run() -> None:
    """Why a design was not run is told."""
    assert "other was not run: node is not on this machine" in text_of(comparison_page(shown()))


def test_waiting() -> None:
    """A column that is not there yet says what is being done for it."""
    view = shown()
    waiting = replace(view, sides=(*view.sides[:2], replace(view.sides[2], waits="its checks run")))
    assert "other : its checks run" in text_of(comparison_page(waiting))


def test_spoiled() -> None:
    """A page that was opened before yours passed says so; an earned one says nothing."""
    assert "1 of 2 checks is red. The journal remembers it." in text_of(
        comparison_page(shown({**GREEN, "a": "FAILED"}))
    )
    assert "journal" not in text_of(comparison_page(shown()))


def test_alternatives() -> None:
    """Every design has a link and a part of the page; the one to see first is the current one."""
    page = comparison_page(shown())
    assert page.count('<section class="beside"') == 2
    assert '<a href="#with-reference" aria-current="true">' in page
    assert '<a href="#with-other">' in page


def test_nothing_differs() -> None:
    """Where no file differs, that is said."""
    side = Side(Contender("reference"), GREEN, Comparison((), 1, 1), "#with-reference")
    view = comparison_view(EXERCISE, [Side(Contender("yours"), GREEN), side], "reference", "", "9.9")
    assert "No file differs: yours and the reference are the same." in text_of(comparison_page(view))


def test_hostile_words() -> None:
    """Nothing that somebody wrote is obeyed: names, lines, notes, reasons, measures."""
    pair = FilePair(HOSTILE, mine=f"# {HOSTILE}\n", note="")
    side = Side(Contender(HOSTILE, missing=HOSTILE), {"a": "FAILED"}, Comparison((pair,), 1, 1), HOSTILE)
    sides = [Side(Contender("yours"), {"a": HOSTILE}), side]
    exercise = replace(EXERCISE, title=HOSTILE, slug=HOSTILE)
    view = comparison_view(
        exercise, sides, HOSTILE, HOSTILE, HOSTILE, [Measure(HOSTILE, (HOSTILE, "1"), HOSTILE)]
    )
    page = comparison_page(view)
    assert page.count("<script>") == 1
    assert "alert(1)" in page


def test_the_size() -> None:
    """What every page carries beside its content is small."""
    assert len(STYLE) + len(SCRIPT) < 20_000
