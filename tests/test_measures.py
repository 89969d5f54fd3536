"""Measured differences as rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.measures import (
    Better,
    Gauge,
    gauges,
    is_far_above,
    is_slower,
    measure_of,
    quiet,
    rate,
    reasons_of,
    shown,
)
from backroad.model import Check
from backroad.report import Measured

HERE = Path("work.py")
WORK = tuple(Check(name, f"the {name}", "", 1, False, (), (), HERE, 1) for name in ("count", "time"))
QUICK = ((1.0,) * 20,) * 10
SLOW = ((2.0,) * 20,) * 10


def test_counted_and_timed_rows() -> None:
    """What is counted is one row, what is timed is three."""
    mine = {"count": Measured("statements", 61), "time": Measured("ms", rounds=SLOW)}
    theirs = {"count": Measured("statements", 2), "time": Measured("ms", rounds=QUICK)}
    rows = gauges(WORK, [mine, theirs, {}])
    assert [(row.title, row.numbers, row.is_exact, row.is_telling) for row in rows] == [
        ("the count", (61, 2, None), True, True),
        ("the time per s", (500.0, 1000.0, None), False, True),
        ("the time p50 ms", (2.0, 1.0, None), False, True),
        ("the time p95 ms", (2.0, 1.0, None), False, True),
    ]
    assert [row.better for row in rows] == [Better.LOWER, Better.HIGHER, Better.LOWER, Better.LOWER]


def test_a_row_without_a_number_is_none() -> None:
    """Where no design has a number there is no row."""
    assert gauges(WORK, [{}, {"count": Measured("statements", reason="it died")}]) == ()


def test_too_few_requests_are_no_time() -> None:
    """Below some dozens of requests nothing is told, and the reason says how many there were."""
    timed = [{"time": Measured("ms", rounds=rounds)} for rounds in (QUICK, ((9.0,),) * 9)]
    (row, *_) = gauges(WORK[1:], timed)
    assert row.numbers == (1000.0, None)
    assert row.reasons == ("", "9 requests are too few to tell times")


@pytest.mark.parametrize(
    ("numbers", "tells"),
    [
        ((61, 2, 2), True),
        ((4, 2), True),
        ((3, 2), False),
        ((2, 61), False),
        ((1_989, 1_989, 24), True),
        ((1, 0), True),
        ((0, 0), False),
        ((None, 2), False),
        ((2, None), False),
    ],
)
def test_counts_tell_from_twice_the_best(numbers: tuple[float | None, ...], tells: bool) -> None:
    """A count is marked where mine is at least twice the best of the others."""
    assert is_far_above(numbers) is tells


@pytest.mark.parametrize(
    ("mine", "tells"),
    [
        ((1.6,) * 8, True),
        ((1.4,) * 8, False),
        ((9.0, 9.0, *(1.0,) * 6), False),
        ((*(1.6,) * 6, 1.0, 1.0), True),
    ],
)
def test_times_tell_in_most_rounds(mine: tuple[float, ...], tells: bool) -> None:
    """A time is marked where most rounds are half as slow again; one or two are another program's doing."""
    assert is_slower(mine, (1.0,) * 8, Better.LOWER) is tells
    rates = tuple(1 / one for one in mine)
    assert is_slower(rates, (1.0,) * 8, Better.HIGHER) is tells


def test_the_quiet_quarter_speaks() -> None:
    """What disturbed some rounds is not in the number."""
    assert quiet((1.0, 1.1, 1.2, 9.0), Better.LOWER) == 1.1
    assert quiet((90.0, 100.0, 110.0, 9.0), Better.HIGHER) == 110.0
    assert rate((2.0, 2.0)) == 500


@pytest.mark.parametrize(
    ("number", "text"),
    [(61.0, "61"), (2, "2"), (0.4137, "0.41"), (9.43, "9.43"), (45.78, "45.8"), (1989.4, "1,989")],
)
def test_numbers_as_text(number: float, text: str) -> None:
    """Numbers have three figures, or all their whole ones."""
    assert shown(number) == text


def test_a_row_as_text() -> None:
    """A row without a number has an empty cell, and a telling one a mark."""
    row = Gauge("SQL", "statements", (61, None), Better.LOWER, True, is_telling=True)
    assert (measure_of(row).cells, measure_of(row).note) == (("61", ""), "look here")


def test_a_reason_is_told_once() -> None:
    """The same reason of a design in several rows is one sentence."""
    rows = [Gauge(name, "", (1, None), Better.LOWER, True, reasons=("", "it hung")) for name in ("A", "B")]
    assert reasons_of(rows, ["yours", "node"]) == ("node, A: it hung",)
