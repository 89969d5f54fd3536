"""What the subject's tests share: the agent as the referee talks to it, and children to confine."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import backroad
from backroad.subject.agent import Agent
from backroad.subject.confinement import probe

ROOT = Path(backroad.__file__).parents[1]


@pytest.fixture
def clean_imports() -> Iterator[None]:
    """Forget what a test imported and how."""
    modules, finders = dict(sys.modules), list(sys.meta_path)
    yield
    sys.meta_path[:] = finders
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]
    sys.modules.update(modules)


@pytest.fixture
def agent(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Agent]:
    """Make the agent of a submission whose module is `thing.py`."""
    request.getfixturevalue("clean_imports")

    def make(code: str | Mapping[str, str]) -> Agent:
        for name, text in ({"thing.py": code} if isinstance(code, str) else code).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return Agent(str(tmp_path))

    return make


@pytest.fixture
def ask() -> Callable[..., dict[str, Any]]:
    """Ask an agent one thing."""

    def asked(agent: Agent, op: str, **fields: Any) -> dict[str, Any]:
        return agent.answer({"id": 1, "op": op, **fields})

    return asked


@pytest.fixture
def child(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run code in a Python of its own; `scratch` is a folder for it."""

    def run(code: str, **names: object) -> subprocess.CompletedProcess[str]:
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        known = {"scratch": str(scratch), "outside": str(tmp_path), **names}
        head = "".join(f"{name} = {value!r}\n" for name, value in known.items())
        return subprocess.run(
            [
                sys.executable,
                "-c",
                f"import sys\nsys.path.append({str(ROOT)!r})\n{head}{textwrap.dedent(code)}",
            ],
            capture_output=True,
            text=True,
            timeout=30,
            cwd=scratch,
            check=False,
        )

    return run


@pytest.fixture
def sandboxed() -> None:
    """Skip where this machine offers no walls."""
    if probe().level < 2:
        pytest.skip("this machine has no Landlock or no seccomp")


@pytest.fixture
def namespaced() -> None:
    """Skip where this machine offers no namespaces."""
    if probe().level < 3:
        pytest.skip("this machine allows no user namespaces")
