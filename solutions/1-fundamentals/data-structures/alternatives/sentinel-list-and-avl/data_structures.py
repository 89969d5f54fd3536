"""A ring with a sentinel instead of end cases, and a tree that keeps itself balanced (AVL)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from given.storage import FixedArray


class DynamicArray:
    """A sequence whose elements live in one block at a time; the block grows by a half."""

    def __init__(
        self, items: Iterable[Any] = (), *, storage: Callable[[int], FixedArray] = FixedArray
    ) -> None:
        self._storage = storage
        self._block = storage(4)
        self._length = 0
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return self._length

    @property
    def capacity(self) -> int:
        """The number of slots in the block."""
        return len(self._block)

    def append(self, value: Any) -> None:
        """Add `value` at the end."""
        self.insert(self._length, value)

    def __getitem__(self, index: int) -> Any:
        return self._block[self._slot(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        self._block[self._slot(index)] = value

    def __iter__(self) -> Iterator[Any]:
        return (self._block[slot] for slot in range(self._length))

    def insert(self, index: int, value: Any) -> None:
        """Put `value` before the element at `index`; an index out of range means the nearest end."""
        # Slices clamp as insert does, so let a slice find the place.
        start, _, _ = slice(operator.index(index), None).indices(self._length)
        if self._length == self.capacity:
            self._resize(self.capacity * 3 // 2)
        for slot in reversed(range(start, self._length)):
            self._block[slot + 1] = self._block[slot]
        self._block[start] = value
        self._length += 1

    def pop(self, index: int = -1) -> Any:
        """Take out the element at `index` and return it."""
        start = self._slot(index)
        value, self._length = self._block[start], self._length - 1
        for slot in range(start, self._length):
            self._block[slot] = self._block[slot + 1]
        self._block[self._length] = None
        if self.capacity > 16 and 4 * self._length <= self.capacity:
            self._resize(self.capacity // 2)
        return value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DynamicArray):
            return NotImplemented
        return list(self) == list(other)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"

    def _slot(self, index: int) -> int:
        # The rules for indexes are those of range, so let range apply them.
        return range(self._length)[operator.index(index)]

    def _resize(self, capacity: int) -> None:
        block = self._storage(capacity)
        for slot in range(self._length):
            block[slot] = self._block[slot]
        self._block = block


class Node:
    """One value of a linked list; `next` and `prev` hide the sentinel from the outside."""

    def __init__(self, value: Any, ring: LinkedList | None) -> None:
        self.value = value
        self.ring = ring
        self.after: Node = self
        self.before: Node = self

    @property
    def next(self) -> Node | None:
        """The next node, or None at the end."""
        return self.after._shown()

    @property
    def prev(self) -> Node | None:
        """The node before, or None at the front."""
        return self.before._shown()

    def _shown(self) -> Node | None:
        # Only a node that holds a value belongs to a list: the sentinel and removed nodes do not.
        return self if self.ring is not None else None


class LinkedList:
    """A ring of nodes through a sentinel: every node always has two neighbours, so no end cases."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._sentinel = Node(None, None)
        self._length = 0
        for item in items:
            self.push_back(item)

    @property
    def head(self) -> Node | None:
        """The first node."""
        return self._sentinel.next

    @property
    def tail(self) -> Node | None:
        """The last node."""
        return self._sentinel.prev

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        node = self._sentinel.after
        while node is not self._sentinel:
            following = node.after
            yield node.value
            node = following

    def __reversed__(self) -> Iterator[Any]:
        node = self._sentinel.before
        while node is not self._sentinel:
            yield node.value
            node = node.before

    def push_front(self, value: Any) -> Node:
        """Add a new head and return its node."""
        return self._link(self._sentinel, value)

    def push_back(self, value: Any) -> Node:
        """Add a new tail and return its node."""
        return self._link(self._sentinel.before, value)

    def pop_front(self) -> Any:
        """Take out the head and return its value."""
        return self._pop(self._sentinel.after)

    def pop_back(self) -> Any:
        """Take out the tail and return its value."""
        return self._pop(self._sentinel.before)

    def find(self, value: Any) -> Node | None:
        """Return the first node from the front that holds `value`."""
        node = self._sentinel.after
        while node is not self._sentinel:
            if node.value == value:
                return node
            node = node.after
        return None

    def insert_after(self, node: Node, value: Any) -> Node:
        """Add `value` right behind `node` and return its node."""
        if node.ring is not self:
            raise ValueError("not a node of this list")
        return self._link(node, value)

    def remove(self, node: Node) -> Any:
        """Take out `node` and return its value."""
        if node.ring is not self:
            raise ValueError("not a node of this list")
        node.before.after, node.after.before = node.after, node.before
        node.before = node.after = node
        node.ring = None
        self._length -= 1
        return node.value

    def reverse(self) -> None:
        """Turn the ring around, the sentinel included."""
        node = self._sentinel
        for _ in range(self._length + 1):
            node.after, node.before = node.before, node.after
            node = node.before

    def _pop(self, node: Node) -> Any:
        if node is self._sentinel:
            raise IndexError("pop from an empty list")
        return self.remove(node)

    def _link(self, before: Node, value: Any) -> Node:
        node = Node(value, self)
        node.before, node.after = before, before.after
        before.after.before = before.after = node
        self._length += 1
        return node


class _Branch:
    """One key of the tree; it knows how high the tree below it is."""

    __slots__ = ("height", "key", "left", "right", "value")

    def __init__(self, key: Any, value: Any) -> None:
        self.key = key
        self.value = value
        self.left: _Branch | None = None
        self.right: _Branch | None = None
        self.height = 1


