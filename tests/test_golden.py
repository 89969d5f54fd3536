"""Whole screens, kept in tests/golden/; `python tests/test_golden.py` renews them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backroad.comparison import Contender, compare
from backroad.console.beside import files_text, notes_text
from backroad.console.designs import design_rows
from backroad.console.history import history_screen
from backroad.console.notices import (
    Finding,
    Health,
    change_screen,
    doctor_screen,
    hint_screen,
    scaffold_screen,
)
from backroad.console.report import Around, report_screen
from backroad.console.road import Travel, list_screen, road_screen, story
from backroad.console.rows import Row, painted
from backroad.content.trees import File, Tree
from backroad.events import Entry, Event, EventKind
from backroad.measures import Better, Gauge
from backroad.model import Check, Exercise, Kind, Level, Roadmap, Stage, Step
from backroad.pages.history import history
from backroad.practice.measuring import Measurement
from backroad.progress import Standing, State
from backroad.report import Place, Report, Result, Verdict

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HERE = Path("/content")
V = Verdict


def exercise(slug: str, kind: Kind, stages: dict[str, int], **more: object) -> Exercise:
    """Return an exercise with so many checks in each stage."""
    made = []
    for number, (title, count) in enumerate(stages.items(), 1):
        stretch = title.startswith("Hardening")
        checks = tuple(
            Check(
                f"check_{number}_{i}", f"Sentence {i} of stage {number}", "", number, stretch, (), (), HERE, 1
            )
            for i in range(count)
        )
        made.append(Stage(number, title, title, stretch, HERE, checks))
    told: dict[str, object] = {
        "title": slug,
        "minutes": 120,
        "difficulty": 3,
        "step": "5-apis",
        "requires": (),
    } | more
    return Exercise(
        slug=slug, folder=HERE, solution=HERE, template=HERE, summary="", kind=kind, teaches=(), after=(),
        stages=tuple(made), **told,  # type: ignore[arg-type]  # the table above has the right types
    )  # fmt: skip


def report(of: Exercise, red: dict[str, Result], seconds: float = 0.4, notes: tuple[str, ...] = ()) -> Report:
    """Return a report that is green but for the results given."""
    results = [
        red.get(check.name, Result(check.name, check.sentence, check.stage, check.stretch, V.PASSED))
        for check in of.checks
        if not check.stretch or not any(name.startswith("check_2") for name in red)
    ]
    return Report("0.1.0", of.slug, Level.SANDBOX, seconds, "0" * 64, tuple(results), notes=notes)


TASKS = exercise(
    "task-api",
    Kind.SERVICE,
    {"Create and read": 5, "Change and delete": 5, "Validation": 4, "Filter and sort": 3, "Lost updates": 3},
)
LISTS = exercise(
    "data-structures", Kind.MODULE, {"Dynamic array": 6, "Linked list": 7, "Hardening: abuse": 3}
)


def one(verdict: Verdict, sentence: str, **evidence: object) -> Result:
    """Return a failure of the third check of stage 2."""
    return Result("check_2_2", sentence, 2, False, verdict, **evidence)  # type: ignore[arg-type]  # a table's fields


def blocked(*names: str) -> dict[str, Result]:
    """Return blocked results."""
    return {name: Result(name, f"{name} waits", 2, False, V.BLOCKED, message="waits") for name in names}


PATCH = one(
    V.RAISED,
    "PATCH with null for a required field is a 422",
    did=('PATCH /v1/tasks/7   {"title": null}',),
    expected="422  application/problem+json  errors: title → null",
    got="500  text/html",
    message="IntegrityError: NOT NULL constraint failed: tasks.title",
    where=Place("app.py", 61, "    session.commit()"),
    ran=("UPDATE tasks SET title=?\n WHERE tasks.id = ?",),
    again="curl -i -X PATCH localhost:8000/v1/tasks/7 -H 'Content-Type: application/json' "
    "-d '{\"title\": null}'",
    why="an explicit null is not an absent field; most 500s of PATCH handlers come from mixing them up",
)
TAIL = one(
    V.FAILED,
    "Removing the last node moves the tail",
    did=("numbers = LinkedList([1, 2, 3])", "node = numbers.find(3)", "numbers.remove(node)"),
    expected="numbers.tail.value   2",
    got="numbers.tail.value   3",
    why="a tail that points at a removed node keeps it alive, and the next push_back appends to a list "
    "nobody can reach",
)
ORDER = one(
    V.FAILED,
    "Items keep their order",
    did=tuple(f"items.append({number})" for number in range(60)),
    expected=str(list(range(60))),
    got=str([*range(40), 77, *range(41, 60)]),
    why="callers page through a list and expect to see every row once",
)
HUNG = one(
    V.HUNG,
    "Popping from both ends agrees with a deque",
    did=("items = LinkedList([1]);  items.pop_back()",),
    message="no answer within 2 s; your code was at",
    where=Place("data_structures.py", 88, "        while node.next is not head:"),
)
DIED = one(
    V.DIED,
    "Closing twice is allowed",
    did=("store.close();  store.close()",),
    message="your code ended its process with exit code 0",
    where=Place("store.py", 40, "    sys.exit()"),
)
LIMIT = one(
    V.LIMIT,
    "Ten thousand items fit",
    did=("items.extend(range(10_000))",),
    message="your code asked for more than 1,024 MiB of memory",
    where=Place("data_structures.py", 31, "self.block = [None] * 2 ** self.size"),
    why="a service that grows without a bound takes its neighbours down with it",
)
TAMPERED = one(
    V.TAMPERED,
    "Equality compares values",
    did=("a == b",),
    expected="False",
    got="True",
    message="your code wrote to the channel of the checks; the verdict is what was seen before",
)
HOSTILE = one(
    V.FAILED,
    "Names are returned as they came",
    did=("store.get('\x1b[2J')",),
    expected="'ok'",
    got="\x1b[2J\x1b[31mred\x00 \u202egnp.exe\ud800 \x07<b>]]>\r\u2028",
    message="the value holds \x9b31m and \ufeff",
)
OTHERS = {
    "check_2_3": one(V.FAILED, "Deleting the head leaves a list that can be walked"),
    "check_2_4": one(V.RAISED, "An index out of range raises IndexError", message="KeyError: 9"),
    "check_2_5": one(V.HUNG, "Iterating while removing ends"),
}
PORT = Result(
    "check_1_0",
    "The service starts on the given port",
    1,
    False,
    V.UNREADABLE,
    did=("started python app.py   with PORT=48211",),
    expected="it listens on 127.0.0.1:48211, the PORT it was given",
    got="it listens on 127.0.0.1:5000",
    message="wrong port: it listens on 127.0.0.1:5000, not on 48211",
    where=Place("app.py", 52, "app.run(port=5000)"),
    remedy='read the port from the environment: in Python, int(os.environ["PORT"])',
    why="never shown",
)
SYNTAX = Result(
    "check_1_0", "An empty array has length 0", 1, False, V.UNREADABLE,
    message="SyntaxError: expected ':'", where=Place("data_structures.py", 12, "def append(self, item)"),
)  # fmt: skip


def all_like(of: Exercise, result: Result) -> dict[str, Result]:
    """Return the same failure for every check."""
    from dataclasses import replace

    return {check.name: replace(result, name=check.name, stage=check.stage) for check in of.checks}


def failing(of: Exercise, result: Result, *waiting: str) -> Report:
    """Return a report with one failure and the checks that wait for it."""
    return report(of, {result.name: result, **blocked(*waiting)})


def alone(whole: Report) -> Report:
    """Return a report of the hardening stage, which was asked for by its number."""
    return replace(whole, results=tuple(result for result in whole.results if result.stretch))


def hard() -> Report:
    """Return a report whose core is green and whose hardening is not."""
    red = Result(
        "check_3_1", "A million appends stay linear", 3, True, V.FAILED, expected="at most 3", got="9"
    )
    return report(LISTS, {red.name: red})


Rows = Callable[[int, bool], str]


def told(of: Exercise, what: Report, everything: bool = False, **around: object) -> Rows:
    """Return how to paint a report."""
    beside = Around(**around)  # type: ignore[arg-type]  # a table's fields
    return lambda width, colour: painted(report_screen(what, of, width, everything, beside), colour)


def road(steps: dict[str, dict[str, tuple[str, ...]]]) -> Roadmap:
    """Return a road of exercises with what each builds on, by step."""
    return Roadmap(
        tuple(
            Step(
                name,
                name,
                tuple(
                    exercise(slug, Kind.MODULE, {"One": 1}, step=name, requires=requires)
                    for slug, requires in slugs.items()
                ),
            )
            for name, slugs in steps.items()
        )
    )


SMALL: dict[str, dict[str, tuple[str, ...]]] = {
    "1-fundamentals": {"data-structures": (), "hash-map": ("data-structures",)},
    "3-frameworks": {"hello-service": ()},
    "4-databases": {"sql-crud": ("data-structures",), "nosql-crud": ("sql-crud",)},
    "5-apis": {"task-api": ("nosql-crud",), "jwt-auth": ("task-api",)},
}
STATES = {
    "data-structures": State.GOLD,
    "hash-map": State.DONE,
    "hello-service": State.DONE,
    "sql-crud": State.OLDER,
    "nosql-crud": State.STARTED,
}


def travel() -> Travel:
    """Return a road with something in every state."""
    small = road(SMALL)
    standings = {slug: Standing(state) for slug, state in STATES.items()}
    here = next(one for one in small.exercises if one.slug == "nosql-crud")
    due = frozenset({"hash-map"})
    commands = "backroad check nosql-crud", due, "backroad reset hash-map"
    return Travel("0.1.0", small, standings, here, *commands)


def long_road() -> Travel:
    """Return a road of 59 exercises, of which some are done."""
    names = "language frameworks databases apis portfolio hosting documenting keep-learning".split()
    steps: dict[str, dict[str, tuple[str, ...]]] = {"1-fundamentals": {}}
    for number, name in enumerate(names, 2):
        steps[f"{number}-{name}"] = {}
    lengths = (7, 6, 5, 13, 14, 3, 5, 3, 3)
    words = "hash-map oop-inventory iterators-and-generators sql-crud templates-and-forms webhooks".split()
    for (name, slugs), length in zip(steps.items(), lengths, strict=True):
        for index in range(length):
            slug = f"{words[index % len(words)]}-{name[0]}{index}"
            slugs[slug] = tuple(slugs)[-1:] if index % 3 else ()
    whole = road(steps)
    begun = {one.slug: Standing(State.DONE) for one in whole.exercises[:20]}
    here = whole.exercises[20]
    due = frozenset({whole.exercises[3].slug})
    return Travel("0.1.0", whole, begun, here, f"backroad scaffold {here.slug}", due, "backroad reset x")


def first_time() -> Travel:
    """Return the road of somebody who has just arrived."""
    found = travel()
    return Travel("0.1.0", found.roadmap, {}, found.roadmap.exercises[2], "backroad scaffold hello-service")


def tree(**files: str) -> Tree:
    """Return a tree of files named without their ending."""
    return Tree({f"{name}.py": File(text.encode()) for name, text in files.items()})


MINE = (
    "import os\n\n\ndef total(numbers):\n    t = 0\n    for n in numbers:\n        t += n\n    return t\n"
    + "# x\n" * 9
)
THEIRS = MINE.replace(
    "    t = 0\n    for n in numbers:\n        t += n\n    return t\n", "    return sum(numbers)\n"
)
COLUMNS = (
    Contender("yours", 141, "20/20", "3/5", 1.9, complexity=14),
    Contender("reference", 188, "20/20", "5/5", 1.4, complexity=6),
    Contender("fastapi", 176, "20/20", "5/5", 2.2, complexity=5),
    Contender("node", 203, missing="node is not on this machine"),
)
MEASURED = Measurement(
    (
        Gauge("SQL per GET /v1/tasks", "statements", (61, 2, 2, None), Better.LOWER, True, is_telling=True),
        Gauge("GET /v1/tasks per s", "per second", (212.4, 890.2, 1240, None), Better.HIGHER, False),
        Gauge("GET /v1/tasks p95 ms", "ms", (9.43, 1.62, 0.88, None), Better.LOWER, False),
    )
)
MANY = tuple(
    Contender(name, 300, "40/40", "12/12", complexity=9)
    for name in ("yours", "reference", "growth-and-properties", "sentinel-list-and-avl", "treap")
)
STEPS = Measurement(
    (
        Gauge("lines run by 100 lookups in 2,047", "lines run", (20_410, 1_100, 1_204, 905.5, 1_800),
              Better.LOWER, True, is_telling=True),
        Gauge("SQL per PATCH", "statements", (2, 2, 2, None, 2), Better.LOWER, True,
              reasons=("", "", "", "no answer within 2 s", "")),
    ),
    faults=("treap: its work took longer than 30 s",),
)  # fmt: skip


def designs(slug: str, contenders: tuple[Contender, ...], told: Measurement, width: int) -> list[Row]:
    """Return the table of designs."""
    return design_rows(slug, contenders, told.rows(contenders), told.remarks(contenders), width)


RUNGS = ("Draw it", "Who owns the tail?", "tail = node.prev")
HINTED = Check("c", "Removing the last node moves the tail", "", 2, False, (), RUNGS, HERE, 1)
SEVERAL = report(LISTS, {TAIL.name: TAIL, **OTHERS, **blocked("check_2_6")})
UNREAD = report(LISTS, all_like(LISTS, SYNTAX), 0.1, ("given/times.py was restored",))
WRITTEN = ["README.md", "app.py", "backroad.toml", "given/"]
RESET = ("back to the starter", ["app.py"], (), ["backroad check", "backroad undo"])
SIDES = compare(tree(app=MINE), tree(app=THEIRS, more="x = 1\n"))
FINDINGS = (
    Finding("Python", Health.GOOD, "3.11.7 at /usr/bin/python3"),
    Finding("confinement", Health.MISSING, "level 1: own process, limits on memory, files and time"),
    Finding("Landlock", Health.MISSING, "is not available", "Linux 5.13 or newer with `landlock` in `lsm=`"),
    Finding(
        "home", Health.BROKEN, "/home/x: the disk is read-only", "set BACKROAD_HOME to a folder you can write"
    ),
)


def journal() -> list[Entry]:
    """Return what somebody did with two exercises."""

    def run(green: int, of: int) -> dict[str, object]:
        verdicts = {f"check_{i}": "PASSED" if i < green else "FAILED" for i in range(of)}
        return {"kit": "0.1.0", "whole": True, "passed": green == of, "verdicts": verdicts}

    happened: list[tuple[int, EventKind, str, dict[str, object]]] = [
        (0, EventKind.SCAFFOLDED, "data-structures", {}),
        *((5 * i, EventKind.CHECKED, "data-structures", run(i, 13)) for i in range(1, 14)),
        (21, EventKind.HINTED, "data-structures", {"check": "check_4", "rung": 1}),
        (70, EventKind.COMPARED, "data-structures", {}),
        (9_000, EventKind.SCAFFOLDED, "nosql-crud", {}),
        *((9_000 + 7 * i, EventKind.CHECKED, "nosql-crud", run(3 + i, 18)) for i in range(1, 4)),
    ]
    began = NOW - timedelta(days=8)
    return [
        Entry(number, began + timedelta(minutes=minute), Event(kind, slug, HERE, data))
        for number, (minute, kind, slug, data) in enumerate(sorted(happened, key=lambda one: one[0]), 1)
    ]


def past_screen(slug: str, width: int, colour: bool) -> str:
    """Return the history of everything, or of one exercise."""
    told = [entry for entry in journal() if slug in ("", entry.event.slug)]
    view = history(told, travel().roadmap, "0.1.0", NOW, UTC, slug=slug)
    return painted(history_screen(view, "backroad check nosql-crud", width), colour)


PAGES: dict[str, Rows] = {
    "passed": told(
        TASKS, report(TASKS, {}, 1.9), next_slug="jwt-auth",
        story=story(Standing(State.DONE, 14, 2, NOW - timedelta(days=3)), NOW),
    ),
    "failed-module": told(LISTS, failing(LISTS, TAIL), hints_left=3),
    "failed-long": told(LISTS, failing(LISTS, ORDER), hints_left=3),
    "failed-others": told(LISTS, SEVERAL, hints_left=1),
    "failed-all": told(LISTS, report(LISTS, {TAIL.name: TAIL, **OTHERS}), everything=True),
    "failed-hostile": told(LISTS, failing(LISTS, HOSTILE)),
    "raised-service": told(TASKS, failing(TASKS, PATCH, "check_2_3", "check_2_4"), hints_left=3),
    "hung": told(LISTS, failing(LISTS, HUNG), hints_left=3),
    "died": told(LISTS, failing(LISTS, DIED), hints_left=3),
    "limit": told(LISTS, failing(LISTS, LIMIT), hints_left=3),
    "tampered": told(LISTS, failing(LISTS, TAMPERED)),
    "unreadable-service": told(TASKS, report(TASKS, all_like(TASKS, PORT), 1.2)),
    "unreadable-module": told(LISTS, UNREAD),
    "blocked": told(LISTS, report(LISTS, blocked("check_2_0", "check_2_1"))),
    "hardening": told(LISTS, hard()),
    "hardening-alone": told(LISTS, alone(hard())),
    "hardening-alone-green": told(LISTS, alone(report(LISTS, {}))),
    "road-first": lambda width, colour: painted(road_screen(first_time(), width), colour),
    "road-later": lambda width, colour: painted(road_screen(travel(), width), colour),
    "road-long": lambda width, colour: painted(road_screen(long_road(), width), colour),
    "history": lambda width, colour: past_screen("", width, colour),
    "history-one": lambda width, colour: past_screen("data-structures", width, colour),
    "history-none": lambda width, colour: past_screen("jwt-auth", width, colour),
    "list": lambda width, colour: painted(list_screen(travel(), travel().roadmap.exercises, width), colour),
    "scaffold": lambda width, colour: painted(
        scaffold_screen(TASKS, Path("task-api"), "task-api", WRITTEN, width), colour
    ),
    "hint": lambda width, colour: painted(hint_screen(HINTED, 2, width), colour),
    "hint-last": lambda width, colour: painted(hint_screen(HINTED, 3, width), colour),
    "reset": lambda width, colour: painted(change_screen(*RESET, width), colour),
    "doctor": lambda width, colour: painted(doctor_screen(FINDINGS, {"kit": "0.1.0"}, width), colour),
    "compare": lambda width, colour: (
        painted(designs("task-api", COLUMNS, MEASURED, width), colour)
        + "\n"
        + files_text(SIDES, "yours", "reference", width, colour)
        + notes_text("# Why\n\nOne pass, no *state*:\n\n- `sum` says it\n- so does C\n", width, colour)
    ),
    "compare-many": lambda width, colour: painted(
        designs("data-structures", MANY, STEPS, width), colour
    ),
}  # fmt: skip


def sheet(page: Rows) -> str:
    """Return a screen at both widths, plain and coloured; escapes are written so that they can be read."""
    parts = []
    for width in (80, 40):
        for colour in (False, True):
            title = f"=== {width} columns, {'colour' if colour else 'plain'} ===\n"
            parts.append(title + page(width, colour).replace("\x1b", "␛"))
    return "\n".join(parts)


@pytest.mark.parametrize("name", PAGES)
def test_screen_is_as_kept(name: str) -> None:
    """A screen changes only when somebody means it to: `python tests/test_golden.py` renews."""
    assert sheet(PAGES[name]) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 40])
@pytest.mark.parametrize("name", PAGES)
def test_screen_fits(name: str, width: int) -> None:
    """No row of any screen is wider than the page."""
    from backroad.glyphs import columns

    assert [line for line in PAGES[name](width, False).splitlines() if columns(line) > width] == []


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("failed-all", "compare")])
def test_screen_is_one_page(name: str) -> None:
    """One mistake takes at most 25 rows of 80 columns, with everything around it."""
    assert len(PAGES[name](80, False).splitlines()) <= 25


@pytest.mark.parametrize("width", [20, 21, 30, 39, 40, 59, 60, 100, 160, 300])
@pytest.mark.parametrize("made", [first_time, travel, long_road])
def test_road_fits_any_width(made: Callable[[], Travel], width: int) -> None:
    """The road is drawn within any width, the next exercise is on it, and a command's words stay whole."""
    from backroad.glyphs import columns

    road, commands = painted(road_screen(made(), width), False).split("\n next")
    assert [line for line in road.splitlines() if columns(line) > width] == []
    assert "●" in road
    assert made().command.split()[-1] in commands


def test_no_screen_is_forgotten() -> None:
    """Every kept screen still has its page, and the other way round."""
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == sorted(PAGES)


def test_screens_hold_no_raw_control_characters() -> None:
    """What a learner's code prints cannot move the cursor or turn the text round."""
    text = PAGES["failed-hostile"](80, False)
    assert not set(text) & set("\x1b\x00\x07\x9b\r\u202e\u2028\ufeff\ud800")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.txt"):
        old.unlink()
    for screen, render in PAGES.items():
        (GOLDEN / f"{screen}.txt").write_text(sheet(render), encoding="utf-8")
    sys.stdout.write(f"{len(PAGES)} screens written\n")
