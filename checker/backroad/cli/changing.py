"""What reset, undo and update have in common: the workspace they mean, the screen they end with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backroad.cli.travel import relative, shell_word
from backroad.errors import BackroadError

if TYPE_CHECKING:
    from backroad.cli.session import Session
    from backroad.console import Row
    from backroad.workspace.archive import Archive, Change
    from backroad.workspace.opening import Workspace


def lost_or_found(session: Session, archive: Archive, folder: str | None) -> Workspace:
    """Return the workspace meant, even when its `backroad.toml` was lost: bringing it back is the point."""
    from backroad.workspace.archive import remembered

    try:
        return session.workspace(folder)
    except BackroadError as error:
        try:
            return remembered(archive, Path(folder or "."))
        except BackroadError:
            raise error from None


def changed_screen(session: Session, done: str, change: Change) -> list[Row]:
    """Return the screen of a change."""
    from backroad.console.notices import change_screen

    here = change.workspace == Path.cwd() or change.workspace in Path.cwd().parents
    named = "" if here else f" {shell_word(relative(change.workspace))}"
    if change.entry is None:
        done = "nothing to do: the workspace is in that state already"
        return change_screen(done, (), (), [f"backroad check{named}"], session.out.width)
    notes = [
        *(f"{name} was changed meanwhile and left as it is" for name in change.left),
        *(f"{name}: {fate}" for name, fate in (change.fates or {}).items()),
        *(
            f"{name} is yours; the new one lies beside it as {new}"
            for name, new in (change.beside or {}).items()
        ),
    ]
    commands = [f"backroad check{named}", f"backroad undo{named}"]
    return change_screen(done, change.changed, notes, commands, session.out.width)
