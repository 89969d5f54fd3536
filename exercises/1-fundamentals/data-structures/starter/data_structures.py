"""A growing array, a doubly linked list and an ordered map, built by hand."""

from __future__ import annotations

from given.storage import FixedArray

# Stage 1: an array that grows


class DynamicArray:
    """A sequence whose elements live in one block at a time."""

    def __init__(self, items=(), *, storage=FixedArray):
        # TODO 1: keep `storage`, make a first block with it, append every item
        raise NotImplementedError

    def __len__(self) -> int:
        # TODO 2: how many slots are in use (not how many there are)
        raise NotImplementedError

    @property
    def capacity(self) -> int:
        # TODO 3: how many slots the block has
        raise NotImplementedError

    def append(self, value) -> None:
        # TODO 4: when the block is full, move to a block that is larger by a factor
        raise NotImplementedError

    def __getitem__(self, index: int):
        # TODO 5: negative indexes count from the end; out of range is an IndexError
        raise NotImplementedError

    def __setitem__(self, index: int, value) -> None:
        # TODO 6: the same rules for writing
        raise NotImplementedError

    def __iter__(self):
        # TODO 7: the elements from first to last
        raise NotImplementedError

    def insert(self, index: int, value) -> None:
        # TODO 8: move the elements behind `index` up by one slot, then write
        raise NotImplementedError

    def pop(self, index: int = -1):
        # TODO 9: close the gap, clear the slot that is free now, shrink a block that is almost empty
        raise NotImplementedError

    def __eq__(self, other) -> bool:
        # TODO 10: element by element; NotImplemented for anything but a DynamicArray
        raise NotImplementedError

    def __repr__(self) -> str:
        # TODO 11: DynamicArray([1, 2, 3])
        raise NotImplementedError


# Stage 2: a list of linked nodes


class Node:
    """One value of a linked list, with its neighbours."""

    # TODO 12: attributes value, next and prev; and how will a node know its list?


class LinkedList:
    """A doubly linked list: every node knows the next one and the one before."""

    head: Node | None
    tail: Node | None

    def __init__(self, items=()):
        # TODO 13: an empty list has neither head nor tail; push every item to the back
        raise NotImplementedError

    def __len__(self) -> int:
        # TODO 14: count as you go; walking the list to count it is too slow
        raise NotImplementedError

    def __iter__(self):
        # TODO 15: the values, front to back
        raise NotImplementedError

    def __reversed__(self):
        # TODO 16: the values, back to front
        raise NotImplementedError

    def push_front(self, value) -> Node:
        # TODO 17: a new head; return its node
        raise NotImplementedError

    def push_back(self, value) -> Node:
        # TODO 18: a new tail; return its node
        raise NotImplementedError

    def pop_front(self):
        # TODO 19: take the head out, return its value
        raise NotImplementedError

    def pop_back(self):
        # TODO 20: take the tail out, return its value
        raise NotImplementedError

    def find(self, value) -> Node | None:
        # TODO 21: the first node from the front with that value
        raise NotImplementedError

    def insert_after(self, node: Node, value) -> Node:
        # TODO 22: a new node behind `node`; ValueError if `node` is not in this list
        raise NotImplementedError

    def remove(self, node: Node):
        # TODO 23: unlink `node`, return its value; ValueError if `node` is not in this list
        raise NotImplementedError

    def reverse(self) -> None:
        # TODO 24: turn the links around, keep the nodes
        raise NotImplementedError


# Stage 3: an ordered map on a binary search tree


class TreeMap:
    """A map that keeps its keys in order: smaller keys to the left, larger keys to the right."""

    def __init__(self, items=()):
        # TODO 25: an empty tree has no root; store every (key, value)
        raise NotImplementedError

    def __len__(self) -> int:
        # TODO 26: the number of keys
        raise NotImplementedError

    def __contains__(self, key) -> bool:
        # TODO 27: walk down from the root: left if key is smaller, right if it is larger
        raise NotImplementedError

    def __getitem__(self, key):
        # TODO 28: the value; KeyError(key) if the key is missing
        raise NotImplementedError

    def __setitem__(self, key, value) -> None:
        # TODO 29: replace the value, or hang a new node where the walk ended
        raise NotImplementedError

    def get(self, key, default=None):
        # TODO 30: the value or the default
        raise NotImplementedError

    def __iter__(self):
        # TODO 31: the keys in ascending order
        raise NotImplementedError

    def items(self):
        # TODO 32: the pairs (key, value) in ascending order
        raise NotImplementedError

    def min(self):
        # TODO 33: the pair with the smallest key; KeyError if the tree is empty
        raise NotImplementedError

    def max(self):
        # TODO 34: the pair with the largest key; KeyError if the tree is empty
        raise NotImplementedError

    def __delitem__(self, key) -> None:
        # TODO 35: three cases: no child, one child, two children
        raise NotImplementedError

    def floor(self, key):
        # TODO 36: the greatest key that is not above `key`, or None
        raise NotImplementedError

    def ceiling(self, key):
        # TODO 37: the smallest key that is not below `key`, or None
        raise NotImplementedError

    def range(self, low, high):
        # TODO 38: an iterator over the pairs with low <= key < high, one at a time
        raise NotImplementedError

    def breadth_first(self):
        # TODO 39: the keys level by level, the root first, each level left to right
        raise NotImplementedError

    def height(self) -> int:
        # TODO 40: the number of levels
        raise NotImplementedError
