"""Names of files for hand-ins whose own names may be anything."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import count

SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")
UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")  # nor a dot: Windows reads devices before it
# Windows opens its devices under these names, whatever follows the dot.
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def file_stems(ids: Iterable[str]) -> dict[str, str]:
    """Return a stem for each id: the id itself where every system can hold it and no other is like it."""
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for identity in sorted(ids):
        stem = identity if is_safe(identity) else marked(identity)
        tries = count()  # somebody may be called just as the mark of another one
        while stem.casefold() in taken:
            stem = marked(identity, next(tries))
        taken.add(stem.casefold())
        stems[identity] = stem
    return stems


def is_safe(identity: str) -> bool:
    """Return whether a file can be called so on every system."""
    return bool(SAFE.fullmatch(identity)) and not identity.endswith(".") and not DEVICES.fullmatch(identity)


def marked(identity: str, attempt: int = 0) -> str:
    """Return what is left of an id once all that is odd is gone, and a part of its digest."""
    plain = UNSAFE.sub("-", identity).strip("-")[:60]
    told = identity + "\0" * attempt
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest
