"""What `check --watch` does: every save is judged at once, and the screen tells what became of it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from backroad.cli.checking import Checked, code, plain_names, require_known, surroundings
from backroad.cli.places import split_words
from backroad.console.keys import keys
from backroad.console.notices import hint_rows
from backroad.console.report import report_screen
from backroad.console.rows import EMPTY, Row, row, wrapped
from backroad.console.watch import Canvas, Changes, change_rows, changes_between, foot
from backroad.errors import BackroadError, ExitCode
from backroad.glyphs import one_line
from backroad.practice.runs import Runs
from backroad.workspace.saves import Saves

if TYPE_CHECKING:
    from backroad.cli.checking import Wish
    from backroad.cli.session import Session
    from backroad.model import Exercise
    from backroad.report import Report, Result
    from backroad.workspace.opening import Workspace


AGAIN, QUIT = ("r", "\n", "\r"), ("q", "\x04")


def watch_workspace(session: Session, wish: Wish) -> ExitCode:
    """Judge the workspace now and after every save, until somebody has had enough."""
    workspace, names = split_words(session, wish.words)
    exercise = session.exercise(workspace.slug)
    require_known(exercise, names, wish.stage)
    choices = {"names": plain_names(names), "stages": () if wish.stage is None else (wish.stage,)}
    happened: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    with (
        session.warm(lambda text: happened.put(("notice", text)), spare=True) as engine,
        Canvas(session.out) as canvas,
        keys(lambda key: happened.put(("key", key))) as has_keys,
        Saves(workspace.root, lambda: happened.put(("saved", None)), lambda: happened.put(("gone", None))),
    ):
        if session.out.is_live:  # on the screen; what is written beside it is drawn over
            session.on_warning = lambda text: happened.put(("notice", text))
        desk = Desk(session, workspace, exercise, canvas, has_keys, wish.everything)
        runs = Runs(engine, session, workspace, exercise, choices, happened.put)
        try:
            return attend(desk, runs, happened)
        finally:
            runs.stop()


def attend(desk: Desk, runs: Runs, happened: queue.SimpleQueue[tuple[str, Any]]) -> ExitCode:
    """Do what each event asks for; returns when somebody quits."""
    again = partial(runs.begin, always=True)
    on_key: dict[str, Callable[[], None]] = {"h": desk.hint, "c": partial(desk.compare, happened, runs)}
    on_key |= dict.fromkeys(AGAIN, again)
    on_event: dict[str, Callable[[Any], None]] = {
        "saved": lambda _: runs.begin(always=False),
        "gone": lambda _: runs.lose(),
        "notice": desk.tell,
        "began": lambda _: None,
        "told": desk.count,
        "trouble": desk.trouble,
        "report": desk.report,
    }
    again()
    while True:
        kind, what = happened.get()
        if kind != "key":
            on_event[kind](what)
        elif what in QUIT:
            return desk.code
        elif what in on_key:
            on_key[what]()


@dataclass
class Desk:
    """What is on the screen, and what the keys do with it."""

    session: Session
    workspace: Workspace
    exercise: Exercise
    canvas: Canvas
    has_keys: bool
    everything: bool
    last: Report | None = None
    changes: Changes = field(default_factory=Changes)
    notice: str = ""
    obstacle: str = ""

    @property
    def code(self) -> ExitCode:
        """What the last report means to a script."""
        return ExitCode.FAILED if self.last is None else code(self.last)

    def count(self, done: tuple[Result, ...]) -> None:
        """Say how far a run is."""
        red = sum(not result.passed for result in done)
        self.canvas.say(f"{len(done)} of {len(self.exercise.checks)}" + (f", {red} red" if red else ""))

    def report(self, report: Report) -> None:
        """Show a new report, and what changed since the last one."""
        self.obstacle = ""
        self.changes = changes_between(self.last, report)
        self.last = report
        self.draw()
        self.notice = ""

    def draw(self, more: list[Row] | None = None) -> None:
        """Draw everything anew, with some rows below the report."""
        width = self.canvas.terminal.width
        if self.last is None:
            rows: list[Row] = []
        else:
            checked = Checked(self.workspace, self.exercise, self.last)
            around = surroundings(self.session, checked)
            rows = report_screen(self.last, self.exercise, width, self.everything, around)
            rows = [*rows, EMPTY, *change_rows(self.changes, width)]
        for text in filter(None, (self.obstacle, self.notice)):
            rows += [row(f" {line}") for line in wrapped(f"note   {one_line(text)}", width - 1)] + [EMPTY]
        passed = self.last is not None and self.last.passed
        self.canvas.draw(
            [*rows, *(more or []), *foot(self.session.now().astimezone(), passed, self.has_keys, width)]
        )

    def tell(self, text: str) -> None:
        """Say something beside the matter; not again what drawing it may bring up."""
        if text != self.notice:
            self.notice = text
            self.draw()

    def trouble(self, error: BackroadError) -> None:
        """Say what is in the way of judging, until there is a report again."""
        self.obstacle = "; ".join(str(problem) for problem in error.problems)
        self.draw()

    def hint(self) -> None:
        """Show the next rung for the first failure."""
        from backroad.practice.hints import climb

        first = self.last.first_failure if self.last is not None else None
        check = next((one for one in self.exercise.checks if first and one.name == first.name), None)
        if check is not None:
            rung = climb(self.session, self.workspace, check)
            self.draw([*hint_rows(check, rung, self.canvas.terminal.width), EMPTY])

    def compare(self, happened: queue.SimpleQueue[tuple[str, Any]], runs: Runs) -> None:
        """Give the screen to the comparison until a key is pressed, or another text is saved."""
        from backroad.cli.comparing import show
        from backroad.practice.comparing import designs, measured, open_for, remember

        if self.last is None or not self.last.passed:
            return
        self.canvas.clear()
        mine = open_for(self.session, self.workspace, spoil=False)
        if not mine.is_closed:
            found = designs(self.session, mine, None)
            measurement = measured(self.session, mine, found)
            remember(self.session, mine, found, measurement=measurement)
            show(self.session, mine, found, measurement, None)
        self.canvas.say("any key goes back")
        while (event := happened.get())[0] != "key" and not (event[0] == "saved" and runs.is_due()):
            pass
        if event[0] == "saved":
            happened.put(event)
        self.canvas.clear()
        self.draw()
