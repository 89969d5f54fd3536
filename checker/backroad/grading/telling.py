"""What the class's page tells of each hand-in: its feedback, within a room that a large class shares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape

from backroad.feedback import Feedback, Mistake, Paragraph, explain
from backroad.glyphs import one_line
from backroad.model import Kind
from backroad.pages.parts import Part, part
from backroad.report import Report, Result, Verdict

CLASS_ROOM = 6_000_000  # bytes for the feedback of all: a browser opens a page of 10 MB without a pause
LARGEST, SMALLEST = 60_000, 600
SMALL_CLASS = 100  # in a larger one, a text that somebody got already is linked to
CUTS = (2_000, 500, 120, 30)  # characters of one paragraph, the first that fits
OVERHEAD, PART = 220, 70  # bytes of markup around a mistake, around a paragraph
LINK = 200


@dataclass(frozen=True)
class Source:
    """Where a text stands in full."""

    anchor: str
    name: str


@dataclass(frozen=True)
class Told:
    """A failure: its paragraphs, or who got the same; `also` are other checks with just these words."""

    anchor: str
    sentence: str
    verdict: str
    parts: tuple[Part, ...] = ()
    also: tuple[str, ...] = ()
    same: Source | None = None


@dataclass(frozen=True)
class Telling:
    """What is told of a hand-in: failures, others by their sentence, how many more; what only waits."""

    told: tuple[Told, ...] = ()
    others: tuple[str, ...] = ()
    more: int = 0
    waiting: tuple[str, ...] = ()
    waits: int = 0
    unrun: int = 0


@dataclass
class Teller:
    """Tells one hand-in after the other; remembers which texts stand on the page already."""

    size: int
    kind: Kind
    _known: dict[tuple[Paragraph, ...], Source] = field(default_factory=dict)

    def telling(self, report: Report, source: Source) -> Telling:
        """Return what to tell of a report; `source` is the hand-in's own section."""
        room = Room(max(SMALLEST, min(LARGEST, CLASS_ROOM // max(self.size, 1))))
        bare = _beyond(report, room.left // OVERHEAD)
        feedback = explain(_stripped(report, bare), self.kind, everything=True)
        told, others, more = [], [], 0
        for number, group in enumerate(_grouped(feedback)):
            mine = Source(f"{source.anchor}-{number}", source.name)
            found = None if group[0].name in bare else self._told(group, mine, room, must=not number)
            if found:
                told.append(found)
            elif room.takes(cost(group[0].sentence) + 20):
                others += [group[0].sentence]
                more += len(group) - 1
            else:
                more += len(group)
        waiting = feedback.blocked if room.takes(sum(cost(one) + 9 for one in feedback.blocked)) else ()
        waits = len(feedback.blocked)
        return Telling(tuple(told), tuple(others), more, waiting, waits, feedback.untold)

    def _told(self, group: list[Mistake], source: Source, room: Room, must: bool) -> Told | None:
        """Return a failure as fully as the room allows; None where it has none, unless something must be."""
        first, *rest = group
        also = tuple(mistake.sentence for mistake in rest)
        if not room.takes(sum(cost(one) + 9 for one in also)):
            also = (f"{len(also)} more",)
        words = (source.anchor, first.sentence, str(first.verdict), also)
        known = self._known.get(first.paragraphs)
        if known and self.size > SMALL_CLASS and room.takes(LINK + cost(known.name)):
            return _told(*words, same=known)
        for most in CUTS:
            parts = tuple(part(paragraph, most) for paragraph in first.paragraphs)
            if room.takes(OVERHEAD + cost(first.sentence) + sum(map(_part_cost, parts))):
                if most == CUTS[0]:
                    self._known.setdefault(first.paragraphs, source)
                return _told(*words, parts=parts)
        return _told(*words, parts=parts) if must else None


@dataclass
class Room:
    """Bytes that are left for one hand-in."""

    left: int

    def takes(self, size: int) -> bool:
        """Return whether there is room, and take it."""
        if size > self.left:
            return False
        self.left -= size
        return True


def cost(text: str) -> int:
    """Return how many bytes of the page a text takes."""
    return len(escape(text).encode("utf-8", "backslashreplace"))


def shortened(text: str, most: int) -> str:
    """Return a text on one line, made visible and cut."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1] + "…"


def _told(
    anchor: str,
    sentence: str,
    verdict: str,
    also: tuple[str, ...],
    parts: tuple[Part, ...] = (),
    same: Source | None = None,
) -> Told:
    return Told(anchor, sentence, verdict.lower(), parts, also, same)


def _beyond(report: Report, most: int) -> frozenset[str]:
    """Return the failures for which there is no room anyway: to find words for them would take long."""
    red = [one.name for one in report.results if not one.passed and one.verdict is not Verdict.BLOCKED]
    first = report.first_failure
    return frozenset(red[most:]) - {first.name if first else ""}


def _stripped(report: Report, bare: frozenset[str]) -> Report:
    """Return the report with little evidence for some of its results."""
    results = (_bare(result) if result.name in bare else result for result in report.results)
    return replace(report, results=tuple(results))


def _bare(result: Result) -> Result:
    return replace(
        result,
        did=(),
        expected=None,
        got=None,
        frames=(),
        ran=(),
        again=None,
        output=None,
        remedy=None,
        why=None,
    )


def _grouped(feedback: Feedback) -> list[list[Mistake]]:
    """Return the mistakes, those with the same words together: one cause outside of the checks fails all."""
    groups: dict[tuple[Paragraph, ...], list[Mistake]] = {}
    for mistake in feedback.mistakes:
        groups.setdefault(mistake.paragraphs, []).append(mistake)
    return list(groups.values())


def _part_cost(part: Part) -> int:
    return PART + sum(map(cost, (part.label, part.before, part.mark, part.after)))