def _height(branch: _Branch | None) -> int:
    return branch.height if branch else 0


def _rise(branch: _Branch, heavy: str, light: str) -> _Branch:
    """Rotate: the child on the heavy side rises, `branch` becomes its child on the light side."""
    child = getattr(branch, heavy)
    setattr(branch, heavy, getattr(child, light))
    setattr(child, light, branch)
    for one in (branch, child):
        one.height = 1 + max(_height(one.left), _height(one.right))
    return child


def _balanced(branch: _Branch) -> _Branch:
    """Return the top of this subtree after making its sides differ by at most one level."""
    lean = _height(branch.left) - _height(branch.right)
    if abs(lean) < 2:
        branch.height = 1 + max(_height(branch.left), _height(branch.right))
        return branch
    heavy, light = ("left", "right") if lean > 0 else ("right", "left")
    child = getattr(branch, heavy)
    if _height(getattr(child, light)) > _height(getattr(child, heavy)):
        setattr(branch, heavy, _rise(child, light, heavy))
    return _rise(branch, heavy, light)


class TreeMap:
    """A map that keeps its keys in order; recursion is safe, because the tree is never deep."""

    def __init__(self, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self._root: _Branch | None = None
        self._length = 0
        for key, value in items:
            self[key] = value

    def __len__(self) -> int:
        return self._length

    def __contains__(self, key: Any) -> bool:
        return self._locate(key) is not None

    def __getitem__(self, key: Any) -> Any:
        branch = self._locate(key)
        if branch is None:
            raise KeyError(key)
        return branch.value

    def __setitem__(self, key: Any, value: Any) -> None:
        self._root = self._stored(self._root, key, value)

    def __delitem__(self, key: Any) -> None:
        if key not in self:
            raise KeyError(key)
        self._root = self._without(self._root, key)
        self._length -= 1

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is missing."""
        branch = self._locate(key)
        return branch.value if branch else default

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self.items())

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Yield (key, value) in ascending order of the keys."""
        return self._walk(self._root)

    def min(self) -> tuple[Any, Any]:
        """Return (key, value) of the smallest key."""
        return self._end("left")

    def max(self) -> tuple[Any, Any]:
        """Return (key, value) of the largest key."""
        return self._end("right")

    def floor(self, key: Any) -> Any:
        """Return the greatest key <= `key`, or None."""
        best, branch = None, self._root
        while branch:
            if branch.key == key:
                return branch.key
            if branch.key < key:
                best, branch = branch.key, branch.right
            else:
                branch = branch.left
        return best

    def ceiling(self, key: Any) -> Any:
        """Return the smallest key >= `key`, or None."""
        best, branch = None, self._root
        while branch:
            if branch.key == key:
                return branch.key
            if key < branch.key:
                best, branch = branch.key, branch.left
            else:
                branch = branch.right
        return best

    def range(self, low: Any, high: Any) -> Iterator[tuple[Any, Any]]:
        """Yield (key, value) with low <= key < high, ascending."""
        return self._between(self._root, low, high)

    def breadth_first(self) -> Iterator[Any]:
        """Yield the keys level by level, the root first, each level from left to right."""
        level = [self._root] if self._root else []
        while level:
            yield from (branch.key for branch in level)
            level = [child for branch in level for child in (branch.left, branch.right) if child]

    def height(self) -> int:
        """Return the number of levels."""
        return _height(self._root)

    def _locate(self, key: Any) -> _Branch | None:
        branch = self._root
        while branch and branch.key != key:
            branch = branch.left if key < branch.key else branch.right
        return branch

    def _stored(self, branch: _Branch | None, key: Any, value: Any) -> _Branch:
        if branch is None:
            self._length += 1
            return _Branch(key, value)
        if key == branch.key:
            branch.value = value
        elif key < branch.key:
            branch.left = self._stored(branch.left, key, value)
        else:
            branch.right = self._stored(branch.right, key, value)
        return _balanced(branch)

    def _without(self, branch: _Branch | None, key: Any) -> _Branch | None:
        assert branch is not None, "__delitem__ has looked"
        if key == branch.key:
            if branch.left is None or branch.right is None:
                return branch.left or branch.right
            heir = branch.right
            while heir.left:
                heir = heir.left
            branch.key, branch.value = heir.key, heir.value
            branch.right = self._without(branch.right, heir.key)
        elif key < branch.key:
            branch.left = self._without(branch.left, key)
        else:
            branch.right = self._without(branch.right, key)
        return _balanced(branch)

    def _walk(self, branch: _Branch | None) -> Iterator[tuple[Any, Any]]:
        if branch:
            yield from self._walk(branch.left)
            yield branch.key, branch.value
            yield from self._walk(branch.right)

    def _between(self, branch: _Branch | None, low: Any, high: Any) -> Iterator[tuple[Any, Any]]:
        if branch is None:
            return
        enough, not_yet = not branch.key < low, branch.key < high
        if enough:
            yield from self._between(branch.left, low, high)
        if enough and not_yet:
            yield branch.key, branch.value
        if not_yet:
            yield from self._between(branch.right, low, high)

    def _end(self, side: str) -> tuple[Any, Any]:
        branch = self._root
        if branch is None:
            raise KeyError("the tree is empty")
        while getattr(branch, side):
            branch = getattr(branch, side)
        return branch.key, branch.value
