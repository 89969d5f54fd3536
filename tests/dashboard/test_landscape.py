"""The geometry of the map."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from backroad.dashboard.landscape import CELL, ROW, Landscape, landscape

Steps = list[tuple[str, list[str]]]
Line = tuple[float, float, float]  # from x to x at a height


def steps_of(*counts: int) -> Steps:
    """Return steps with so many places each."""
    return [
        (f"step {step}", [f"{step}-{place}" for place in range(count)]) for step, count in enumerate(counts)
    ]


def random_steps(seed: int) -> Steps:
    """Return some road."""
    chance = random.Random(seed)
    return steps_of(*(chance.choice([0, 0, 1, 2, 3, 7, 12]) for _ in range(chance.randrange(12))))


ROADS = {
    "nothing": [],
    "one step without places": steps_of(0),
    "one place": steps_of(1),
    "empty steps around": steps_of(0, 0, 3, 0, 0),
    "a full row": steps_of(6),
    "one more than a row": steps_of(7),
    "59 places": steps_of(8, 7, 9, 10, 8, 5, 6, 3, 3),
    **{f"some road {seed}": random_steps(seed) for seed in range(9)},
}
EACH = pytest.mark.parametrize("steps", ROADS.values(), ids=ROADS)
COLUMNS = pytest.mark.parametrize("columns", [1, 2, 4, 6])
NEAR = 0.01


def lines(found: Landscape) -> list[Line]:
    """Return the straight parts of the road, following its path command by command."""
    x = y = 0.0
    drawn: list[Line] = []
    for command, numbers in re.findall(r"([MHC]) ([-\d. ]+)", found.road):
        values = [float(number) for number in numbers.split()]
        if command == "H":
            drawn.append((x, values[0], y))
            x = values[0]
        else:
            x, y = values[-2:]
    return drawn


@EACH
@COLUMNS
def test_every_place_is_on_the_road(steps: Steps, columns: int) -> None:
    """Every place stands on the road, once, and the road passes them in the order of the steps."""
    found = landscape(steps, columns)
    assert [spot.name for spot in found.places] == [name for _, names in steps for name in names]
    passed = []
    for start, end, height in lines(found):
        low, high = sorted((start, end))
        on_it = [spot for spot in found.places if spot.y == height and low - NEAR <= spot.x <= high + NEAR]
        passed += sorted(on_it, key=lambda spot: abs(spot.x - start))
    assert [spot.name for spot in passed] == [spot.name for spot in found.places]


@EACH
@COLUMNS
def test_no_two_overlap(steps: Steps, columns: int) -> None:
    """Places are a cell apart in a row and rows apart in height, signposts are above, and all are inside."""
    found = landscape(steps, columns)
    for one, other in itertools.combinations(found.places, 2):
        assert abs(one.x - other.x) >= CELL - 1e-6 or abs(one.y - other.y) >= ROW
    for spot in found.places:
        assert CELL / 2 - 1 <= spot.x <= found.width - CELL / 2 + 1 or columns == 1
        assert 0 < spot.y < found.height
    for post, spot in itertools.product(found.signposts, found.places):
        assert abs(post.y - spot.y) > 12
    heights = [post.y for post in found.signposts]
    assert heights == sorted(set(heights))
    assert [post.name for post in found.signposts] == [name for name, _ in steps]


@EACH
@COLUMNS
def test_the_road_is_one_line(steps: Steps, columns: int) -> None:
    """The road is drawn without a gap, inside the map, each row the other way than the one before."""
    found = landscape(steps, columns)
    drawn = lines(found)
    assert (found.road == "") == (not found.places)
    for number, (start, end, _) in enumerate(drawn):
        assert end >= start if number % 2 == 0 else end <= start
        assert 0 <= min(start, end) <= max(start, end) <= found.width
    for (_, end, _), (start, _, _) in itertools.pairwise(drawn):
        assert end == start
    assert all(
        0 <= float(number) <= max(found.width, found.height) for number in re.findall(r"[-\d.]+", found.road)
    )
