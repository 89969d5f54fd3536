"""Iterator classes instead of generators, and a tree of tuples that are never changed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from given.storage import FixedArray


class _Slots:
    """The elements of a block from one slot on, one at a time."""

    def __init__(self, array: DynamicArray) -> None:
        self._array = array
        self._next = 0

    def __iter__(self) -> _Slots:
        return self

    def __next__(self) -> Any:
        if self._next >= len(self._array):
            raise StopIteration
        self._next += 1
        return self._array[self._next - 1]


class DynamicArray:
    """A sequence whose elements live in one block at a time; popping doubles as the way to shrink."""

    def __init__(
        self, items: Iterable[Any] = (), *, storage: Callable[[int], FixedArray] = FixedArray
    ) -> None:
        self._new_block = storage
        self._block = storage(10)
        self._end = 0
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return self._end

    @property
    def capacity(self) -> int:
        """The number of slots in the block."""
        return len(self._block)

    def append(self, value: Any) -> None:
        """Add `value` at the end."""
        self._open(self._end, value)

    def __getitem__(self, index: int) -> Any:
        return self._block[self._inside(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        self._block[self._inside(index)] = value

    def __iter__(self) -> Iterator[Any]:
        return _Slots(self)

    def insert(self, index: int, value: Any) -> None:
        """Put `value` before the element at `index`; an index out of range means the nearest end."""
        position = operator.index(index)
        if position < 0:
            position = max(0, position + self._end)
        self._open(min(position, self._end), value)

    def pop(self, index: int = -1) -> Any:
        """Take out the element at `index` and return it."""
        position = self._inside(index)
        value, target = self._block[position], self._block
        if self.capacity > 16 and (self._end - 1) * 4 <= self.capacity:
            target = self._new_block(self.capacity // 2)
            self._copy(target, 0, position, 0)
        self._copy(target, position + 1, self._end, -1)
        self._end -= 1
        if target is self._block:
            target[self._end] = None
        self._block = target
        return value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DynamicArray):
            return NotImplemented
        return len(self) == len(other) and not any(one != two for one, two in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"DynamicArray({list(self)})"

    def _inside(self, index: int) -> int:
        position = operator.index(index)
        position += self._end if position < 0 else 0
        if not 0 <= position < self._end:
            raise IndexError(f"index {index}, length {self._end}")
        return position

    def _open(self, position: int, value: Any) -> None:
        """Make a gap at `position` and put `value` there; a move to a larger block makes it on the way."""
        target = self._block
        if self._end == self.capacity:
            target = self._new_block(self.capacity * 8 // 5)
            self._copy(target, 0, position, 0)
        for slot in range(self._end - 1, position - 1, -1):
            target[slot + 1] = self._block[slot]
        target[position] = value
        self._block = target
        self._end += 1

    def _copy(self, target: FixedArray, start: int, stop: int, shift: int) -> None:
        for slot in range(start, stop):
            target[slot + shift] = self._block[slot]


class Node:
    """One value of a linked list, with its neighbours."""

    next: Node | None = None
    prev: Node | None = None
    home: LinkedList | None = None

    def __init__(self, value: Any) -> None:
        self.value = value


class _Values:
    """The values from one node on; the next node is read before a value is handed out."""

    def __init__(self, node: Node | None, link: str) -> None:
        self._node = node
        self._link = link

    def __iter__(self) -> _Values:
        return self

    def __next__(self) -> Any:
        if self._node is None:
            raise StopIteration
        node, self._node = self._node, getattr(self._node, self._link)
        return node.value


class LinkedList:
    """A doubly linked list."""

    head: Node | None = None
    tail: Node | None = None

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._length = 0
        for item in items:
            self.push_back(item)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return _Values(self.head, "next")

    def __reversed__(self) -> Iterator[Any]:
        return _Values(self.tail, "prev")

    def push_front(self, value: Any) -> Node:
        """Add a new head and return its node."""
        return self._between(None, self.head, value)

    def push_back(self, value: Any) -> Node:
        """Add a new tail and return its node."""
        return self._between(self.tail, None, value)

    def pop_front(self) -> Any:
        """Take out the head and return its value."""
        return self._pop(self.head)

    def pop_back(self) -> Any:
        """Take out the tail and return its value."""
        return self._pop(self.tail)

    def find(self, value: Any) -> Node | None:
        """Return the first node from the front that holds `value`."""
        node = self.head
        while node is not None and node.value != value:
            node = node.next
        return node

    def insert_after(self, node: Node, value: Any) -> Node:
        """Add `value` right behind `node` and return its node."""
        if node.home is not self:
            raise ValueError("insert_after a node of this list")
        return self._between(node, node.next, value)

    def remove(self, node: Node) -> Any:
        """Take out `node` and return its value."""
        if node.home is not self:
            raise ValueError("remove a node of this list")
        before, after = node.prev, node.next
        self._join(before, after)
        node.prev = node.next = node.home = None
        self._length -= 1
        return node.value

    def reverse(self) -> None:
        """Turn the list around: the old head first becomes the tail, then all others move before it."""
        node = self.tail = self.head
        self.head = None
        while node is not None:
            after = node.next
            node.prev, node.next = None, self.head
            if self.head is not None:
                self.head.prev = node
            self.head = node
            node = after

    def _pop(self, node: Node | None) -> Any:
        if node is None:
            raise IndexError("the list is empty")
        return self.remove(node)

    def _between(self, before: Node | None, after: Node | None, value: Any) -> Node:
        node = Node(value)
        node.home = self
        self._join(before, node)
        self._join(node, after)
        self._length += 1
        return node

    def _join(self, before: Node | None, after: Node | None) -> None:
        if before is None:
            self.head = after
        else:
            before.next = after
        if after is None:
            self.tail = before
        else:
            after.prev = before


class _Branch(NamedTuple):
    """A subtree that never changes: a change makes new branches from the root down to its place."""

    left: _Branch | None
    key: Any
    value: Any
    right: _Branch | None
    height: int


def _branch(left: _Branch | None, key: Any, value: Any, right: _Branch | None) -> _Branch:
    return _Branch(left, key, value, right, 1 + max(_height(left), _height(right)))


def _height(branch: _Branch | None) -> int:
    return 0 if branch is None else branch.height


def _join(left: _Branch | None, key: Any, value: Any, right: _Branch | None) -> _Branch:
    """Put a key between two subtrees whose heights differ by at most two, and balance the result."""
    if left is not None and left.height > _height(right) + 1:
        if left.right is not None and left.right.height > _height(left.left):
            middle = left.right
            left = _branch(_branch(left.left, left.key, left.value, middle.left), *middle[1:4])
        return _branch(left.left, left.key, left.value, _branch(left.right, key, value, right))
    if right is not None and right.height > _height(left) + 1:
        if right.left is not None and right.left.height > _height(right.right):
            middle = right.left
            right = _branch(*middle[0:3], _branch(middle.right, right.key, right.value, right.right))
        return _branch(_branch(left, key, value, right.left), right.key, right.value, right.right)
    return _branch(left, key, value, right)


def _with(branch: _Branch | None, key: Any, value: Any) -> _Branch:
    if branch is None:
        return _branch(None, key, value, None)
    left, here, old, right, _ = branch
    if key < here:
        return _join(_with(left, key, value), here, old, right)
    if here == key:
        return _branch(left, here, value, right)
    return _join(left, here, old, _with(right, key, value))


def _without(branch: _Branch | None, key: Any) -> _Branch | None:
    if branch is None:
        raise KeyError(key)
    left, here, value, right, _ = branch
    if key < here:
        return _join(_without(left, key), here, value, right)
    if here == key:
        if left is None or right is None:
            return left or right
        heir = right
        while heir.left is not None:
            heir = heir.left
        return _join(left, heir.key, heir.value, _without(right, heir.key))
    return _join(left, here, value, _without(right, key))


class _Pairs:
    """The pairs of a tree from `low` on, as long as they are below `high`."""

    def __init__(self, branch: _Branch | None, low: Any = None, high: Any = None, whole: bool = True) -> None:
        self._stack: list[_Branch] = []
        self._low, self._high, self._whole = low, high, whole
        self._down(branch)

    def __iter__(self) -> _Pairs:
        return self

    def __next__(self) -> tuple[Any, Any]:
        if not self._stack:
            raise StopIteration
        branch = self._stack.pop()
        if not self._whole and not branch.key < self._high:
            self._stack.clear()
            raise StopIteration
        self._down(branch.right)
        return branch.key, branch.value

    def _down(self, branch: _Branch | None) -> None:
        while branch is not None:
            if self._whole or not branch.key < self._low:
                self._stack.append(branch)
                branch = branch.left
            else:
                branch = branch.right


class TreeMap:
    """A map that keeps its keys in order; a loop over it sees the tree as it was when it began."""

    def __init__(self, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self._root: _Branch | None = None
        self._length = 0
        for key, value in items:
            self[key] = value

    def __len__(self) -> int:
        return self._length

    def __contains__(self, key: Any) -> bool:
        return self._look(key) is not None

    def __getitem__(self, key: Any) -> Any:
        branch = self._look(key)
        if branch is None:
            raise KeyError(key)
        return branch.value

    def __setitem__(self, key: Any, value: Any) -> None:
        new = key not in self
        self._root = _with(self._root, key, value)
        self._length += new

    def __delitem__(self, key: Any) -> None:
        self._root = _without(self._root, key)
        self._length -= 1

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is missing."""
        branch = self._look(key)
        return default if branch is None else branch.value

    def __iter__(self) -> Iterator[Any]:
        return map(operator.itemgetter(0), self.items())

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Return an iterator over (key, value) in ascending order of the keys."""
        return _Pairs(self._root)

    def min(self) -> tuple[Any, Any]:
        """Return (key, value) of the smallest key."""
        branch = self._top()
        while branch.left is not None:
            branch = branch.left
        return branch.key, branch.value

    def max(self) -> tuple[Any, Any]:
        """Return (key, value) of the largest key."""
        branch = self._top()
        while branch.right is not None:
            branch = branch.right
        return branch.key, branch.value

    def floor(self, key: Any) -> Any:
        """Return the greatest key <= `key`, or None."""
        best, branch = None, self._root
        while branch is not None:
            if key < branch.key:
                branch = branch.left
            else:
                best, branch = branch.key, branch.right
        return best

    def ceiling(self, key: Any) -> Any:
        """Return the smallest key >= `key`, or None."""
        best, branch = None, self._root
        while branch is not None:
            if branch.key < key:
                branch = branch.right
            else:
                best, branch = branch.key, branch.left
        return best

    def range(self, low: Any, high: Any) -> Iterator[tuple[Any, Any]]:
        """Return an iterator over (key, value) with low <= key < high, ascending."""
        return _Pairs(self._root, low, high, whole=False)

    def breadth_first(self) -> Iterator[Any]:
        """Yield the keys level by level, the root first, each level from left to right."""
        level = [self._root] if self._root is not None else []
        while level:
            yield from (branch.key for branch in level)
            level = [child for branch in level for child in (branch.left, branch.right) if child is not None]

    def height(self) -> int:
        """Return the number of levels."""
        return _height(self._root)

    def _look(self, key: Any) -> _Branch | None:
        branch = self._root
        while branch is not None:
            if key < branch.key:
                branch = branch.left
            elif branch.key == key:
                return branch
            else:
                branch = branch.right
        return None

    def _top(self) -> _Branch:
        if self._root is None:
            raise KeyError("the tree is empty")
        return self._root
