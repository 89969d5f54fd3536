"""A growing array, a doubly linked list and an ordered map, built by hand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from given.storage import FixedArray

SMALLEST = 8  # slots of the first block


class DynamicArray:
    """A sequence whose elements live in one block at a time."""

    def __init__(
        self, items: Iterable[Any] = (), *, storage: Callable[[int], FixedArray] = FixedArray
    ) -> None:
        self._storage = storage
        self._block = storage(SMALLEST)
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
        self._make_room()
        self._block[self._length] = value
        self._length += 1

    def __getitem__(self, index: int) -> Any:
        return self._block[self._slot(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        self._block[self._slot(index)] = value

    def __iter__(self) -> Iterator[Any]:
        # The position belongs to this loop, not to the array: two loops do not disturb each other.
        for slot in range(self._length):
            yield self._block[slot]

    def insert(self, index: int, value: Any) -> None:
        """Put `value` before the element at `index`; an index out of range means the nearest end."""
        slot = operator.index(index)
        if slot < 0:
            slot += self._length
        slot = min(max(slot, 0), self._length)
        self._make_room()
        # From the back, so that every element is moved before its slot is written.
        for free in range(self._length, slot, -1):
            self._block[free] = self._block[free - 1]
        self._block[slot] = value
        self._length += 1

    def pop(self, index: int = -1) -> Any:
        """Take out the element at `index` and return it."""
        slot = self._slot(index)
        value = self._block[slot]
        for free in range(slot, self._length - 1):
            self._block[free] = self._block[free + 1]
        self._length -= 1
        # A reference left in the free slot would keep the object alive.
        self._block[self._length] = None
        self._give_back()
        return value

    # Defining __eq__ without __hash__ makes the class unhashable: right for something that changes.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DynamicArray):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == theirs for mine, theirs in zip(self, other, strict=True)
        )

    def __repr__(self) -> str:
        return f"DynamicArray({list(self)})"

    def _slot(self, index: int) -> int:
        """Return the slot of the element at `index`."""
        slot = operator.index(index)
        if slot < 0:
            slot += self._length
        if not 0 <= slot < self._length:
            raise IndexError(f"index {index} of {self._length} elements")
        return slot

    def _make_room(self) -> None:
        """Double the block when it is full: each move pays for as many appends as it copies."""
        if self._length == self.capacity:
            self._move_to(self._storage(2 * self.capacity))

    def _give_back(self) -> None:
        """Halve the block at a quarter: half of the new one is free, half is in use."""
        if self.capacity > 2 * SMALLEST and self._length <= self.capacity // 4:
            self._move_to(self._storage(self.capacity // 2))

    def _move_to(self, block: FixedArray) -> None:
        for slot in range(self._length):
            block[slot] = self._block[slot]
        self._block = block


class Node:
    """One value of a linked list, with its neighbours and the list it is in."""

    def __init__(self, value: Any, owner: LinkedList) -> None:
        self.value = value
        self.next: Node | None = None
        self.prev: Node | None = None
        self._owner: LinkedList | None = owner


class LinkedList:
    """A doubly linked list: every node knows the next one and the one before."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self.head: Node | None = None
        self.tail: Node | None = None
        self._length = 0
        for item in items:
            self.push_back(item)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        node = self.head
        while node is not None:
            # Whoever gets the value may remove its node, and with it the link we need.
            following = node.next
            yield node.value
            node = following

    def __reversed__(self) -> Iterator[Any]:
        node = self.tail
        while node is not None:
            before = node.prev
            yield node.value
            node = before

    def push_front(self, value: Any) -> Node:
        """Add a new head and return its node."""
        return self._link(None, Node(value, self), self.head)

    def push_back(self, value: Any) -> Node:
        """Add a new tail and return its node."""
        return self._link(self.tail, Node(value, self), None)

    def pop_front(self) -> Any:
        """Take out the head and return its value."""
        if self.head is None:
            raise IndexError("pop_front from an empty list")
        return self._unlink(self.head)

    def pop_back(self) -> Any:
        """Take out the tail and return its value."""
        if self.tail is None:
            raise IndexError("pop_back from an empty list")
        return self._unlink(self.tail)

    def find(self, value: Any) -> Node | None:
        """Return the first node from the front that holds `value`."""
        node = self.head
        while node is not None and node.value != value:
            node = node.next
        return node

    def insert_after(self, node: Node, value: Any) -> Node:
        """Add `value` right behind `node` and return its node."""
        self._must_own(node)
        return self._link(node, Node(value, self), node.next)

    def remove(self, node: Node) -> Any:
        """Take out `node` and return its value."""
        self._must_own(node)
        return self._unlink(node)

    def reverse(self) -> None:
        """Turn the list around; the nodes stay the same objects."""
        node = self.head
        while node is not None:
            following = node.next
            node.next, node.prev = node.prev, following
            node = following
        self.head, self.tail = self.tail, self.head

    def _must_own(self, node: Node) -> None:
        # Each node knows its list: asking it costs one step, searching for it would cost n.
        if node._owner is not self:
            raise ValueError("this node is not in this list")

    def _link(self, before: Node | None, node: Node, following: Node | None) -> Node:
        """Put `node` between two neighbours; None means that this end of the list is there."""
        node.prev, node.next = before, following
        if before is None:
            self.head = node
        else:
            before.next = node
        if following is None:
            self.tail = node
        else:
            following.prev = node
        self._length += 1
        return node

    def _unlink(self, node: Node) -> Any:
        """Join the neighbours of `node` and let it go."""
        if node.prev is None:
            self.head = node.next
        else:
            node.prev.next = node.next
        if node.next is None:
            self.tail = node.prev
        else:
            node.next.prev = node.prev
        node.next = node.prev = node._owner = None
        self._length -= 1
        return node.value


