"""The screens of a history: a line for each exercise, or one exercise day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backroad.console.road import DUE, SIGNS
from backroad.console.rows import (
    EMPTY,
    NARROW,
    Row,
    Span,
    Style,
    joined,
    labelled,
    next_rows,
    padded,
    row,
    shortened,
    titled,
    wrapped,
)
from backroad.glyphs import columns
from backroad.pages.history import History
from backroad.pages.past import Past, Run
from backroad.pages.plots import shared
from backroad.pages.wording import counted, short_day, working

BLOCKS = "▁▂▃▄▅▆▇█"
PLOT = 12  # columns of a plot in a line


def history_screen(view: History, command: str, width: int = 80) -> list[Row]:
    """Return a history, and the next command."""
    if not view.pasts:
        nothing = "this exercise has not been begun" if view.slug else "nothing has been done yet"
        return [row(f" {nothing}"), EMPTY, *next_rows(((command, ""),), width)]
    rows = _one(view.only, view, width) if view.only else list(_all(view, width))
    return [*rows, EMPTY, *next_rows(((command, ""),), width)]


def _all(view: History, width: int) -> Iterator[Row]:
    facts = f"{len(view.pasts)} of {view.on_the_road} exercises begun, {view.done} done"
    yield from titled("history", f" · {facts}", "", width)
    told = (counted(view.runs, "run"), counted(view.hints, "hint"), f"{view.spent} at work until green")
    yield from (row(Span(f" {line}", Style.DIM)) for line in joined(told, width - 1))
    names = max(columns(past.name) for past in view.pasts.values())
    for group in view.groups:
        yield from (EMPTY, row(Span(f" {shortened(group.title, width - 1)}", Style.TITLE)))
        for past in group.pasts:
            yield from _line(past, view, names, width)


def _line(past: Past, view: History, names: int, width: int) -> Iterator[Row]:
    began = short_day(past.began, view.today)
    runs, hints = counted(len(past.runs), "run"), counted(len(past.hints), "hint") if past.hints else ""
    took = f"in {working(past.work)}" if past.first_green else "not green yet"
    drawn = plot(past, PLOT)
    if width < NARROW:
        yield row("  ", _sign(past), f" {shortened(past.name, width - 4)}")
        yield row("    ", *drawn)
        facts = joined([fact for fact in (runs, hints, took) if fact], width - 4)
        yield from (row(Span(f"    {line}", Style.DIM)) for line in facts)
        return
    told = f"{runs:>10}{hints:>10}  {padded(took, 13)}"
    room = min(names, width - 6 - PLOT - columns(told))
    name = padded(shortened(past.name, room), room)
    gap = width - room - 6 - PLOT - columns(told)
    rest = f"{began:>{gap}}" if gap >= columns(began) + 2 else ""
    yield row("  ", _sign(past), f" {name}  ", *drawn, Span(told + rest, Style.DIM))


def plot(past: Past, width: int) -> tuple[Span, ...]:
    """Return the runs as blocks, as high as checks were green, in so many columns."""
    bins = list(shared(past.runs, width))
    blocks = [_block(runs, past.most) for runs in bins]
    return (*blocks, Span(" " * (width - len(blocks))))


def _block(runs: Sequence[Run], most: int) -> Span:
    best = max(run.green for run in runs)
    sign = BLOCKS[min(best * len(BLOCKS) // max(most, 1), len(BLOCKS) - 1)]
    return Span(sign, Style.GOOD if any(run.is_green for run in runs) else Style.BAD)


def _one(past: Past, view: History, width: int) -> list[Row]:
    """Return one exercise: the facts, its runs as a plot, its days."""
    took = "not green yet"
    if past.first_green:
        took = f"green at run {past.tries}, after {working(past.work)}"
    facts = [f"begun {short_day(past.began, view.today)}", counted(len(past.runs), "run")]
    facts += [counted(len(past.hints), "hint"), took]
    facts += ["due for review"] * past.due + ["reference seen first"] * past.spoiled
    lines = joined(facts, width - 1)
    rows = [row(Span(past.name, Style.TITLE)), *(row(f" {line}") for line in lines), EMPTY]
    if past.runs:
        most = f" {past.best} of {past.most} "
        drawn = plot(past, width - len(most) - 8)
        rows += [row(Span(" checks", Style.DIM), Span(most), *drawn), EMPTY]
    return rows + list(_days(view, width))


def _days(view: History, width: int) -> Iterator[Row]:
    """Yield the days, the newest first; those before the last few are counted."""
    days = view.timeline.days
    label = max(columns(day.label) for day in days)
    for day in days:
        words = [f"{day.lines[0].span}   {day.lines[0].words}"] if width >= NARROW else [day.lines[0].words]
        lines = [line for text in words for line in wrapped(text, width - label - 4)]
        yield from labelled(day.label, lines, label + 2)
    older = sum(len(month.days) for month in view.timeline.months) + view.timeline.older
    if older:
        yield row(Span(f" {counted(older, 'earlier day')}; --html shows more", Style.DIM))


def _sign(past: Past) -> Span:
    return DUE if past.due else SIGNS[past.state]
