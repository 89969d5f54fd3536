"""A small road and a learner's kit on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backroad.practice import Practice
from backroad.practice.beginning import begin
from backroad.referee.engine import Engine
from backroad.workspace.opening import Workspace

from ..dashboard.foreign import FILES
from ..roads import lay


class Kit(Practice):
    """A learner's kit that keeps what it is told beside the matter."""

    @property
    def heard(self) -> list[str]:
        """What it was told."""
        return self.__dict__.setdefault("_heard", [])  # type: ignore[no-any-return]  # a list of our own

    def warn(self, text: str) -> None:
        """Keep it."""
        self.heard.append(text)
        super().warn(text)


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the road."""
    return lay(tmp_path_factory.mktemp("road"), FILES)


@pytest.fixture
def kit(content: Path, tmp_path: Path) -> Kit:
    """A learner's kit with a home of its own."""
    return Kit(content, {"BACKROAD_HOME": str(tmp_path / "home")})


@pytest.fixture
def workspace(kit: Kit, tmp_path: Path) -> Workspace:
    """A workspace as it is begun."""
    return begin(kit, kit.exercise("greeter"), tmp_path / "greeter")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """What keeps runs warm, once for a module."""
    with Engine(spare=True) as warm:
        yield warm


def lose_home(kit: Practice) -> None:
    """Put a file where the kit's home was, so that nothing can be remembered."""
    if kit.home.is_dir():
        kit.home.rename(kit.home.with_name("lost"))
    kit.home.write_text("a file", encoding="utf-8")
