"""Two trees side by side: which files differ, row by row, with equal stretches folded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fnmatch import fnmatch
from typing import Protocol

from backroad.glyphs import visible
from backroad.model import Exercise
from backroad.report import Verdict

CONTEXT = 3
LONGEST = 4_000

# What every workspace has and nobody writes for the exercise.
FURNITURE = (
    "README.md", "backroad.toml", "pytest.ini", "conftest.py", ".*", "*/.*", "given/*", "*.pyc", "*.lock",
    "*.sqlite*", "*.db", "package-lock.json",
)  # fmt: skip


class Source(Protocol):
    """What is asked of a tree of files."""

    @property
    def files(self) -> Mapping[str, object]:
        """The names of the files, with whatever holds their content."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        ...


@dataclass(frozen=True)
class Line:
    """One line of a file, made visible."""

    number: int
    text: str


@dataclass(frozen=True)
class Pair:
    """One row: a line of mine beside a line of theirs; None where one of them has nothing."""

    mine: Line | None
    theirs: Line | None
    same: bool


@dataclass(frozen=True)
class Fold:
    """A stretch of equal lines that is not shown."""

    lines: int


@dataclass(frozen=True)
class FilePair:
    """One file of both trees, as texts and as rows; `note` says why there are no rows."""

    name: str
    rows: tuple[Pair | Fold, ...] = ()
    mine: str = ""
    theirs: str = ""
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """The files that differ, and how many lines each side wrote."""

    files: tuple[FilePair, ...]
    my_lines: int
    their_lines: int


@dataclass(frozen=True)
class Contender:
    """One column of the verdict table: a design and its tallies, or the reason why it was not run."""

    title: str
    lines: int = 0
    core: str = ""
    hardening: str = ""
    seconds: float = 0.0
    missing: str = ""
    complexity: int = 0


@dataclass(frozen=True)
class Measure:
    """One row of the verdict table; `note` is what is to be said of it."""

    title: str
    cells: tuple[str, ...]
    note: str = ""


def compare(mine: Source, theirs: Source, given: Source | None = None, context: int = CONTEXT) -> Comparison:
    """Lay two trees side by side; what stands unchanged as `given` in both is left out."""
    names = sorted({*written(mine, given), *written(theirs, given)}, key=_reading_order)
    files = tuple(_file_pair(name, _read(mine, name), _read(theirs, name), context) for name in names)
    return Comparison(
        tuple(pair for pair in files if pair.rows or pair.note),
        line_count(mine, given),
        line_count(theirs, given),
    )


def written(tree: Source, given: Source | None = None) -> list[str]:
    """Return the names of the files that somebody wrote: no furniture, nothing unchanged as given."""
    names = [name for name in sorted(tree.files) if not any(fnmatch(name, like) for like in FURNITURE)]
    return [name for name in names if given is None or _read(given, name) != tree.read(name)]


def line_count(tree: Source, given: Source | None = None) -> int:
    """Return how many lines that are not blank the written files have."""
    texts = filter(None, (text_of(tree.read(name)) for name in written(tree, given)))
    return sum(1 for text in texts for line in text.splitlines() if line.strip())


def contender(
    title: str, lines: int, verdicts: Mapping[str, str], exercise: Exercise, seconds: float
) -> Contender:
    """Return the column of a design that was run."""
    tallies = [
        [verdicts[check.name] == Verdict.PASSED for check in exercise.checks
         if check.stretch is stretch and check.name in verdicts]
        for stretch in (False, True)
    ]  # fmt: skip
    core, hard = (f"{sum(tally)}/{len(tally)}" if tally else "" for tally in tallies)
    return Contender(title, lines, core, hard, seconds)


def table(contenders: Sequence[Contender], measured: Sequence[Measure] = ()) -> tuple[Measure, ...]:
    """Return the verdict table: checks, hardening where somebody has it, what was measured, size of the code.

    How long the checks took is not in it: each design's run was another one, at another time.
    """
    measures = (
        Measure("checks", tuple(one.core for one in contenders)),
        Measure("stretch", tuple(one.hardening for one in contenders)),
        *measured,
        Measure("lines", tuple(f"{one.lines:,}" if one.lines else "" for one in contenders)),
        Measure("complexity", tuple(f"{one.complexity}" if one.complexity else "" for one in contenders)),
    )
    return tuple(measure for measure in measures if any(measure.cells))


def text_of(content: bytes | None) -> str | None:
    """Return a file's text made visible, or None when it is no text."""
    if content is None or b"\0" in content:
        return None
    try:
        return visible(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        return None


def side_by_side(mine: str, theirs: str, context: int = CONTEXT) -> tuple[Pair | Fold, ...]:
    """Return the rows of two texts; equal stretches keep `context` lines at each end."""
    left, right = mine.splitlines(), theirs.splitlines()
    matcher = SequenceMatcher(None, left, right, autojunk=max(len(left), len(right)) > 500)
    codes = matcher.get_opcodes()
    rows: list[Pair | Fold] = []
    for index, (tag, i1, i2, j1, j2) in enumerate(codes):
        pairs = [
            Pair(_line(left, i1 + step, i2), _line(right, j1 + step, j2), tag == "equal")
            for step in range(max(i2 - i1, j2 - j1))
        ]
        ends = (context * (index > 0), context * (index < len(codes) - 1))
        rows += _folded(pairs, *ends) if tag == "equal" else pairs
    return tuple(rows)


def _folded(pairs: list[Pair], head: int, tail: int) -> Iterable[Pair | Fold]:
    hidden = len(pairs) - head - tail
    # One line is never worth a fold that takes one line.
    if hidden < 2:
        return pairs
    return [*pairs[:head], Fold(hidden), *pairs[len(pairs) - tail :]]


def _line(lines: Sequence[str], index: int, end: int) -> Line | None:
    return Line(index + 1, lines[index]) if index < end else None


def _file_pair(name: str, mine: bytes | None, theirs: bytes | None, context: int) -> FilePair:
    if mine == theirs:
        return FilePair(visible(name))
    left, right = text_of(mine or b""), text_of(theirs or b"")
    if left is None or right is None:
        return FilePair(visible(name), note="not a text")
    if max(left.count("\n"), right.count("\n")) > LONGEST:
        return FilePair(visible(name), note=f"more than {LONGEST:,} lines")
    return FilePair(visible(name), side_by_side(left, right, context), left, right)


def _read(tree: Source, name: str) -> bytes | None:
    return tree.read(name) if name in tree.files else None


def _reading_order(name: str) -> tuple[bool, int, str]:
    return (not name.endswith(".py"), name.count("/"), name)
