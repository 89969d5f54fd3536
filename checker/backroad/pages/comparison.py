"""A comparison as pages show it: the table of measures, the matrix of verdicts, files side by side, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from backroad.comparison import Comparison, Contender, Measure, table
from backroad.model import Check, Exercise, Stage
from backroad.pages.beside import File, file_view
from backroad.pages.markdown import render
from backroad.pages.rendering import Assets, standalone
from backroad.report import Verdict

YOURS = "yours"
ASSETS = Assets("backroad.pages", "assets")
STYLE = "\n".join(map(ASSETS.text, ("base.css", "code.css", "comparison.css")))
SCRIPT = ASSETS.text("comparison.js")


@dataclass(frozen=True)
class Side:
    """A design: its column, what each check says of it, how it differs from yours; `link` leads there.

    `waits` tells what is being done for a column that is not there yet.
    """

    column: Contender
    verdicts: Mapping[str, str] = field(default_factory=dict)
    comparison: Comparison | None = None
    link: str = ""
    waits: str = ""

    @property
    def name(self) -> str:
        """What the design is called."""
        return self.column.title


@dataclass(frozen=True)
class Figure:
    """A cell of the table: its text, and the share of the row's largest number, for a bar."""

    text: str
    share: int | None


@dataclass(frozen=True)
class MeasureView:
    """A row of the table."""

    title: str
    figures: tuple[Figure, ...]
    note: str


@dataclass(frozen=True)
class Sign:
    """A verdict as a sign and a word, for those who see neither shape nor colour."""

    glyph: str
    word: str
    tone: str


@dataclass(frozen=True)
class StageView:
    """The verdicts of a stage: its checks, a sign for each design, and how many are green in each."""

    title: str
    number: int
    stretch: bool
    rows: tuple[tuple[str, tuple[Sign, ...]], ...]
    tallies: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True)
class Beside:
    """Yours beside one design: the files that differ."""

    name: str
    anchor: str
    files: tuple[File, ...]
    my_lines: int
    their_lines: int


@dataclass(frozen=True)
class ComparisonView:
    """All that the page of a comparison shows."""

    slug: str
    title: str
    kit: str
    sides: tuple[Side, ...]
    measures: tuple[MeasureView, ...]
    stages: tuple[StageView, ...]
    besides: tuple[Beside, ...]
    shown: str
    notes: Markup
    remarks: tuple[str, ...]
    red: int
    checks: int

    @property
    def others(self) -> tuple[Side, ...]:
        """The designs that yours can be laid beside."""
        return self.sides[1:]


def comparison_view(
    exercise: Exercise,
    sides: Sequence[Side],
    shown: str,
    notes: str,
    kit: str,
    measures: Sequence[Measure] | None = None,
    remarks: Sequence[str] = (),
) -> ComparisonView:
    """Return the page of yours, which is the first of `sides`, beside the others.

    `measures` are the rows of the table, where there are more than the verdicts tell; `remarks` stand below.
    """
    rows = table([side.column for side in sides]) if measures is None else measures
    core = [check.name for check in exercise.checks if not check.stretch]
    return ComparisonView(
        exercise.slug,
        exercise.title,
        kit,
        tuple(sides),
        tuple(map(_measure, rows)),
        tuple(_stage(stage, sides) for stage in exercise.stages),
        tuple(_beside(side, side.comparison) for side in sides if side.comparison is not None),
        shown,
        render(notes),
        tuple(remarks),
        sum(sides[0].verdicts.get(name) != Verdict.PASSED for name in core),
        len(core),
    )


def comparison_page(view: ComparisonView) -> str:
    """Return the page of a comparison as one file that needs nothing else."""
    return standalone(ASSETS, "compare.html", STYLE, SCRIPT, {"view": view})


def _beside(side: Side, comparison: Comparison) -> Beside:
    anchor = f"with-{side.name}"
    files = tuple(
        file_view(pair, f"{anchor}-{number}", YOURS, side.name)
        for number, pair in enumerate(comparison.files, start=1)
    )
    return Beside(side.name, anchor, files, comparison.my_lines, comparison.their_lines)


def _measure(measure: Measure) -> MeasureView:
    numbers = [_number(cell) for cell in measure.cells]
    most = max((number for number in numbers if number is not None), default=0.0)
    shares = [None if number is None or not most else round(100 * number / most) for number in numbers]
    figures = map(Figure, measure.cells, shares)
    return MeasureView(measure.title, tuple(figures), measure.note)


def _number(cell: str) -> float | None:
    """Return what a cell amounts to, a tally as its share."""
    found = re.fullmatch(r"([\d,]+(?:\.\d+)?)(?:/(\d+))?(?: ?[^\d]{0,8})?", cell)
    if found is None:
        return None
    return float(found[1].replace(",", "")) / (float(found[2] or 1) or 1)


def _stage(stage: Stage, sides: Sequence[Side]) -> StageView:
    rows = tuple((check.sentence, tuple(_sign(check, side) for side in sides)) for check in stage.checks)
    tallies = tuple(_tally(stage.checks, side) for side in sides)
    is_open = any(sign.tone == "bad" for _, signs in rows for sign in signs)
    return StageView(stage.title, stage.number, stage.stretch, rows, tallies, is_open)


def _sign(check: Check, side: Side) -> Sign:
    verdict = side.verdicts.get(check.name)
    if side.waits:
        return Sign("…", "not run yet", "dim")
    if verdict is None:
        return Sign("-", "not run", "dim")
    if verdict == Verdict.PASSED:
        return Sign("✓", "passed", "good")
    if verdict == Verdict.BLOCKED:
        return Sign("·", "blocked", "waits")
    return Sign("✗", verdict.lower(), "bad")


def _tally(checks: Sequence[Check], side: Side) -> str:
    seen = [side.verdicts[check.name] for check in checks if check.name in side.verdicts]
    return f"{seen.count(Verdict.PASSED)}/{len(seen)}" if seen else "-"
