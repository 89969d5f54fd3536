"""A comparison made ready for pages: yours and the designs as sides, each laid beside yours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backroad.comparison import compare
from backroad.pages.comparison import ComparisonView, Side, comparison_view
from backroad.practice.comparing import my_column, notes_of, start_of

if TYPE_CHECKING:
    from backroad.comparison import Measure
    from backroad.practice.comparing import Design, Mine
    from backroad.practice.practice import Practice


def my_side(mine: Mine) -> Side:
    """Return the learner's own side."""
    return Side(my_column(mine), mine.run["verdicts"])


def whole_view(
    practice: Practice,
    mine: Mine,
    found: Sequence[Design],
    shown: str,
    measures: Sequence[Measure] | None = None,
    remarks: Sequence[str] = (),
) -> ComparisonView:
    """Return a page with every design on it; `shown` is the one to see first."""
    given = start_of(mine)
    sides = [my_side(mine)]
    for one in found:
        beside = compare(mine.tree, one.tree, given)
        sides.append(Side(one.column, one.run["verdicts"], beside, f"#with-{one.name}"))
    return comparison_view(mine.exercise, sides, shown, notes_of(mine), practice.kit, measures, remarks)
