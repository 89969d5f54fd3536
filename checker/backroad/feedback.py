"""A report becomes what a learner reads: paragraphs as values, in one order, for every face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from backroad.glyphs import visible
from backroad.model import Kind
from backroad.report import Place, Report, Result, Verdict

LINE = 120  # as much of a learner's line as is shown: generated code has lines of megabytes
LAST = 3  # statements that are shown where not everything is asked for


class Keep(Enum):
    """Which part of a paragraph stays when there is no room for all of it."""

    ALL = "all"
    HEAD = "head"
    TAIL = "tail"
    MARK = "mark"


class Form(Enum):
    """How a paragraph's lines may be broken."""

    PROSE = "prose"
    CODE = "code"
    SHELL = "shell"


@dataclass(frozen=True)
class Paragraph:
    """A labelled text, made visible; `mark` is what differs from its counterpart, `point`: point at it."""

    label: str
    text: str
    form: Form = Form.CODE
    keep: Keep = Keep.ALL
    mark: tuple[int, int] | None = None
    point: bool = False


@dataclass(frozen=True)
class Mistake:
    """One check that is not green: its sentence, and what happened."""

    name: str
    sentence: str
    verdict: Verdict
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Other:
    """A further failure, told in one line."""

    sentence: str
    verdict: Verdict


@dataclass(frozen=True)
class Feedback:
    """What is told of a report: mistakes in full, others in a line each, the rest as counts."""

    mistakes: tuple[Mistake, ...]
    others: tuple[Other, ...] = ()
    blocked: tuple[str, ...] = ()
    untold: int = 0


EVENT_LABELS = {
    Verdict.FAILED: "where",
    Verdict.RAISED: "raised",
    Verdict.HUNG: "hung",
    Verdict.DIED: "died",
    Verdict.LIMIT: "limit",
    Verdict.UNREADABLE: "got",
    Verdict.BLOCKED: "blocked",
    Verdict.TAMPERED: "tampered",
}
_SILENT = {
    Verdict.HUNG: "no answer within the limit",
    Verdict.DIED: "your code ended its process",
    Verdict.LIMIT: "your code reached a limit",
    Verdict.UNREADABLE: "your code cannot be read",
    Verdict.TAMPERED: "your code broke the protocol of the checks",
}
_UNREADABLE = {
    Kind.MODULE: "No check could run: the module cannot be imported",
    Kind.SERVICE: "No check could run: the service did not start",
}


def explain(report: Report, kind: Kind = Kind.MODULE, everything: bool = False) -> Feedback:
    """Return what to tell of `report`: its first failure in full, or every failure with `everything`."""
    first = report.first_failure
    if first is None:
        return Feedback(())
    red = [result for result in report.results if not result.passed]
    if is_told_once(report):
        told = tuple(paragraphs(first, everything))
        return Feedback((Mistake(first.name, _UNREADABLE[kind], first.verdict, told),), untold=len(red))
    blocked = [result for result in red if result.verdict is Verdict.BLOCKED and result != first]
    waiting = tuple(visible(result.sentence) for result in blocked)
    spoken = [first, *(result for result in red if result != first and result not in blocked)]
    if everything:
        return Feedback(tuple(mistake(result, everything) for result in spoken), blocked=waiting)
    others = tuple(Other(visible(result.sentence), result.verdict) for result in spoken[1:])
    return Feedback((mistake(first),), others, waiting)


def is_told_once(report: Report) -> bool:
    """Whether nothing could be read at all, for one cause: it is told once, not once a check."""
    core = report.core or report.results
    unread = [result for result in core if result.verdict is Verdict.UNREADABLE]
    others = [result for result in core if result.verdict not in (Verdict.UNREADABLE, Verdict.BLOCKED)]
    return bool(unread) and not others and len({(result.message, result.where) for result in unread}) == 1


def mistake(result: Result, everything: bool = False) -> Mistake:
    """Return one failure told in full."""
    return Mistake(
        result.name, visible(result.sentence), result.verdict, tuple(paragraphs(result, everything))
    )


