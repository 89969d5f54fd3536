"""How much of its feedback each hand-in gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backroad.feedback import Form, Keep, Paragraph, explain
from backroad.grading.telling import CUTS, SMALLEST, Source, Teller, Telling, cost
from backroad.model import Kind, Level
from backroad.pages.parts import part
from backroad.report import Report, Result, Verdict

if TYPE_CHECKING:
    from tests.grading.conftest import Classes


ME = Source("s1", "Ann")


def bytes_of(telling: Telling) -> int:
    """Return how many bytes of text a telling has."""
    parts = [part for told in telling.told for part in told.parts]
    texts = [text for part in parts for text in (part.label, part.before, part.mark, part.after)]
    return sum(
        map(cost, [*texts, *(one.sentence for one in telling.told), *telling.others, *telling.waiting])
    )


def test_a_small_class_reads_what_its_terminal_would_say(classes: Classes) -> None:
    """Every paragraph of every failure, word by word, has one source."""
    one = classes.report(
        classes.names[:3], did=("f()",), expected="12345", got="12x45", message="m", output="printed"
    )
    told = Teller(30, Kind.MODULE).telling(one, ME).told
    feedback = explain(one, everything=True)
    # The same words for three checks are told once.
    assert [told[0].sentence, *told[0].also] == [mistake.sentence for mistake in feedback.mistakes]
    texts = [(part.label, part.before + part.mark + part.after) for part in told[0].parts]
    assert texts == [(part.label, part.text) for part in feedback.mistakes[0].paragraphs]
    assert [part.mark for part in told[0].parts if part.label == "got"] == ["x"]


def test_a_large_class_gets_each_text_once(classes: Classes) -> None:
    """Who failed in the same words is led to who got them first."""
    teller = Teller(2_000, Kind.MODULE)
    one = classes.report(classes.names[:1], expected="1", got="2")
    assert teller.telling(one, ME).told[0].same is None
    again = teller.telling(one, Source("s2", "Bob")).told[0]
    assert (again.same, again.parts) == (Source("s1-0", "Ann"), ())


@pytest.mark.parametrize("size", [30, 2_000, 1_000_000])
@pytest.mark.parametrize("character", ["a", "<", '"', "é", "\x00", "\n"])
def test_no_hand_in_takes_more_than_its_room(classes: Classes, size: int, character: str) -> None:
    """Whatever is in it, the first failure is told, and the rest of the class has its room."""
    results = [
        Result(
            name, name, 1, False, Verdict.FAILED, expected=character * 2_000, got=f"{name}{character * 1_999}"
        )
        for name in classes.names
    ]
    telling = Teller(size, Kind.MODULE).telling(Report("", "", Level.NONE, 0, "", tuple(results)), ME)
    assert telling.told
    assert telling.told[0].parts
    assert bytes_of(telling) < max(SMALLEST, 6_000_000 // size, 1_000)
    assert len(telling.told) + len(telling.others) + telling.more == len(classes.names)


@pytest.mark.parametrize(
    ("keep", "mark", "shown"),
    [
        pytest.param(Keep.HEAD, None, "0123…", id="head"),
        pytest.param(Keep.TAIL, None, "…6789", id="tail"),
        pytest.param(Keep.MARK, (7, 8), "…6[7]89", id="around the difference"),
        pytest.param(Keep.MARK, (0, 9), "[0123]…", id="a long difference"),
    ],
)
def test_a_cut_keeps_what_matters(keep: Keep, mark: tuple[int, int] | None, shown: str) -> None:
    """A paragraph is cut where its own kind says, and says how much is hidden."""
    cut = part(Paragraph("got", "0123456789", Form.CODE, keep, mark), 4)
    marked = f"[{cut.mark}]" if cut.mark else ""
    assert (cut.before + marked + cut.after, cut.hidden) == (shown, 6)


def test_what_fits_is_not_cut() -> None:
    """A text of just the length is whole."""
    assert part(Paragraph("got", "x" * CUTS[0]), CUTS[0]).hidden == 0
