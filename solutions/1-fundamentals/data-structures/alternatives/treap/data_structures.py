"""A tree balanced by chance (treap), and an array that grows threefold from sixteen slots."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from given.storage import FixedArray


class DynamicArray:
    """A sequence whose elements live in one block at a time; few moves, much free room."""

    def __init__(
        self, items: Iterable[Any] = (), *, storage: Callable[[int], FixedArray] = FixedArray
    ) -> None:
        self._make = storage
        self._block = storage(16)
        self._used = 0
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return self._used

    @property
    def capacity(self) -> int:
        """The number of slots in the block."""
        return len(self._block)

    def append(self, value: Any) -> None:
        """Add `value` at the end."""
        if self._used == len(self._block):
            self._move(3 * self._used)
        self._block[self._used] = value
        self._used += 1

    def __getitem__(self, index: int) -> Any:
        return self._block[self._checked(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        self._block[self._checked(index)] = value

    def __iter__(self) -> Iterator[Any]:
        place = 0
        while place < self._used:
            yield self._block[place]
            place += 1

    def insert(self, index: int, value: Any) -> None:
        """Put `value` before the element at `index`; an index out of range means the nearest end."""
        place = operator.index(index)
        place = max(place + self._used, 0) if place < 0 else min(place, self._used)
        self.append(value)
        # Let the new element sink to its place, one swap at a time.
        for slot in range(self._used - 1, place, -1):
            self._block[slot], self._block[slot - 1] = self._block[slot - 1], self._block[slot]

    def pop(self, index: int = -1) -> Any:
        """Take out the element at `index` and return it."""
        place = self._checked(index)
        value = self._block[place]
        for slot in range(place, self._used - 1):
            self._block[slot] = self._block[slot + 1]
        self._used -= 1
        self._block[self._used] = None
        if len(self._block) > 16 and self._used <= len(self._block) // 4:
            self._move(max(16, 2 * self._used))
        return value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DynamicArray):
            return NotImplemented
        if len(self) != len(other):
            return False
        return all(self[place] == other[place] for place in range(len(self)))

    __hash__ = None  # type: ignore[assignment]  # an array changes, so it is no key

    def __repr__(self) -> str:
        return "DynamicArray([" + ", ".join(map(repr, self)) + "])"

    def _checked(self, index: int) -> int:
        place = operator.index(index)
        if not -self._used <= place < self._used:
            raise IndexError(index)
        return place % self._used

    def _move(self, capacity: int) -> None:
        old, self._block = self._block, self._make(capacity)
        for place in range(self._used):
            self._block[place] = old[place]


class Node:
    """One value of a linked list, with its neighbours and the list it is in."""

    __slots__ = ("next", "owner", "prev", "value")

    def __init__(self, owner: LinkedList, value: Any, prev: Node | None, following: Node | None) -> None:
        self.owner: LinkedList | None = owner
        self.value = value
        self.prev = prev
        self.next = following


class LinkedList:
    """A doubly linked list; every change is one `_splice` between two neighbours."""

    __slots__ = ("_length", "head", "tail")

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.head: Node | None = None
        self.tail: Node | None = None
        self._length = 0
        for item in items:
            self.push_back(item)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return (node.value for node in self._nodes())

    def __reversed__(self) -> Iterator[Any]:
        node = self.tail
        while node:
            yield node.value
            node = node.prev

    def push_front(self, value: Any) -> Node:
        """Add a new head and return its node."""
        return self._add(None, value, self.head)

    def push_back(self, value: Any) -> Node:
        """Add a new tail and return its node."""
        return self._add(self.tail, value, None)

    def pop_front(self) -> Any:
        """Take out the head and return its value."""
        if not self.head:
            raise IndexError("empty")
        return self.remove(self.head)

    def pop_back(self) -> Any:
        """Take out the tail and return its value."""
        if not self.tail:
            raise IndexError("empty")
        return self.remove(self.tail)

    def find(self, value: Any) -> Node | None:
        """Return the first node from the front that holds `value`."""
        return next((node for node in self._nodes() if node.value == value), None)

    def insert_after(self, node: Node, value: Any) -> Node:
        """Add `value` right behind `node` and return its node."""
        self._check(node)
        return self._add(node, value, node.next)

    def remove(self, node: Node) -> Any:
        """Take out `node` and return its value."""
        self._check(node)
        self._splice(node.prev, node.next)
        node.owner = node.prev = node.next = None
        self._length -= 1
        return node.value

    def reverse(self) -> None:
        """Turn the list around; the nodes stay the same objects."""
        node, self.head, self.tail = self.head, self.tail, self.head
        while node:
            node.prev, node.next = node.next, node.prev
            node = node.prev

    def _nodes(self) -> Iterator[Node]:
        node = self.head
        while node:
            following = node.next
            yield node
            node = following

    def _check(self, node: Node) -> None:
        if node.owner is not self:
            raise ValueError("a node of another list, or of none")

    def _add(self, before: Node | None, value: Any, after: Node | None) -> Node:
        node = Node(self, value, before, after)
        self._splice(before, node)
        self._splice(node, after)
        self._length += 1
        return node

    def _splice(self, before: Node | None, after: Node | None) -> None:
        """Make two nodes neighbours; None on one side means that the other one is an end."""
        if before:
            before.next = after
        else:
            self.head = after
        if after:
            after.prev = before
        else:
            self.tail = before


class _Branch:
    """A key with a random rank: ordered by key from left to right, by rank from top to bottom."""

    __slots__ = ("key", "left", "rank", "right", "value")

    def __init__(self, key: Any, value: Any) -> None:
        self.key = key
        self.value = value
        self.rank = random.random()
        self.left: _Branch | None = None
        self.right: _Branch | None = None


def _split(branch: _Branch | None, key: Any) -> tuple[_Branch | None, _Branch | None]:
    """Cut a tree in two: keys below `key`, and the others."""
    if branch is None:
        return None, None
    if branch.key < key:
        branch.right, above = _split(branch.right, key)
        return branch, above
    below, branch.left = _split(branch.left, key)
    return below, branch


def _merge(below: _Branch | None, above: _Branch | None) -> _Branch | None:
    """Join two trees, every key of the first being below every key of the second."""
    if below is None or above is None:
        return below or above
    if below.rank < above.rank:
        below.right = _merge(below.right, above)
        return below
    above.left = _merge(below, above.left)
    return above


class TreeMap:
    """A map that keeps its keys in order; random ranks make deep trees as unlikely as long bad luck."""

    def __init__(self, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self._root: _Branch | None = None
        self._count = 0
        for key, value in items:
            self[key] = value

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: Any) -> bool:
        return self._at(key) is not None

    def __getitem__(self, key: Any) -> Any:
        if (branch := self._at(key)) is None:
            raise KeyError(key)
        return branch.value

    def __setitem__(self, key: Any, value: Any) -> None:
        if branch := self._at(key):
            branch.value = value
            return
        below, above = _split(self._root, key)
        self._root = _merge(_merge(below, _Branch(key, value)), above)
        self._count += 1

    def __delitem__(self, key: Any) -> None:
        parent, branch = None, self._root
        while branch and branch.key != key:
            parent, branch = branch, branch.left if key < branch.key else branch.right
        if branch is None:
            raise KeyError(key)
        rest = _merge(branch.left, branch.right)
        if parent is None:
            self._root = rest
        elif parent.left is branch:
            parent.left = rest
        else:
            parent.right = rest
        self._count -= 1

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is missing."""
        branch = self._at(key)
        return branch.value if branch else default

    def __iter__(self) -> Iterator[Any]:
        for key, _ in self.items():
            yield key

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Yield (key, value) in ascending order of the keys."""
        stack: list[_Branch] = []
        branch = self._root
        while stack or branch:
            while branch:
                stack.append(branch)
                branch = branch.left
            branch = stack.pop()
            yield branch.key, branch.value
            branch = branch.right

    def min(self) -> tuple[Any, Any]:
        """Return (key, value) of the smallest key."""
        for pair in self.items():
            return pair
        raise KeyError("empty")

    def max(self) -> tuple[Any, Any]:
        """Return (key, value) of the largest key."""
        branch = self._root
        if branch is None:
            raise KeyError("empty")
        while branch.right:
            branch = branch.right
        return branch.key, branch.value

    def floor(self, key: Any) -> Any:
        """Return the greatest key <= `key`, or None."""
        best, branch = None, self._root
        while branch:
            if key < branch.key:
                branch = branch.left
            else:
                best, branch = branch.key, branch.right
        return best

    def ceiling(self, key: Any) -> Any:
        """Return the smallest key >= `key`, or None."""
        best, branch = None, self._root
        while branch:
            if branch.key < key:
                branch = branch.right
            else:
                best, branch = branch.key, branch.left
        return best

    def range(self, low: Any, high: Any) -> Iterator[tuple[Any, Any]]:
        """Yield (key, value) with low <= key < high, ascending."""
        stack: list[_Branch] = []
        branch = self._root
        while branch:
            if branch.key < low:
                branch = branch.right
            else:
                stack.append(branch)
                branch = branch.left
        while stack:
            branch = stack.pop()
            if not branch.key < high:
                return
            yield branch.key, branch.value
            branch = branch.right
            while branch:
                stack.append(branch)
                branch = branch.left

    def breadth_first(self) -> Iterator[Any]:
        """Yield the keys level by level, the root first, each level from left to right."""
        for level in self._levels():
            yield from (branch.key for branch in level)

    def height(self) -> int:
        """Return the number of levels."""
        return len(list(self._levels()))

    def _at(self, key: Any) -> _Branch | None:
        branch = self._root
        while branch and branch.key != key:
            branch = branch.left if key < branch.key else branch.right
        return branch

    def _levels(self) -> Iterator[list[_Branch]]:
        level = [self._root] if self._root else []
        while level:
            yield level
            level = [child for branch in level for child in (branch.left, branch.right) if child]
