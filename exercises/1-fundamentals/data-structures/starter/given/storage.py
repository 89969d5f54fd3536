"""Blocks of memory as a computer has them: a fixed number of slots, and nothing else."""

from __future__ import annotations

from typing import Any


class Meter:
    """Makes blocks and counts what happens in them: `DynamicArray(storage=Meter())`."""

    def __init__(self) -> None:
        self.blocks = 0
        self.slots = 0
        self.reads = 0
        self.writes = 0

    def __call__(self, length: int) -> FixedArray:
        """Return a new block of `length` slots."""
        self.blocks += 1
        self.slots += length
        return FixedArray(length, self)


class FixedArray:
    """A block of `length` slots, each holding None at first; it can neither grow nor shrink."""

    def __init__(self, length: int, meter: Meter | None = None) -> None:
        self.__slots = [None] * length
        self.__meter = meter or Meter()

    def __len__(self) -> int:
        return len(self.__slots)

    def __getitem__(self, index: int) -> Any:
        self.__refuse(index)
        self.__meter.reads += 1
        return self.__slots[index]

    def __setitem__(self, index: int, value: Any) -> None:
        self.__refuse(index)
        self.__meter.writes += 1
        self.__slots[index] = value

    # Without this line Python would loop over a block by calling block[0], block[1], …
    __iter__ = None

    def __repr__(self) -> str:
        return f"FixedArray({self.__slots})"

    def __refuse(self, index: int) -> None:
        """Raise unless `index` is an integer from 0 to the last slot."""
        if isinstance(index, slice):
            raise IndexError("a block has no slices")
        if not isinstance(index, int):
            raise TypeError(f"a slot is found by an integer, not by {type(index).__name__}")
        if not 0 <= index < len(self.__slots):
            raise IndexError(f"slot {index} of a block of {len(self.__slots)}")
