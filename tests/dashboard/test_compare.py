"""The Compare page: when it opens, what fills it in, and what cannot be done to it."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from backroad.comparison import LONGEST
from backroad.dashboard.application import make_app
from backroad.dashboard.desk import Desk
from backroad.dashboard.guard import HEADER, Guard
from backroad.dashboard.rooms import Rooms
from backroad.events import EventKind
from backroad.practice import Practice
from backroad.practice.beginning import begin
from backroad.workspace.opening import open_workspace

from ..roads import lay

CHECKS = '''"""Says hello"""
from backroad.checks import hint


@hint("a", "b", "c")
def test_greets(subject):
    """hello(name) greets by name

    Everybody would get the same letter.
    """
    assert subject.hello("Ann") == "hello Ann"


@hint("a", "b", "c")
def test_is_versioned(subject):
    """The version is a number

    Releases could not be told apart.
    """
    assert subject.VERSION == 1
'''
STARTER = "VERSION = 1\n\n\ndef hello(name='world'):\n    ...  # TODO 1\n"
RIGHT = STARTER.replace("...  # TODO 1", "return 'hello ' + name")
FILES = {
    "exercises/roadmap.toml": '[steps.1-basics]\ntitle = "Basics"\nexercises = ["greeter"]\n',
    "exercises/1-basics/greeter/exercise.toml": """
title = "A greeter"
summary = "Say hello"
kind = "module"
template = "python-module"
minutes = 20
difficulty = 1
teaches = ["functions"]
requires = []
after = []
""",
    "exercises/1-basics/greeter/README.md": "# A greeter\n",
    "exercises/1-basics/greeter/starter/greeter.py": STARTER,
    "exercises/1-basics/greeter/checks/test_1_hello.py": CHECKS,
    "solutions/1-basics/greeter/reference/greeter.py": RIGHT,
    "solutions/1-basics/greeter/alternatives/joined/greeter.py": RIGHT.replace(
        "'hello ' + name", "f'hello {name}'"
    ),
    "solutions/1-basics/greeter/NOTES.md": "# Why so\n\nBecause it is *short*.\n",
    "solutions/1-basics/greeter/mutants.toml": "",
}
PAGE = "exercise/greeter/compare/"


class Visitor:
    """A browser that knows the secret."""

    def __init__(self, desk: Desk, client: FlaskClient) -> None:
        self.desk = desk
        self._client = client
        self._base = f"http://{desk.guard.hosts[0]}"

    def get(self, path: str = PAGE) -> tuple[int, str]:
        """Return code and text of a page."""
        answer = self._client.get(f"/{self.desk.guard.secret}/{path}", base_url=self._base)
        return answer.status_code, answer.get_data(as_text=True)

    def post(self, path: str, secret: str | None = None) -> int:
        """Ask for a change; return the code."""
        told = self.desk.guard.secret if secret is None else secret
        address = f"/{self.desk.guard.secret}/{path}"
        return self._client.post(address, base_url=self._base, headers={HEADER: told}).status_code

    def events(self, query: str = "") -> list[tuple[str, dict[str, str]]]:
        """Follow the page to its end; return what it was told."""
        _, text = self.get(f"{PAGE}live{query}")
        told = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
        return [(kind, json.loads(data)) for kind, data in told]

    def settled(self, query: str = "") -> str:
        """Return the page once nothing runs any more."""
        self.get()
        self.events()
        code, text = self.get(PAGE + query)
        assert code == 200, text
        if 'data-live=""' not in text:
            self.events()
            _, text = self.get(PAGE + query)
        return text

    def kinds(self) -> Sequence[EventKind]:
        """Return what the journal tells of comparisons."""
        told = [entry.event.kind for entry in self.desk.practice.entries("greeter")]
        return [kind for kind in told if kind in (EventKind.COMPARED, EventKind.SPOILED)]


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a road with one exercise."""
    return lay(tmp_path_factory.mktemp("content"), FILES)


@pytest.fixture
def practice(content: Path, tmp_path: Path) -> Practice:
    """A learner's kit with a home of its own."""
    return Practice(content, {"BACKROAD_HOME": str(tmp_path / "home")})


