"""What happened with one exercise."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

from backroad.pages.past import Past, past_of
from backroad.progress import State

from .pasts import BEGIN, KIT, K, exercise, run, scaffolded, story

NOW = BEGIN + timedelta(days=1)
LEARNT = story(
    (0, scaffolded()),
    (10, run(1)),
    (20, (K.HINTED, {"check": "c1", "rung": 1})),
    (25, run(3)),
    (600, run(4)),
    (610, run(3)),
)


def known(entries: list, zone: timezone = UTC) -> Past:  # type: ignore[type-arg]  # entries of any test
    """Return the past of exercise a."""
    found = past_of(entries, exercise("a"), KIT, NOW, zone)
    assert found is not None
    return found


def test_runs_and_hints() -> None:
    """Runs are told with how many checks passed, hints with their time."""
    found = known(LEARNT)
    assert [(one.green, one.of, one.is_green) for one in found.runs] == [
        (1, 4, False),
        (3, 4, False),
        (4, 4, True),
        (3, 4, False),
    ]
    assert (found.hints, found.best, found.most) == ((BEGIN + timedelta(minutes=20),), 4, 4)


def test_time_to_green() -> None:
    """The time at work leaves long pauses out, the time by the clock does not."""
    found = known(LEARNT)
    assert (found.work, found.to_green) == (timedelta(minutes=25), timedelta(minutes=600))
    assert (found.tries, found.state) == (3, State.DONE)


def test_not_green() -> None:
    """Before the first green there is no time to it, and all runs are tries."""
    found = known(LEARNT[:4])
    assert (found.to_green, found.work, found.tries) == (None, timedelta(minutes=25), 2)


def test_some_checks_only() -> None:
    """A run of some checks is never the first green."""
    assert not known(story((0, run(2, 2, whole=False)))).runs[0].is_green


def test_spoiled() -> None:
    """Who saw the reference before green finds that in the past."""
    assert known(story((0, scaffolded()), (1, (K.SPOILED, {})))).spoiled
    assert not known(story((0, scaffolded()), (1, (K.COMPARED, {})))).spoiled


def test_times_are_those_of_the_learner() -> None:
    """Times are told in the zone asked for."""
    east = timezone(timedelta(hours=10))
    assert known(LEARNT, east).began.hour == 19


def test_runs_of_a_kit_that_told_less() -> None:
    """A journal whose runs lack what this kit notes is read all the same."""
    found = known(story((0, (K.CHECKED, {})), (1, (K.CHECKED, {"verdicts": None})), (2, (K.HINTED, {}))))
    assert (len(found.runs), found.most, found.state) == (2, 0, State.STARTED)


def test_nothing() -> None:
    """What was never begun has no past."""
    assert past_of([], exercise("a"), KIT, NOW) is None
