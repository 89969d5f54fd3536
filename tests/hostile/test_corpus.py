"""Bad submissions: each gets its verdict, every other check its own, and nothing is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backroad.model import Level, Report, Result

if TYPE_CHECKING:
    from tests.hostile.conftest import Entry, World

TABLES = ("honest", "crash", "time", "resources", "forging", "services")


def test_every_check_has_its_own_honest_verdict(
    entry: Entry, level: Level, judged: Report, world: World
) -> None:
    """A bad submission gets the verdicts of the table, with the words and the line that explain them."""
    got = {result.name: str(result.verdict) for result in judged.results}
    assert got == entry.verdicts(level, got)
    first = judged.first_failure
    if first is not None:
        assert world.filled(entry.says) in told(first)
        assert world.filled(entry.where) in shown(first)
        assert entry.output in (first.output or "")
        assert entry.again in (first.again or "")


def told(result: Result) -> str:
    """Return all words of a result."""
    texts = (result.message, result.expected, result.got, result.remedy, result.output)
    return "\n".join(text for text in texts if text)


def shown(result: Result) -> str:
    """Return the line of a result as `file:line  source`."""
    place = result.where
    return f"{place.file}:{place.line}  {place.source}" if place is not None else ""