@pytest.fixture
def workspace(practice: Practice, tmp_path: Path) -> Path:
    """A workspace as it is begun."""
    return begin(practice, practice.exercise("greeter"), tmp_path / "greeter").root


@pytest.fixture
def visitor(practice: Practice, workspace: Path) -> Iterator[Visitor]:
    """Somebody who looks at the dashboard."""
    with practice.warm() as engine:
        desk = Desk(practice, Guard(1234), Rooms(practice, engine), workspace.parent)
        try:
            yield Visitor(desk, make_app(desk).test_client())
        finally:
            desk.close()


def solve(workspace: Path, text: str = RIGHT.replace("'hello ' + name", "' '.join(['hello', name])")) -> None:
    """Write the module."""
    (workspace / "greeter.py").write_text(text, encoding="utf-8")


def test_it_comes_at_once(visitor: Visitor) -> None:
    """Where nothing is known of the files, the page is there before they are judged, and comes again."""
    code, text = visitor.get()
    assert code == 200
    assert 'data-live="/' in text
    assert visitor.events()[-1] == ("again", {})


def test_closed_while_red(visitor: Visitor) -> None:
    """While a core check is red, the page says how many, and shows nothing of the reference."""
    text = visitor.settled()
    assert "1 of 2 checks is red" in text
    assert "remembers it as spoiled" in text
    assert "hello &#39; + name" not in text
    assert visitor.kinds() == []


def test_open_when_green(visitor: Visitor, workspace: Path) -> None:
    """With all core checks green: measures, verdicts, files and notes, noted once."""
    solve(workspace)
    text = visitor.settled()
    places = [
        text.index(word) for word in ("Measures", "hello(name) greets by name", "greeter.py", "Because it is")
    ]
    assert places == sorted(places)
    assert "<mark" in text
    visitor.settled()
    assert visitor.kinds() == [EventKind.COMPARED]


def test_columns_fill_in(visitor: Visitor, workspace: Path) -> None:
    """Each design has its column as soon as it has run; until then the page says what is being done."""
    solve(workspace)
    visitor.get()
    visitor.events()
    told = visitor.events()
    tables = [data["measures"] for kind, data in told if kind == "tables"]
    assert told[-1][0] == "over"
    assert "joined</bdi>: " not in tables[-1]
    assert tables[-1].count("2/2") == 3


def test_known_designs_are_not_run_again(visitor: Visitor, workspace: Path) -> None:
    """What an earlier comparison found out is there at once."""
    solve(workspace)
    visitor.settled()
    solve(workspace, RIGHT)
    visitor.get()
    visitor.events()
    told = visitor.events()
    assert [
        data["words"] for kind, data in told if kind == "doing" and "checks run on" in data["words"]
    ] == []
    assert told[-1][0] == "over"


def test_show_anyway(visitor: Visitor) -> None:
    """On request it opens before yours passes, says so, and the journal remembers it."""
    visitor.settled()
    assert visitor.post(f"{PAGE}spoil") == 200
    text = visitor.settled()
    assert "Shown before yours passed" in text
    assert "hello &#39;</span> + name" in text
    assert visitor.kinds()[0] is EventKind.SPOILED
    assert visitor.kinds().count(EventKind.SPOILED) == 1


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_show_anyway_needs_the_secret(visitor: Visitor, secret: str) -> None:
    """Without the secret in its header, nothing is spoiled."""
    visitor.settled()
    assert visitor.post(f"{PAGE}spoil", secret) == 403
    assert visitor.kinds() == []


def test_nothing_is_spoiled_unnoted(visitor: Visitor) -> None:
    """Where the journal cannot note it, the page stays closed."""
    visitor.settled()
    shutil.rmtree(visitor.desk.practice.home)
    visitor.desk.practice.home.write_text("a file", encoding="utf-8")
    assert visitor.post(f"{PAGE}spoil") == 409
    assert "hello &#39;</span> + name" not in visitor.get()[1]


