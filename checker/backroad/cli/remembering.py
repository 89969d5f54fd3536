"""A history for the faces of the command line: what the journal tells of all exercises, or of one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.cli.travel import next_command
from backroad.errors import nearest, stop
from backroad.pages.history import history
from backroad.progress import next_exercise, standings

if TYPE_CHECKING:
    from backroad.cli.session import Session
    from backroad.events import Entry
    from backroad.pages.history import History


def remembered(session: Session, word: str | None) -> tuple[History, str]:
    """Return the history of all exercises, or of the one that a word means, and what to type next."""
    entries = session.entries()
    found = standings(entries, session.kit)
    slug = slug_of(session, word, entries) if word is not None else ""
    told = [entry for entry in entries if entry.event.slug == slug] if slug else entries
    view = history(told, session.roadmap, session.kit, session.now(), slug=slug)
    known = {exercise.slug: exercise for exercise in session.roadmap.exercises}
    then = known.get(slug) if slug else next_exercise(session.roadmap, found)
    return view, "backroad" if then is None else next_command(then, found)


def slug_of(session: Session, word: str, entries: list[Entry]) -> str:
    """Return the exercise that a word means: its slug, or a folder that is, or was, a workspace of it."""
    slugs = {exercise.slug for exercise in session.roadmap.exercises}
    slugs |= {entry.event.slug for entry in entries}
    if word in slugs:
        return word
    if Path(word).is_dir():
        return session.workspace(word).slug
    place = Path(os.path.realpath(Path(word).expanduser()))
    lost = [entry.event.slug for entry in entries if entry.event.workspace == place]
    if not lost:
        raise stop(word, "is no exercise and no workspace", nearest(word, slugs))
    return lost[-1]
