"""The screen of one check run: stages, the first failure, what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backroad.console.layout import ENDLESS, lay_mistake
from backroad.console.rows import (
    EMPTY,
    NARROW,
    Row,
    Span,
    Style,
    joined,
    listed,
    next_rows,
    padded,
    row,
    shortened,
    titled,
    wrapped,
)
from backroad.feedback import Feedback, Mistake, Other, explain
from backroad.glyphs import columns, one_line, visible
from backroad.model import Exercise, Stage
from backroad.report import Report, Result, Verdict

PAGE = 25  # rows for one mistake, with everything around it, on a page of 80 columns
OTHERS = 3


@dataclass(frozen=True)
class Around:
    """What a report does not know: how it came to this, and what comes next."""

    story: str = ""
    hints_left: int = 0
    next_slug: str = ""


def report_screen(
    report: Report,
    exercise: Exercise,
    width: int = 80,
    everything: bool = False,
    around: Around | None = None,
) -> list[Row]:
    """Return the screen of a report; with `everything`, nothing is shortened."""
    around = around or Around()
    head = _head(report, exercise, width)
    if report.passed and all(result.passed for result in report.results):
        return [*head, *_story(around, width), EMPTY, *_after_green(report, exercise, around, width)]
    report = report if everything else asked(report)
    feedback = explain(report, exercise.kind, everything)
    top = [*head, EMPTY, *_stage_rows(report, exercise, width), EMPTY]
    bottom = _tail(report, feedback, around, everything, width)
    room = ENDLESS if everything else (PAGE if width >= NARROW else 2 * PAGE) - len(top) - len(bottom)
    return [*top, *_mistakes(feedback, width, room), *bottom]


def asked(report: Report) -> Report:
    """Return the report without a hardening stage that only waits: nobody has to think of it yet."""
    hard = [result for result in report.results if result.stretch]
    waits = bool(report.core) and all(result.verdict is Verdict.BLOCKED for result in hard)
    return replace(report, results=report.core) if waits else report


def level_text(report: Report) -> str:
    """Return the confinement level and the time."""
    return f"level {int(report.level)}, {report.seconds:.1f} s"


def _head(report: Report, exercise: Exercise, width: int) -> list[Row]:
    rows = titled(exercise.slug, f" · {_subject(report, exercise)}", level_text(report), width)
    return rows + [
        row(f" {line}") for note in report.notes for line in wrapped(f"note   {visible(note)}", width - 1)
    ]


def _subject(report: Report, exercise: Exercise) -> str:
    first = report.first_failure
    if first is None or first.stretch:
        counted = report.core or report.results
        passed = sum(result.passed for result in counted)
        told = _green_text(report, exercise) if first is None else _hardening_text(report)
        return f"{passed} of {len(counted)} · {told}"
    stages = [stage for stage in exercise.stages if not stage.stretch]
    stage = next((stage for stage in stages if stage.number == first.stage), None)
    title = f" · {stage.title[:1].lower()}{stage.title[1:]}" if stage else ""
    return f"stage {first.stage} of {len(stages)}{title}"


def _green_text(report: Report, exercise: Exercise) -> str:
    seen = {result.name for result in report.results}
    whole = [stage.number for stage in exercise.stages if {check.name for check in stage.checks} <= seen]
    if all(stage.number in whole for stage in exercise.stages if not stage.stretch):
        return "all stages green"
    if sum(len(s.checks) for s in exercise.stages if s.number in whole) == len(seen) and len(whole) == 1:
        return f"stage {whole[0]} green"
    return "the checks asked for are green"


def _hardening_text(report: Report) -> str:
    hard = [result for result in report.results if result.stretch]
    if not report.core:
        return "hardening"
    return f"core green · hardening {sum(result.passed for result in hard)} of {len(hard)}"


def _stage_rows(report: Report, exercise: Exercise, width: int) -> list[Row]:
    stages = [stage for stage in exercise.stages if any(r.stage == stage.number for r in report.results)]
    longest = max((columns(stage.title) for stage in stages), default=0)
    name_width = min(longest, max(width - 32, 12))
    rows: list[Row] = []
    for stage in stages:
        signs = [_sign(result) for result in report.results if result.stage == stage.number]
        rows += _stage(stage, name_width, listed(signs, width - name_width - 13))
    return rows


def _stage(stage: Stage, name_width: int, signs: Sequence[Row]) -> list[Row]:
    label = "stretch" if stage.stretch else f"stage {stage.number}"
    title = stage.title[:1].lower() + stage.title[1:]
    name = f" {padded(label, 7)}  {padded(shortened(one_line(title), name_width), name_width)}   "
    return [(Span(name if not index else " " * len(name)), *line) for index, line in enumerate(signs)]


def _sign(result: Result) -> Span:
    if result.passed:
        return Span("✓", Style.GOOD)
    return Span("·", Style.DIM) if result.verdict is Verdict.BLOCKED else Span("✗", Style.BAD)


def _mistakes(feedback: Feedback, width: int, room: int) -> list[Row]:
    if room >= ENDLESS:
        return [line for told in feedback.mistakes for line in (*lay_mistake(told, width), EMPTY)]
    first: Mistake = feedback.mistakes[0]
    want = len(lay_mistake(first, width, ENDLESS - 1))
    gap = 2 if feedback.others else 1
    others = _others(feedback.others, width, max(OTHERS, room - want - gap))
    told = lay_mistake(first, width, room - len(others) - gap)
    return [*told, EMPTY, *others, EMPTY] if others else [*told, EMPTY]


def _others(others: Sequence[Other], width: int, room: int) -> list[Row]:
    shown = others if len(others) <= room else others[: room - 1]
    rows = [_other(other, width) for other in shown]
    hidden = len(others) - len(shown)
    return [*rows, row(Span(f"   … {hidden} more are red", Style.DIM))] if hidden else rows


def _other(other: Other, width: int) -> Row:
    verdict = "" if other.verdict is Verdict.FAILED else f"  {other.verdict.lower()}"
    sentence = shortened(one_line(other.sentence), width - 3 - len(verdict))
    return row(" ", Span("✗", Style.BAD), f" {sentence}", Span(verdict, Style.DIM))


def _tail(report: Report, feedback: Feedback, around: Around, everything: bool, width: int) -> list[Row]:
    several = len(feedback.others) + len(feedback.mistakes) > 1
    waiting = f"{len(feedback.blocked)} more wait for {'these' if several else 'this one'}"
    unread = feedback.untold > 0
    rungs = f" ({around.hints_left} left)" if around.hints_left else ""
    parts = [
        waiting if feedback.blocked else "",
        f"{feedback.untold - 1} more wait for that" if feedback.untold > 1 else "",
        "backroad check" if unread else f"backroad hint{rungs}",
        "backroad compare" if report.passed else "",
        "" if everything else "--all shows everything",
    ]
    return [row(f" {line}") for line in joined(filter(None, parts), width - 1)]


def _story(around: Around, width: int) -> list[Row]:
    return [row(f" {line}") for line in wrapped(around.story, width - 1)] if around.story else []


def _after_green(report: Report, exercise: Exercise, around: Around, width: int) -> list[Row]:
    if {check.name for check in exercise.checks if not check.stretch} - {
        result.name for result in report.results
    }:
        return next_rows((("backroad check", "all stages"),), width)
    then = ((f"backroad scaffold {around.next_slug}", ""),) if around.next_slug else ()
    return next_rows((("backroad compare", "yours beside the reference, and why it is so"), *then), width)
