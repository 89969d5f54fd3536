"""The map as numbers: every place on the road, none on another."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest

from backroad.dashboard.landscape import CELL, ROW, Landscape, landscape

STEPS = [
    pytest.param([], id="no steps"),
    pytest.param([("1-empty", [])], id="an empty step"),
    pytest.param([("1-a", ["one"])], id="one place"),
    pytest.param([("1-a", []), ("2-b", ["x", "y"]), ("3-c", []), ("4-d", ["z"])], id="empty ones between"),
    pytest.param([(f"{n}-s", [f"{n}-{m}" for m in range(n)]) for n in range(12)], id="a dozen steps"),
    pytest.param([("1-a", [str(number) for number in range(59)])], id="all in one"),
]
NUMBER = r"(-?[\d.]+)"


def stretches(found: Landscape) -> list[tuple[float, float, float]]:
    """Return the level parts of the road: from, to, and how high."""
    parts = re.findall(rf"M {NUMBER} {NUMBER}|H {NUMBER}|C (?:{NUMBER} ){{5}}{NUMBER}", found.road)
    x, y = float(parts[0][0]), float(parts[0][1])
    told = []
    for part in parts[1:]:
        if part[2]:
            told.append((min(x, float(part[2])), max(x, float(part[2])), y))
            x = float(part[2])
        else:
            y = float(part[-1])
    return told


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 6, 100])
@pytest.mark.parametrize("steps", STEPS)
def test_places(steps: list[tuple[str, list[str]]], columns: int) -> None:
    """Every exercise has its place inside the map, on the road, and clear of all others."""
    found = landscape(steps, columns)
    assert [spot.name for spot in found.places] == [name for _, names in steps for name in names]
    assert [spot.name for spot in found.signposts] == [name for name, _ in steps]
    level = stretches(found) if found.road else []
    for spot in found.places:
        assert 0 < spot.x < found.width
        assert 0 < spot.y < found.height
        assert any(low - 0.1 <= spot.x <= high + 0.1 and spot.y == at for low, high, at in level), spot
    for one, other in combinations(found.places, 2):
        assert abs(one.x - other.x) >= CELL - 0.001 or abs(one.y - other.y) >= ROW, (one, other)


@pytest.mark.parametrize("steps", STEPS)
def test_signposts(steps: list[tuple[str, list[str]]]) -> None:
    """Signposts stand one below the other, each above the places of its step."""
    found = landscape(steps, 4)
    assert all(one.y < other.y for one, other in pairwise(found.signposts))
    height = {spot.name: spot.y for spot in found.places}
    for post, (_, names) in zip(found.signposts, steps, strict=True):
        assert all(post.y < height[name] for name in names)