class _Branch:
    """One key of the tree with its value; smaller keys hang on the left, larger ones on the right."""

    def __init__(self, key: Any, value: Any) -> None:
        self.key = key
        self.value = value
        self.left: _Branch | None = None
        self.right: _Branch | None = None


class TreeMap:
    """A map that keeps its keys in order.

    Every walk is a loop, not a recursion: sorted input makes this tree a chain as long as its keys.
    """

    def __init__(self, items: Iterable[tuple[Any, Any]] = ()) -> None:
        self._root: _Branch | None = None
        self._length = 0
        for key, value in items:
            self[key] = value

    def __len__(self) -> int:
        return self._length

    def __contains__(self, key: Any) -> bool:
        return self._locate(key)[1] is not None

    def __getitem__(self, key: Any) -> Any:
        branch = self._locate(key)[1]
        if branch is None:
            raise KeyError(key)
        return branch.value

    def __setitem__(self, key: Any, value: Any) -> None:
        parent, branch = self._locate(key)
        if branch is not None:
            branch.value = value
            return
        self._hang(parent, _Branch(key, value))
        self._length += 1

    def __delitem__(self, key: Any) -> None:
        parent, branch = self._locate(key)
        if branch is None:
            raise KeyError(key)
        if branch.left is not None and branch.right is not None:
            # Two children: the next larger key moves here. It has no left child, so it is easy
            # to take out of its old place.
            parent, heir = branch, branch.right
            while heir.left is not None:
                parent, heir = heir, heir.left
            branch.key, branch.value = heir.key, heir.value
            branch = heir
        child = branch.right if branch.left is None else branch.left
        if parent is None:
            self._root = child
        elif parent.left is branch:
            parent.left = child
        else:
            parent.right = child
        self._length -= 1

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of `key`, or `default` if it is missing."""
        branch = self._locate(key)[1]
        return default if branch is None else branch.value

    def __iter__(self) -> Iterator[Any]:
        for key, _ in self.items():
            yield key

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Yield (key, value) in ascending order of the keys."""
        waiting: list[_Branch] = []  # branches whose left side is being walked
        branch = self._root
        while waiting or branch is not None:
            while branch is not None:
                waiting.append(branch)
                branch = branch.left
            branch = waiting.pop()
            yield branch.key, branch.value
            branch = branch.right

    def min(self) -> tuple[Any, Any]:
        """Return (key, value) of the smallest key."""
        if self._root is None:
            raise KeyError("min of an empty tree")
        branch = self._root
        while branch.left is not None:
            branch = branch.left
        return branch.key, branch.value

    def max(self) -> tuple[Any, Any]:
        """Return (key, value) of the largest key."""
        if self._root is None:
            raise KeyError("max of an empty tree")
        branch = self._root
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
        """Yield (key, value) with low <= key < high, ascending; what is out of range is not walked."""
        waiting: list[_Branch] = []
        branch = self._root
        while waiting or branch is not None:
            while branch is not None:
                if branch.key < low:
                    branch = branch.right
                else:
                    waiting.append(branch)
                    branch = branch.left
            if not waiting:
                return
            branch = waiting.pop()
            if not branch.key < high:
                return
            yield branch.key, branch.value
            branch = branch.right

    def breadth_first(self) -> Iterator[Any]:
        """Yield the keys level by level, the root first, each level from left to right."""
        for level in self._levels():
            for branch in level:
                yield branch.key

    def height(self) -> int:
        """Return the number of levels."""
        return sum(1 for _ in self._levels())

    def _locate(self, key: Any) -> tuple[_Branch | None, _Branch | None]:
        """Return the branch of `key` and the one above it; None for a branch that is not there."""
        parent, branch = None, self._root
        while branch is not None:
            if key < branch.key:
                parent, branch = branch, branch.left
            elif key == branch.key:
                break
            else:
                parent, branch = branch, branch.right
        return parent, branch

    def _hang(self, parent: _Branch | None, branch: _Branch) -> None:
        """Make `branch` a child of `parent`, or the root."""
        if parent is None:
            self._root = branch
        elif branch.key < parent.key:
            parent.left = branch
        else:
            parent.right = branch

    def _levels(self) -> Iterator[list[_Branch]]:
        level = [self._root] if self._root is not None else []
        while level:
            yield level
            children = (child for branch in level for child in (branch.left, branch.right))
            level = [child for child in children if child is not None]
