"""The built wheel, installed in a bare environment, does the main job without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backroad.content.home import find_content
from backroad.content.roadmap import load_roadmap
from backroad.model import Exercise

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ("exercises", "solutions", "templates")
SOURCE = ("pyproject.toml", "README.md", "LICENSE", "checker", *CONTENT)
LEFT_BY_TOOLS = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache")
BIN = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel and nothing of the checkout."""

    environment: Path
    empty: Path

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of the environment's programs from the empty folder."""
        programs = self.environment / BIN
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "BACKROAD", "PYTEST", "VIRTUAL_ENV"))
        }
        path = os.pathsep.join([str(programs), os.environ["PATH"]])
        return subprocess.run(
            [str(programs / program), *words],
            cwd=self.empty,
            env=kept | {"PATH": path, "BACKROAD_HOME": str(self.empty.parent / "home")},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def backroad(self, *words: str) -> tuple[int, str]:
        """Run the command line; return its exit code, with all it said for the report of a failure."""
        done = self.run("backroad", *words)
        return done.returncode, f"backroad {' '.join(words)}\n{done.stdout}{done.stderr}"

    @property
    def content(self) -> Path:
        """Where the wheel keeps exercises and solutions."""
        done = self.run("python", "-c", "import backroad; print(backroad.__path__[0])")
        return Path(done.stdout.strip()) / "_content"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that nothing is written into the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    copy.mkdir()
    for name in SOURCE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(*LEFT_BY_TOOLS))
        else:
            shutil.copy2(ROOT / name, copy / name)
    succeed([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(copy)])
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A new environment with the wheel in it, and an empty folder beside."""
    folder = tmp_path_factory.mktemp("bare")
    # Without a pip of its own, which would take as long as all else: this one installs into it.
    succeed([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")])
    python = str(folder / "venv" / BIN / "python")
    succeed([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", str(wheel)])
    (folder / "empty").mkdir()
    return Installed(folder / "venv", folder / "empty")


def succeed(command: list[str]) -> None:
    """Run a command that has to succeed; its output is the message if it does not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_wheel_does_the_main_job(wheel: Path, installed: Installed) -> None:
    """All content is in the wheel; each exercise can be scaffolded and checked, one of each kind compared."""
    # One test: spread over several workers, the wheel would be built and installed once in each.
    assert files_in(wheel) == set(content_files())
    assert ROOT not in installed.content.parents
    exercises = load_roadmap(find_content(environ={})).exercises
    first = {each.kind: each for each in reversed(exercises)}
    short = {each.slug: main_job(installed, each, "--stage=1") for each in exercises}
    assert {slug: codes for slug, codes in short.items() if codes != [0, 1, 0]} == {}
    for each in first.values():
        assert [installed.backroad(command, each.slug)[0] for command in ("check", "compare")] == [0, 0]


def content_files() -> Iterator[str]:
    """Yield the names of the content files of the checkout."""
    for part in CONTENT:
        for path in (ROOT / part).rglob("*"):
            if path.is_file() and not set(path.parts) & set(LEFT_BY_TOOLS):
                yield path.relative_to(ROOT).as_posix()


def files_in(wheel: Path) -> set[str]:
    """Return the names of the content in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    start = "backroad/_content/"
    return {name.removeprefix(start) for name in names if name.startswith(start)}


def main_job(installed: Installed, exercise: Exercise, *options: str) -> list[int]:
    """Scaffold, check the starter, lay the reference over, check; return the exit codes."""
    codes: list[int] = []
    for words in (["scaffold"], ["check", *options], ["check", *options]):
        if len(codes) == 2:
            solution = installed.content / "solutions" / exercise.step / exercise.slug
            shutil.copytree(solution / "reference", installed.empty / exercise.slug, dirs_exist_ok=True)
        code, said = installed.backroad(words[0], exercise.slug, *words[1:])
        sys.stdout.write(said)
        codes.append(code)
    return codes
