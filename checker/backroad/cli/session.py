"""What every command needs: the learner's kit, and the terminals to speak to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.console import Terminal, standard_error, standard_output
from backroad.practice import Practice

if TYPE_CHECKING:
    from backroad.report import Result
    from backroad.workspace.opening import Workspace


@dataclass
class Session(Practice):
    """One run of the command line."""

    @cached_property
    def out(self) -> Terminal:
        """Where data goes."""
        return standard_output(self.environ)

    @cached_property
    def err(self) -> Terminal:
        """Where everything else goes."""
        return standard_error(self.environ)

    def workspace(self, folder: str | None = None) -> Workspace:
        """Return the workspace around the current folder, or the one named by folder or slug."""
        from backroad.cli.places import workspace_named
        from backroad.workspace.opening import find_workspace

        return find_workspace(Path.cwd(), self.kit) if folder is None else workspace_named(self, folder)

    def warn(self, text: str) -> None:
        """Say something beside the matter, in one line."""
        from backroad.glyphs import one_line

        if self.on_warning is None:
            self.err.write(f"backroad: {one_line(text)}\n")
        super().warn(text)

    def progress(self, slug: str, checks: int) -> AbstractContextManager[Callable[[Result], None] | None]:
        """Show a line of progress on a terminal."""
        from backroad.console.live import progress

        return progress(self.err, slug, checks)
