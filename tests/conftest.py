"""What tests of every kind share."""

from __future__ import annotations

import compileall
import os
from pathlib import Path

import pytest

import backroad
from backroad.content.home import find_content
from backroad.model import Exercise, Kind

CHECKS = '''"""Says hello

More for authors."""
from backroad.checks import hint, requires

LADDER = ("Look at the return value", "A function returns with return", "return 'hello'")


@hint(*LADDER)
def test_says_hello(subject):
    """hello() returns a greeting

    A caller that gets None
    fails far away.
    """


@requires("says_hello")
@hint("Take the name", "Join texts with +", "return 'hello ' + name")
def test_greets_by_name(subject):
    """hello(name) greets by name

    Everybody would get the same letter.
    """
'''
HARDENING = '''"""Strange names"""
from backroad import checks


@checks.requires("test_greets_by_name")
@checks.hint("a", "b", "c")
def test_takes_long_names(subject):
    """A long name is taken whole

    Half a name is another person's.
    """
'''
CONTENT = {
    "exercises/roadmap.toml": """
        [steps.1-basics]
        title = "Basics"
        exercises = ["greeter"]
        [steps.2-beyond]
        title = "Beyond"
        exercises = []
        [paths.tour]
        title = "A tour"
        exercises = ["greeter"]
        """,
    "exercises/1-basics/greeter/exercise.toml": """
        title = "A greeter"
        summary = "Say hello"
        kind = "module"
        template = "plain"
        minutes = 20
        difficulty = 1
        teaches = ["functions"]
        requires = []
        after = []
        [limits]
        call = 3
        memory = 256
        """,
    "exercises/1-basics/greeter/README.md": "# A greeter\n",
    "exercises/1-basics/greeter/starter/greeter.py": "def hello(name=''):\n    ...  # TODO\n",
    "exercises/1-basics/greeter/checks/test_1_hello.py": CHECKS,
    "exercises/1-basics/greeter/checks/test_2_hardening.py": HARDENING,
    "solutions/1-basics/greeter/reference/greeter.py": "def hello(name=''):\n    return 'hello ' + name\n",
    "solutions/1-basics/greeter/alternatives/node/greeter.js": "exports.hello = () => 'hello'\n",
    "solutions/1-basics/greeter/alternatives/node/.layer-removes": "greeter.py\ngiven/\n",
    "solutions/1-basics/greeter/NOTES.md": "Why so.\n",
    "solutions/1-basics/greeter/mutants.toml": """
        [[mutant]]
        name = "forgets_name"
        story = "The name is ignored"
        caught_by = ["greets_by_name"]
        [[mutant.edit]]
        file = "greeter.py"
        find = "'hello ' + name"
        replace = "'hello '"
        [[equivalent]]
        mutant = "greeter.py:2:swap"
        reason = "Nobody can tell"
        """,
    "templates/plain/cookiecutter.json": "{}\n",
    "templates/plain/{{cookiecutter.slug}}/backroad.toml": '[exercise]\nslug = "{{ cookiecutter.slug }}"\n',
    "templates/plain/{{cookiecutter.slug}}/given/tools.py": "KIT = 1\n",
}


# What takes longest begins first: whatever begins last, the other processors wait for.
LONG = ("test_wheel", "test_unprivileged", "test_engine", "test_pages", "test_corpus")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one test more than there are processors: many wait for a process, or for time to pass."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Know the words of check files, which the kit's plugin declares where checks run."""
    for marker in ("requires", "hint", "fresh"):
        config.addinivalue_line("markers", f"{marker}: a word of check files")
    if not hasattr(config, "workerinput"):
        compile_the_kit()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the long modules first, each as a whole."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly that, and why, nobody looked at the pages in a browser."""
    skipped = [one for one in terminalreporter.stats.get("skipped", ()) if "tests/browser/" in one.nodeid]
    reasons = sorted({one.longrepr[2].removeprefix("Skipped: ") for one in skipped})
    if skipped:
        terminalreporter.section("the dashboard was not tried in a browser", yellow=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped: {'; '.join(reasons)}")


def compile_the_kit() -> None:
    """Write the kit's bytecode, as pip does where it installs it: referees and subjects write none.

    A checkout has none either where PYTHONDONTWRITEBYTECODE is set, and each of some thousand processes
    would compile what it imports.
    """
    compileall.compile_dir(Path(backroad.__file__).parent, quiet=2)


@pytest.fixture
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of content with one sound exercise, to be broken by the test."""
    root = tmp_path_factory.mktemp("kit")
    for name, text in CONTENT.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def greeter(tmp_path: Path) -> Exercise:
    """An exercise of the kit's own template, to be scaffolded; nothing checks it."""
    folder = tmp_path / "content" / "greeter"
    (folder / "starter").mkdir(parents=True)
    (folder / "README.md").write_text("# Greeter\n", encoding="utf-8")
    (folder / "starter" / "greeter.py").write_text("def hello():\n    ...  # TODO 1\n", encoding="utf-8")
    return Exercise(
        slug="greeter",
        step="1-basics",
        folder=folder,
        solution=tmp_path / "none",
        template=find_content(environ={}).templates / "python-module",
        title="A greeter",
        summary="Say hello",
        kind=Kind.MODULE,
        minutes=20,
        difficulty=1,
        teaches=(),
        requires=(),
        after=(),
        stages=(),
    )
