"""The numbers behind the pictures."""

from __future__ import annotations

import pytest

from backroad.grading.charts import MOST_BARS, WIDTH, Tally, hardest, histogram, number


@pytest.mark.parametrize("most", [0.0, 0.5, 1.0, 2.5, 10.0, 52.0, 99.0, 100.0, 12_345.0, 1e9])
def test_every_hand_in_is_in_one_bar(most: float) -> None:
    """Few bars, none outside of the picture, and nobody is lost, with no points or all of them."""
    points = [0.0, most, most / 3, most / 2]
    spread = histogram(points, most)
    assert sum(bar.count for bar in spread.bars) == len(points)
    assert spread.bars[-1].count
    assert len(spread.bars) <= MOST_BARS
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in spread.bars)
    assert all(0 <= tick.x <= WIDTH for tick in spread.ticks)
    assert 0 <= spread.median_x <= WIDTH


def test_bars_say_which_points_they_hold() -> None:
    """Single points where there are few, ranges where there are many, full points by themselves."""
    assert [bar.label for bar in histogram([1.0], 3.0).bars] == ["0", "1", "2", "3"]
    labels = [bar.label for bar in histogram([1.0], 100.0).bars]
    assert labels[:2] == ["0 to under 5", "5 to under 10"]
    assert labels[-1] == "100"
    assert [bar.label for bar in histogram([1.0], 52.0).bars][-2:] == ["50 to under 52", "52"]
    assert [bar.label for bar in histogram([1.0], 53.0).bars][-1] == "52 to 53"


def test_an_empty_class_has_a_picture() -> None:
    """Nobody handed in."""
    assert sum(bar.count for bar in histogram([], 10.0).bars) == 0


def test_hardest_is_where_those_stumbled_who_came_so_far() -> None:
    """Who waits for another check did not stumble at this one; what all passed is not hard."""
    tallies = [
        Tally(9, 1, 0),
        Tally(1, 1, 8),
        Tally(10, 0, 0),
        Tally(0, 0, 10),
        Tally(5, 5, 0),
        Tally(8, 2, 0),
    ]
    assert hardest(tallies) == {1, 4, 5}
    assert hardest([Tally(3, 0, 0)]) == set()


def test_numbers_have_no_needless_decimals() -> None:
    """Points are read, not computed with."""
    assert [number(value) for value in (0.0, 10.0, 2.5, 1 / 3, 1_234.0)] == ["0", "10", "2.5", "0.33", "1234"]
