"""Small steps of growth from nothing, read-only ends, and a tree whose nodes know their parent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import index as as_integer
from typing import Any

from given.storage import FixedArray


class DynamicArray:
    """A sequence that wastes at most a fifth of its block, and pays for it with more moves."""

    def __init__(
        self, items: Iterable[Any] = (), *, storage: Callable[[int], FixedArray] = FixedArray
    ) -> None:
        self._storage = storage
        self._slots = storage(0)
        self._size = 0
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return self._size

    @property
    def capacity(self) -> int:
        """The number of slots in the block."""
        return len(self._slots)

    def append(self, value: Any) -> None:
        """Add `value` at the end."""
        self._fit(self._size + 1)
        self._slots[self._size] = value
        self._size += 1

    def __getitem__(self, index: int) -> Any:
        return self._slots[self._position(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        self._slots[self._position(index)] = value

    def __iter__(self) -> Iterator[Any]:
        for position in range(self._size):
            yield self._slots[position]

    def insert(self, index: int, value: Any) -> None:
        """Put `value` before the element at `index`; an index out of range means the nearest end."""
        position = as_integer(index)
        if position < 0:
            position += self._size
        position = max(0, min(position, self._size))
        self._fit(self._size + 1)
        for free in range(self._size, position, -1):
            self._slots[free] = self._slots[free - 1]
        self._slots[position] = value
        self._size += 1

    def pop(self, index: int = -1) -> Any:
        """Take out the element at `index` and return it."""
        position = self._position(index)
        value = self._slots[position]
        self._size -= 1
        for free in range(position, self._size):
            self._slots[free] = self._slots[free + 1]
        self._slots[self._size] = None
        self._fit(self._size)
        return value

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DynamicArray):
            same_length = len(self) == len(other)
            return same_length and all(one == two for one, two in zip(self, other, strict=True))
        return NotImplemented

    def __repr__(self) -> str:
        return f"DynamicArray({[*self]})"

    def _position(self, index: int) -> int:
        position = as_integer(index)
        if position < 0:
            position += self._size
        if position < 0 or position >= self._size:
            raise IndexError(f"no element {index}")
        return position

    def _fit(self, size: int) -> None:
        """Replace the block when `size` elements do not fit, or fill no more than a quarter."""
        capacity = self.capacity
        if size > capacity:
            capacity += capacity // 4 + 1
        elif capacity > 16 and size <= capacity // 4:
            capacity = size + size // 2 + 1
        else:
            return
        slots = self._storage(capacity)
        for position in range(self._size):
            slots[position] = self._slots[position]
        self._slots = slots


@dataclass(eq=False)
class Node:
    """One value of a linked list; nodes are compared by identity, hence eq=False."""

    value: Any
    next: Node | None = None
    prev: Node | None = None
    token: object = None


class LinkedList:
    """A doubly linked list; nodes carry the token of their list, so that they do not keep it alive."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._first: Node | None = None
        self._last: Node | None = None
        self._count = 0
        self._token = object()
        for item in items:
            self.push_back(item)

    @property
    def head(self) -> Node | None:
        """The first node; it changes by pushing and popping only."""
        return self._first

    @property
    def tail(self) -> Node | None:
        """The last node."""
        return self._last

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        node = self._first
        while node is not None:
            value, node = node.value, node.next
            yield value

    def __reversed__(self) -> Iterator[Any]:
        node = self._last
        while node is not None:
            value, node = node.value, node.prev
            yield value

    def push_front(self, value: Any) -> Node:
        """Add a new head and return its node."""
        node = Node(value, next=self._first, token=self._token)
        if self._first is None:
            self._last = node
        else:
            self._first.prev = node
        self._first = node
        self._count += 1
        return node

    def push_back(self, value: Any) -> Node:
        """Add a new tail and return its node."""
        if self._last is None:
            return self.push_front(value)
        return self.insert_after(self._last, value)

    def pop_front(self) -> Any:
        """Take out the head and return its value."""
        if self._first is None:
            raise IndexError("pop from an empty list")
        return self.remove(self._first)

    def pop_back(self) -> Any:
        """Take out the tail and return its value."""
        if self._last is None:
            raise IndexError("pop from an empty list")
        return self.remove(self._last)

    def find(self, value: Any) -> Node | None:
        """Return the first node from the front that holds `value`."""
        node = self._first
        while node is not None:
            if node.value == value:
                return node
            node = node.next
        return None

    def insert_after(self, node: Node, value: Any) -> Node:
        """Add `value` right behind `node` and return its node."""
        self._own(node)
        new = Node(value, next=node.next, prev=node, token=self._token)
        if node.next is None:
            self._last = new
        else:
            node.next.prev = new
        node.next = new
        self._count += 1
        return new

    def remove(self, node: Node) -> Any:
        """Take out `node` and return its value."""
        self._own(node)
        if node is self._first:
            self._first = node.next
        if node is self._last:
            self._last = node.prev
        if node.next is not None:
            node.next.prev = node.prev
        if node.prev is not None:
            node.prev.next = node.next
        node.next = node.prev = node.token = None
        self._count -= 1
        return node.value

    def reverse(self) -> None:
        """Turn the list around; the nodes stay the same objects."""
        node = self._first
        self._first, self._last = self._last, self._first
        while node is not None:
            node.next, node.prev = node.prev, node.next
            node = node.prev

    def _own(self, node: Node) -> None:
        if node.token is not self._token:
            raise ValueError("the node is not in this list")


