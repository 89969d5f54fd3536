"""What README and the other pages say is so: recordings, commands, links, names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import backroad
from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap, load_solution
from backroad.content.trees import SETTINGS, Tree
from backroad.model import Exercise
from backroad.workspace.scaffold import scaffold

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGE = Path(backroad.__file__).parent
RECORDING = re.compile(r"<!-- recorded: (\S+) (\S+) -->\n```console\n(.*?)```", re.DOTALL)
CUT = "…"  # a line of its own: any lines stand here
# Times, the level of this machine, and how large a design is, which its author may change.
VARYING = [
    (r"\d+\.\d\b", "0.0"),
    (r"level \d", "level 0"),
    (r"^ ((?:GET|POST) .* (?:per s|p\d\d ms)) .*$", r" \1"),
    (r"^ (lines|complexity) .*$", r" \1"),
    (r" +", " "),
]


@dataclass(frozen=True)
class Recording:
    """A terminal as the README shows it: the state of the workspace, commands and what they print."""

    slug: str
    state: str
    lines: list[str]

    @property
    def commands(self) -> list[str]:
        """What was typed."""
        return [line.removeprefix("$ ") for line in self.lines if line.startswith("$ ")]

    def fits(self, shown: str) -> bool:
        """Whether a terminal shows the same, but for times."""
        parts = [r"(?:.*\n)*?" if line == CUT else re.escape(steady(line)) + r"\n" for line in self.lines]
        return re.fullmatch("".join(parts), shown) is not None


def steady(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, instead in VARYING:
        text = re.sub(pattern, instead, text)
    return text.rstrip()


def recordings() -> list[Recording]:
    """Return all recordings of the README."""
    found = RECORDING.findall(README.read_text(encoding="utf-8"))
    return [Recording(slug, state, text.splitlines()) for slug, state, text in found]


def tree_of(exercise: Exercise, state: str) -> Tree:
    """Return the files of a state: the starter, the reference, or a mutant by its name."""
    if state == "start":
        return layers.start(exercise)
    if state == "reference":
        return layers.reference(exercise)
    mutants = {mutant.name: mutant for mutant in load_solution(exercise).mutants}
    return layers.mutant(exercise, mutants[state])


def prepare(recording: Recording, folder: Path) -> None:
    """Make the workspace that the recording begins with."""
    if recording.state == "new":
        return
    exercise = find_exercise(load_roadmap(find_content(environ={})), recording.slug)
    workspace = scaffold(exercise, folder / recording.slug, backroad.__version__)
    for name, file in tree_of(exercise, recording.state).files.items():
        if name != SETTINGS:  # the tree's is the template's, with its fields unfilled
            (workspace.root / name).write_bytes(file.content)


@pytest.mark.parametrize("recording", recordings(), ids=lambda one: one.state)
def test_recordings_are_real(recording: Recording, tmp_path: Path) -> None:
    """A terminal in the README shows what the commands print today."""
    if recording.state == "reference" and shutil.which("node") is None:
        pytest.skip("its table of designs has one that needs Node")
    prepare(recording, tmp_path)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "BACKROAD_HOME": str(tmp_path / "home"), "COLUMNS": "80"}
    shown = []
    for command in recording.commands:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        printed = (done.stdout + done.stderr).decode("utf-8")
        shown += [steady(line) + "\n" for line in (f"$ {command}", *printed.splitlines())]
    assert recording.fits("".join(shown)), "".join(shown)


def test_recordings_fit_a_terminal() -> None:
    """No recording is wider than 80 columns."""
    wide = [line for recording in recordings() for line in recording.lines if len(line) > 80]
    assert wide == []
    assert [one.state for one in recordings()] == ["new", "start", "isinstance_int", "reference"]


def test_shell_commands_are_run_by_ci() -> None:
    """What the README tells people to type is what CI runs, or what the wheel's test does."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [line for line in commands if line not in run and line != "pipx install ."] == []
    assert "make test" in run


def test_make_targets_exist() -> None:
    """Every `make` command that a page names is a target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {name for page in PAGES for name in re.findall(r"`make (\w+)", page.read_text(encoding="utf-8"))}
    assert {name for name in named if f"\n{name}:" not in makefile} == set()


def test_roadmap_is_that_of_the_content() -> None:
    """The README's roadmap has the steps and the exercises that there are."""
    told = re.findall(r"^\| (\d .*?) \| (.*?) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    steps = load_roadmap(find_content(environ={})).steps
    assert told == [
        (
            f"{step.number} {step.title}",
            " ".join(f"`{one.slug}`" for one in step.exercises) or "to come",
        )
        for step in steps
    ]


def test_explained_messages_exist() -> None:
    """Every message that the README explains is one that the kit prints."""
    source = "".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    explained = re.findall(r"^- \*\*`(.+?)`\*\*", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert explained
    assert [message for message in explained if message not in source] == []


def links() -> Iterator[tuple[Path, str]]:
    """Yield page and target of every link inside the repository."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                yield page, target


def test_links_lead_somewhere() -> None:
    """Every link between the pages leads to a file."""
    assert [(page.name, target) for page, target in links() if not (page.parent / target).exists()] == []


def test_named_files_exist() -> None:
    """Every file of the repository that a page names is there."""
    named = re.compile(r"\b((?:checker|tests|tools|docs|exercises|solutions)/[\w/.-]+\.(?:py|toml|sh|md))\b")
    told = {name for page in PAGES for name in named.findall(page.read_text(encoding="utf-8"))}
    assert {name for name in told if not (ROOT / name).exists()} == set()


def test_every_module_has_its_place_in_the_table() -> None:
    """The table of modules in docs/architecture.md names every module, and none that is not there."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("\n| what | modules |\n")[2].partition("\n\n")[0]
    told = {name for row in table.splitlines()[1:] for name in re.findall(r"`(\w+/?)`", row.split("|")[2])}
    modules = {file.stem for file in PACKAGE.glob("[!_]*.py")}
    packages = {f"{file.parent.name}/" for file in PACKAGE.glob("*/__init__.py")}
    assert told == modules | packages