def test_alternatives(visitor: Visitor, workspace: Path) -> None:
    """Another design is laid beside yours by its name, and every design is a link away."""
    solve(workspace)
    text = visitor.settled("?with=joined")
    assert "Yours beside joined" in text
    assert "compare/?with=reference" in text
    assert re.search(r'with=joined" aria-current="true"', text)


def test_unknown_alternative(visitor: Visitor, workspace: Path) -> None:
    """A design that there is not is answered with the nearest there is."""
    solve(workspace)
    code, text = visitor.get(f"{PAGE}?with=joind")
    assert code == 409
    assert "did you mean joined?" in text
    assert visitor.get(f"{PAGE}?with=<script>")[1].count("<script>") == 0


def test_hostile_files(visitor: Visitor, workspace: Path) -> None:
    """Tags and control characters in files and their names are shown, not obeyed; what is no text is said."""
    solve(workspace, f"{RIGHT}\n# <script>alert(1)</script>\x1b[2J\n")
    (workspace / "<img src=x>.py").write_text("x = '</code><script>'\n", encoding="utf-8")
    (workspace / "data.py").write_bytes(b"\xff\xfe\0")
    text = visitor.settled()
    assert "<script>" not in text
    assert "&lt;img src=x&gt;.py" in text
    assert "\x1b" not in text
    assert "not a text, so it is not shown" in text


@pytest.mark.parametrize(
    ("lines", "told"), [(5_000, f"more than {LONGEST:,} lines"), (LONGEST - 10, "# 3989")]
)
def test_long_files(visitor: Visitor, workspace: Path, lines: int, told: str) -> None:
    """A file of thousands of lines is shown, and of more than that it is said that it is not."""
    solve(workspace, RIGHT + "".join(f"# {number}\n" for number in range(lines)))
    assert told in visitor.settled()


def test_workspace_gone(visitor: Visitor, workspace: Path) -> None:
    """Where the folder was deleted meanwhile, the page and its changes say so."""
    visitor.settled()
    shutil.rmtree(workspace)
    code, text = visitor.get()
    assert code == 409
    assert "scaffold greeter" in text
    assert visitor.post(f"{PAGE}spoil") == 409


def test_an_edit_begins_anew(visitor: Visitor, workspace: Path) -> None:
    """What is compared is the workspace as it is now: closed for a red edit, open for the next green one."""
    assert "is red" in visitor.settled()
    solve(workspace)
    assert "Yours beside the reference" in visitor.settled()
    solve(workspace, STARTER)
    assert "is red" in visitor.settled()


def test_one_comparison_a_workspace(visitor: Visitor, workspace: Path) -> None:
    """Two pages look at the same comparison."""
    solve(workspace)
    exercise = visitor.desk.practice.exercise("greeter")
    opened = open_workspace(workspace, visitor.desk.practice.kit)
    first = visitor.desk.comparisons.of(opened, exercise)
    assert visitor.desk.comparisons.of(opened, exercise) is first


def test_stopped(visitor: Visitor, workspace: Path) -> None:
    """A comparison that is stopped while somebody's code hangs ends at once, and says so."""
    solve(workspace, f"{RIGHT}\n\nwhile True:\n    pass\n")
    exercise = visitor.desk.practice.exercise("greeter")
    comparing = visitor.desk.comparisons.of(open_workspace(workspace, visitor.desk.practice.kit), exercise)
    begun = time.monotonic()
    visitor.desk.comparisons.close()
    assert time.monotonic() - begun < 5
    assert comparing.scene.is_over
    assert comparing.scene.trouble == "the comparison was ended"


def test_no_such_exercise(visitor: Visitor) -> None:
    """An exercise that there is not is not found."""
    assert visitor.get("exercise/nothing/compare/")[0] == 404


def test_pages_carry_no_style(visitor: Visitor, workspace: Path) -> None:
    """No element has a style or a handler of its own, and nothing comes from outside."""
    solve(workspace)
    text = visitor.settled()
    assert not re.search(r"<[^>]* (style|on\w+)=", text)
    assert "://" not in text
