"""Which workspace the words of a command line mean."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backroad.errors import BackroadError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from backroad.cli.session import Session
    from backroad.workspace.opening import Workspace

SETTINGS = "backroad.toml"


class Slug(click.types.StringParamType):
    """An exercise's slug, completed from the roadmap."""

    name = "slug"

    def shell_complete(
        self, ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the slugs that begin like this."""
        from click.shell_completion import CompletionItem

        from backroad.cli.session import Session

        session = ctx.find_object(Session) or Session()
        found = [exercise for exercise in session.roadmap.exercises if exercise.slug.startswith(incomplete)]
        return [CompletionItem(exercise.slug, help=exercise.title) for exercise in found]


def folder_argument(command: Any) -> Any:
    """Add the optional DIR that most commands take."""
    return click.argument("folder", metavar="[DIR]", required=False)(command)


def workspace_named(session: Session, name: str) -> Workspace:
    """Return the workspace in a folder, or the last one of an exercise."""
    from backroad.practice.beginning import last_workspace
    from backroad.workspace.opening import find_workspace, open_workspace

    folder = Path(name)
    if folder.is_dir():
        return find_workspace(folder, session.kit)
    if _is_path(name) or name not in _slugs(session):
        return open_workspace(folder, session.kit)
    return last_workspace(session, name)


def split_words(session: Session, words: Sequence[str]) -> tuple[Workspace, tuple[str, ...]]:
    """Tell the workspace from the names of checks: only the first word can be a folder."""
    if not words or not _means_folder(session, words[0]):
        return session.workspace(), tuple(words)
    return session.workspace(words[0]), tuple(words[1:])


def _means_folder(session: Session, word: str) -> bool:
    if _is_path(word) or (Path(word) / SETTINGS).is_file():
        return True
    if Path(word).is_dir():
        return not _is_check_here(session, word)
    return word in _slugs(session)


def _is_check_here(session: Session, word: str) -> bool:
    """Whether a word that is also some folder here is the name of a check of the workspace here."""
    try:
        here = session.workspace()
        return word in {check.name for check in session.exercise(here.slug).checks}
    except BackroadError:
        return False


def _is_path(word: str) -> bool:
    return word in (".", "..") or os.sep in word or bool(os.altsep and os.altsep in word)


def _slugs(session: Session) -> set[str]:
    return {exercise.slug for exercise in session.roadmap.exercises}