@dataclass(eq=False, slots=True)
class _Branch:
    """One key of the tree; `parent` leads back up, so that walks need no stack."""

    key: Any
    value: Any
    parent: _Branch | None = None
    left: _Branch | None = None
    right: _Branch | None = None

    def first(self) -> _Branch:
        """Return the branch with the smallest key from here down."""
        branch = self
        while branch.left is not None:
            branch = branch.left
        return branch

    def successor(self) -> _Branch | None:
        """Return the branch with the next larger key."""
        if self.right is not None:
            return self.right.first()
        branch, above = self, self.parent
        while above is not None and above.right is branch:
            branch, above = above, above.parent
        return above


class TreeMap:
    """A map that keeps its keys in order."""

    def __init__(self, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self._root: _Branch | None = None
        self._size = 0
        for key, value in items:
            self[key] = value

    def __len__(self) -> int:
        return self._size

    def __contains__(self, key: Any) -> bool:
        return self._exact(key) is not None

    def __getitem__(self, key: Any) -> Any:
        branch = self._exact(key)
        if branch is None:
            raise KeyError(key)
        return branch.value

    def __setitem__(self, key: Any, value: Any) -> None:
        branch = self._nearest(key)
        if branch is not None and branch.key == key:
            branch.value = value
            return
        new = _Branch(key, value, branch)
        if branch is None:
            self._root = new
        elif key < branch.key:
            branch.left = new
        else:
            branch.right = new
        self._size += 1

    def __delitem__(self, key: Any) -> None:
        branch = self._exact(key)
        if branch is None:
            raise KeyError(key)
        if branch.left is not None and branch.right is not None:
            heir = branch.right.first()
            branch.key, branch.value = heir.key, heir.value
            branch = heir
        self._replace(branch, branch.left or branch.right)
        self._size -= 1

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is missing."""
        branch = self._exact(key)
        return default if branch is None else branch.value

    def __iter__(self) -> Iterator[Any]:
        for branch in self._from(self._lowest()):
            yield branch.key

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Yield (key, value) in ascending order of the keys."""
        for branch in self._from(self._lowest()):
            yield branch.key, branch.value

    def min(self) -> tuple[Any, Any]:
        """Return (key, value) of the smallest key."""
        branch = self._lowest()
        if branch is None:
            raise KeyError("min() of an empty tree")
        return branch.key, branch.value

    def max(self) -> tuple[Any, Any]:
        """Return (key, value) of the largest key."""
        branch = self._root
        if branch is None:
            raise KeyError("max() of an empty tree")
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
        branch = self._at_least(key)
        return None if branch is None else branch.key

    def range(self, low: Any, high: Any) -> Iterator[tuple[Any, Any]]:
        """Yield (key, value) with low <= key < high, ascending."""
        for branch in self._from(self._at_least(low)):
            if not branch.key < high:
                return
            yield branch.key, branch.value

    def breadth_first(self) -> Iterator[Any]:
        """Yield the keys level by level, the root first, each level from left to right."""
        level = [self._root] if self._root is not None else []
        while level:
            for branch in level:
                yield branch.key
            level = [child for branch in level for child in (branch.left, branch.right) if child is not None]

    def height(self) -> int:
        """Return the number of levels."""
        height, level = 0, [self._root] if self._root is not None else []
        while level:
            height += 1
            level = [child for branch in level for child in (branch.left, branch.right) if child is not None]
        return height

    def _nearest(self, key: Any) -> _Branch | None:
        """Return the branch of `key`, or the one it would hang on; None in an empty tree."""
        above, branch = None, self._root
        while branch is not None and branch.key != key:
            above, branch = branch, branch.left if key < branch.key else branch.right
        return above if branch is None else branch

    def _exact(self, key: Any) -> _Branch | None:
        branch = self._nearest(key)
        return branch if branch is not None and branch.key == key else None

    def _at_least(self, key: Any) -> _Branch | None:
        best, branch = None, self._root
        while branch is not None:
            if branch.key < key:
                branch = branch.right
            else:
                best, branch = branch, branch.left
        return best

    def _lowest(self) -> _Branch | None:
        return None if self._root is None else self._root.first()

    def _from(self, branch: _Branch | None) -> Iterator[_Branch]:
        while branch is not None:
            following = branch.successor()
            yield branch
            branch = following

    def _replace(self, branch: _Branch, child: _Branch | None) -> None:
        """Let `child` take the place of `branch`."""
        if child is not None:
            child.parent = branch.parent
        if branch.parent is None:
            self._root = child
        elif branch.parent.left is branch:
            branch.parent.left = child
        else:
            branch.parent.right = child
