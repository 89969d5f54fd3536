"""What every use of the kit needs, made when first asked for: content, roadmap, journal, engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backroad import __version__
from backroad.errors import BackroadError

if TYPE_CHECKING:
    from backroad.content.home import Content
    from backroad.events import Entry
    from backroad.model import Exercise, Roadmap
    from backroad.referee.engine import Engine
    from backroad.referee.session import Brake
    from backroad.report import Result
    from backroad.workspace.archive import Archive


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Practice:
    """One learner's kit: what there is to do, what was done, and what runs the checks."""

    content_folder: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], datetime] = _now
    kit: str = __version__
    engine: Engine | None = None
    on_warning: Callable[[str], None] | None = None
    brake: Brake | None = None

    @cached_property
    def content(self) -> Content:
        """The content asked for, or what the kit came with."""
        from backroad.content.home import find_content

        return find_content(self.content_folder, self.environ)

    @cached_property
    def roadmap(self) -> Roadmap:
        """The roadmap of the content."""
        from backroad.content.roadmap import load_roadmap

        return load_roadmap(self.content)

    def exercise(self, slug: str) -> Exercise:
        """Return an exercise by its slug."""
        from backroad.content.roadmap import find_exercise

        return find_exercise(self.roadmap, slug)

    @cached_property
    def home(self) -> Path:
        """The folder of journal and attic."""
        from backroad.workspace.journal import home_folder

        return home_folder(self.environ)

    @property
    def cache(self) -> Path:
        """The folder of what is faster read than made, the bytecode of checks; it may go at any time."""
        return self.home / "cache"

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Open journal and attic; stops where they cannot be."""
        from backroad.workspace.archive import open_archive

        with open_archive(self.home, self.now) as opened:
            yield opened

    def entries(self, slug: str | None = None, workspace: Path | None = None, after: int = 0) -> list[Entry]:
        """Return what the journal tells; nothing, with a warning, where it cannot be read."""
        from backroad.workspace.journal import open_journal

        if not (self.home / "journal.sqlite").exists():
            return []
        try:
            with open_journal(self.home, self.now) as journal:
                return journal.entries(slug, workspace, after)
        except BackroadError as error:
            self.warn(f"the journal cannot be read, so nothing is remembered: {error}")
            return []

    @contextmanager
    def warm(
        self, notice: Callable[[str], None] = lambda _: None, *, spare: bool = False
    ) -> Iterator[Engine]:
        """Have the runs of the `with` start warm; within another such `with`, that one's engine goes on."""
        from backroad.referee.engine import Engine

        if self.engine is not None:
            yield self.engine
            return
        with Engine(notice, spare=spare) as engine:
            self.engine = engine
            try:
                yield engine
            finally:
                self.engine = None

    def warn(self, text: str) -> None:
        """Say something beside the matter, in one line, to whoever listens."""
        if self.on_warning is not None:
            self.on_warning(text)

    def progress(self, _slug: str, _checks: int) -> AbstractContextManager[Callable[[Result], None] | None]:
        """Return what shows how far a run is, for the time of the `with`; here nobody looks."""
        return nullcontext()