def paragraphs(result: Result, everything: bool = False) -> Iterator[Paragraph]:
    """Yield what happened, in the order in which a learner needs it."""
    if result.did:
        yield _deed(visible("\n".join(result.did)))
    yield from _difference(result.expected, None if _says_it_all(result) else result.got)
    yield from _event(result)
    if everything and len(result.frames) > 1:
        yield Paragraph("frames", "\n".join(map(place_text, result.frames)))
    if result.ran:
        yield Paragraph("ran", statements_text(result.ran, everything), keep=Keep.HEAD)
    if result.again:
        yield Paragraph("again", visible(result.again), Form.SHELL)
    if result.output and (everything or result.verdict is Verdict.UNREADABLE or _is_server_error(result)):
        yield Paragraph("output", visible(result.output.replace("\r\n", "\n").rstrip()), keep=Keep.TAIL)
    if result.remedy:
        yield Paragraph("next", visible(result.remedy), Form.PROSE)
    if result.why and result.verdict is not Verdict.UNREADABLE:
        yield Paragraph("why", visible(result.why), Form.PROSE)


def _is_server_error(result: Result) -> bool:
    """Return whether a service answered 5xx and its own line is not known: its log may say why."""
    return bool(result.again) and result.where is None and (result.got or "").startswith("5")


def place_text(place: Place) -> str:
    """Return `file:line  the line itself`."""
    source = visible(place.source.strip())
    told = source if len(source) <= LINE else source[: LINE - 1] + "…"
    return f"{visible(place.file)}:{place.line}  {told}".rstrip()


def statements_text(statements: Sequence[str], everything: bool = False) -> str:
    """Return how many statements ran, and which: the last ones, cut, where not everything is asked for.

    The very last comes first then: where there is room for one line only, it is the one to see.
    """
    known = len(statements) - statements[0].startswith("…")
    lines = [" ".join(text.split()) for text in statements]
    count = f"{known} statement{'s' * (known != 1)}"
    if everything:
        return visible(f"{count}:" + (" " if len(lines) == 1 else "\n") + "\n".join(lines))
    shown = lines[: -LAST - 1 : -1]
    last, *before = [line if len(line) <= LINE else line[: LINE - 1] + "…" for line in shown]
    first = f"{count}, the last: {last}" if before else f"{count}: {last}"
    return visible("\n".join([first, *(f"before it: {line}" for line in before)]))


def differing(left: str, right: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the stretch of each text that the other lacks; None when they share too little to point at."""
    shortest = min(len(left), len(right))
    head = next((i for i in range(shortest) if left[i] != right[i]), shortest)
    tail = next((i for i in range(shortest - head) if left[-1 - i] != right[-1 - i]), shortest - head)
    if left == right or 3 * (head + tail) < max(len(left), len(right)):
        return None
    return (head, len(left) - tail), (head, len(right) - tail)


def _deed(text: str) -> Paragraph:
    """Return what was done; a service is started, which is told by the label."""
    started = text.removeprefix("started ")
    return Paragraph("did" if started == text else "started", started, keep=Keep.TAIL)


def _says_it_all(result: Result) -> bool:
    """Whether the message of a submission that cannot be read repeats what was got."""
    return result.verdict is Verdict.UNREADABLE and (result.got or "\0") in (result.message or "")


def _difference(expected: str | None, got: str | None) -> Iterator[Paragraph]:
    left, right = visible(expected or ""), visible(got or "")
    marks = differing(left, right) if left and right else None
    for label, text, index in (("expected", left, 0), ("got", right, 1)):
        if text:
            mark = marks[index] if marks else None
            keep, points = (Keep.MARK if mark else Keep.HEAD), bool(index and _points(text, mark))
            yield Paragraph(label, text, keep=keep, mark=mark, point=points)


def _points(text: str, mark: tuple[int, int] | None) -> bool:
    """Whether a reader would have to search for the stretch: it is a small part of a long line."""
    return mark is not None and len(text) > 40 and 3 * (mark[1] - mark[0]) < len(text)


def _event(result: Result) -> Iterator[Paragraph]:
    message = visible(result.message or _SILENT.get(result.verdict, ""))
    label = EVENT_LABELS.get(result.verdict, "")
    if result.verdict is Verdict.FAILED and message:
        label = "because"
    if result.verdict is Verdict.UNREADABLE and result.got and not _says_it_all(result):
        label = "because"
    if message:
        yield Paragraph(label, message, Form.PROSE, Keep.HEAD)
    if result.where:
        yield Paragraph("" if message else label, place_text(result.where))
