"""All designs at the same work: what is known from before, what is measured now, what is remembered of it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from backroad.comparison import Contender, Measure, table, text_of, written
from backroad.content.work import WORK, read_work
from backroad.measures import Gauge, gauges, measure_of, reasons_of
from backroad.report import Measured, measured_from_json

if TYPE_CHECKING:
    from backroad.content.trees import Tree
    from backroad.model import Check, Exercise
    from backroad.practice.practice import Practice

Known = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Measurement:
    """What was measured of all designs: rows for every face, and by digest what the journal remembers."""

    gauges: tuple[Gauge, ...] = ()
    complexity: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def column(self, contender: Contender) -> Contender:
        """Return a design's column with what is known of its files."""
        return replace(contender, complexity=self.complexity.get(contender.title, 0))

    def rows(self, contenders: Sequence[Contender]) -> tuple[Measure, ...]:
        """Return the rows of the table of these designs."""
        return table(contenders, [measure_of(gauge) for gauge in self.gauges])

    def remarks(self, contenders: Sequence[Contender]) -> tuple[str, ...]:
        """Return why designs have no number somewhere."""
        return (*reasons_of(self.gauges, [one.title for one in contenders]), *self.faults)


@dataclass(frozen=True)
class Entrant:
    """A design to be measured, with what is counted of exactly its files; `missing` ones cannot run here."""

    name: str
    tree: Tree = field(repr=False)
    counted: Mapping[str, Measured]
    complexity: int | None
    missing: bool


def measure(
    practice: Practice, exercise: Exercise, start: Tree, designs: Sequence[tuple[str, Tree, bool]]
) -> Measurement:
    """Measure designs, given as name, files and whether they are missing here; the learner's comes first.

    What was counted of the same files before is not counted again; what is timed comes from this run alone.
    """
    work, _ = read_work(exercise)
    known = _known(practice, exercise)
    entrants = [_entrant(known.get(tree.digest(), {}), *one) for one in designs for tree in (one[1],)]
    found, faults = _found(practice, exercise, work, entrants)
    complexity = {one.name: _complexity(one, start) for one in entrants}
    kept = {
        one.tree.digest(): {
            "counted": {
                name: asdict(measured)
                for name, measured in found[one.name].items()
                if measured.count is not None
            },
            "complexity": complexity[one.name] or None,
        }
        for one in entrants
    }
    rows = gauges(work, [found[one.name] for one in entrants])
    return Measurement(rows, complexity, {"of": _stamp(exercise), "designs": kept}, faults)


def _found(
    practice: Practice, exercise: Exercise, work: Sequence[Check], entrants: Sequence[Entrant]
) -> tuple[dict[str, dict[str, Measured]], tuple[str, ...]]:
    """Return what is known and what is measured now by design, and what went wrong."""
    from backroad.referee.together import Contestant, measure_together

    found = {one.name: dict(one.counted) for one in entrants}
    running = [Contestant(one.name, one.tree, {*one.counted}) for one in entrants if not one.missing]
    left = sum(len({piece.name for piece in work} - {*one.known}) for one in running)
    if not left:
        return found, ()
    with practice.warm() as engine, practice.progress(f"{exercise.slug} at work", left) as tick:
        now = measure_together(exercise, work, running, engine, tick or (lambda _: None), practice.brake)
    for name, one in now.items():
        found[name] |= one.measured
    return found, tuple(f"{name}: {one.fault}" for name, one in now.items() if one.fault)


def _entrant(kept: Mapping[str, Any], name: str, tree: Tree, missing: bool) -> Entrant:
    counted = {name: measured_from_json(entry) for name, entry in kept.get("counted", {}).items()}
    return Entrant(name, tree, counted, kept.get("complexity"), missing)


def _known(practice: Practice, exercise: Exercise) -> Known:
    """Return what earlier comparisons with this kit counted at the same work, by the digest of a design."""
    stamp = _stamp(exercise)
    told = [entry.event.data for entry in practice.entries(exercise.slug)]
    kept = [data.get("measured", {}) for data in told if data.get("kit") == practice.kit]
    return {
        digest: entry for one in kept if one.get("of") == stamp for digest, entry in one["designs"].items()
    }


def _stamp(exercise: Exercise) -> str:
    """Return the digest of what decides a count beside the design and the kit."""
    file = exercise.folder / WORK
    content = file.read_bytes() if file.is_file() else b""
    return hashlib.sha256(sys.version.encode() + content).hexdigest()


def _complexity(one: Entrant, start: Tree) -> int:
    from backroad.practice.complexity import complexity_of

    return complexity_of([*_python(one.tree, start)]) if one.complexity is None else one.complexity


def _python(tree: Tree, start: Tree) -> Iterator[str]:
    for name in written(tree, start):
        text = text_of(tree.read(name)) if name.endswith(".py") else None
        if text is not None:
            yield text
