"""Cursors: what is left of a long answer, to be fetched batch by batch."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from bson import Int64

from backroad.documents.failures import Code, CommandFailure
from backroad.documents.values import Document, encoded

FIRST_BATCH = 101
LARGEST_BATCH = 16 * 2**20
MOST_CURSORS = 10_000


@dataclass
class Cursor:
    """The documents not fetched yet, as they were when the cursor was made."""

    namespace: str
    left: list[Document]

    def batch(self, count: int | None) -> list[Document]:
        """Return the next documents: so many at most, and together not larger than a message."""
        size, taken = 0, 0
        for document in self.left[:count]:
            size += len(encoded(document))
            if size > LARGEST_BATCH and taken:
                break
            taken += 1
        batch, self.left = self.left[:taken], self.left[taken:]
        return batch


class Cursors:
    """The open cursors by their numbers."""

    def __init__(self) -> None:
        self._open: dict[int, Cursor] = {}

    def answer(
        self, namespace: str, documents: Iterable[Document], size: int | None, *, single: bool = False
    ) -> Document:
        """Return the first batch; a cursor stays open when more is left, unless one batch is enough."""
        cursor = Cursor(namespace, list(documents))
        batch = cursor.batch(FIRST_BATCH if size is None else size)
        number = self._kept(cursor) if cursor.left and not single else 0
        return {"cursor": {"firstBatch": batch, "id": Int64(number), "ns": namespace}, "ok": 1.0}

    def _kept(self, cursor: Cursor) -> int:
        if len(self._open) >= MOST_CURSORS:
            del self._open[next(iter(self._open))]
        number = random.getrandbits(62) | 2**61  # a long in every driver, never 0
        self._open[number] = cursor
        return number

    def more(self, number: int, namespace: str, size: int | None) -> Document:
        """Return the next batch of an open cursor."""
        cursor = self._open.get(number)
        if cursor is None:
            raise CommandFailure(Code.CursorNotFound, f"cursor id {number} not found")
        if cursor.namespace != namespace:
            message = (
                f"Requested getMore on namespace '{namespace}', but cursor belongs to a different namespace"
            )
            raise CommandFailure(Code.Unauthorized, message)
        batch = cursor.batch(size or None)
        if not cursor.left:
            del self._open[number]
        return {
            "cursor": {"nextBatch": batch, "id": Int64(number if cursor.left else 0), "ns": namespace},
            "ok": 1.0,
        }

    def kill(self, numbers: Iterable[int]) -> Document:
        """Close cursors; says which there were."""
        listed = list(numbers)
        killed = [number for number in listed if self._open.pop(number, None)]
        lost = [number for number in listed if number not in killed]
        return {
            "cursorsKilled": killed,
            "cursorsNotFound": lost,
            "cursorsAlive": [],
            "cursorsUnknown": [],
            "ok": 1.0,
        }
