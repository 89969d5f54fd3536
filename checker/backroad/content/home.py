"""Where the content is: exercises, solutions and templates."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backroad.errors import KitFault, Problem, stop

_PACKAGE = Path(__file__).resolve().parent.parent
# A wheel carries the content beside the package; a checkout has it two levels up.
_SHIPPED = (_PACKAGE / "_content", _PACKAGE.parents[1])


@dataclass(frozen=True)
class Content:
    """The folder that holds exercises, solutions and templates."""

    root: Path

    @property
    def exercises(self) -> Path:
        """What learners see, one folder a step."""
        return self.root / "exercises"

    @property
    def solutions(self) -> Path:
        """What proves the exercises, in the same order of folders."""
        return self.root / "solutions"

    @property
    def templates(self) -> Path:
        """The cookiecutter templates."""
        return self.root / "templates"

    @property
    def roadmap(self) -> Path:
        """The file that holds the order of the road."""
        return self.exercises / "roadmap.toml"


def find_content(explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> Content:
    """Return the content: the folder asked for, else what the kit came with."""
    named = environ.get("BACKROAD_CONTENT")
    if explicit is not None:
        return _asked_for(explicit, "--content")
    if named:
        return _asked_for(Path(named), "BACKROAD_CONTENT")
    for folder in _SHIPPED:
        if Content(folder).roadmap.is_file():
            return Content(folder)
    raise KitFault(Problem(str(_PACKAGE), "the exercises are missing", "install backroad again"))


def _asked_for(folder: Path, name: str) -> Content:
    content = Content(folder.expanduser().resolve())
    if content.roadmap.is_file():
        return content
    what = "holds no exercises/roadmap.toml" if content.root.is_dir() else "there is no such folder"
    raise stop(content.root, what, f"let {name} name the folder above exercises/, or leave it out")
