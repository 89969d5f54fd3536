"""When things go wrong half-way"""

from __future__ import annotations

import pytest

from backroad.checks import exactly, hint


@hint(
    "Do first what can fail, then change the array",
    "Get the new block before you touch the length or the old block",
    "block = self._storage(2 * self.capacity) comes before self._length += 1",
)
def test_array_survives_a_refused_block(subject, builtins, probes):
    """A block that is refused leaves the array as it was

    memory runs out in the middle of something; what was there before must still be right
    """
    array = subject.DynamicArray(storage=probes.watched_storage(20))
    expected = []
    with pytest.raises(OSError, match="no block"):  # noqa: PT012 - where it stops is the design's choice
        for number in range(40):
            array.append(number)
            expected.append(number)
    for call, arguments in ((array.append, ("new",)), (array.insert, (0, "new")), (array.insert, (3, "new"))):
        with pytest.raises(OSError, match="no block"):
            call(*arguments)
        assert len(array) == exactly(len(expected))
        assert builtins.list(array) == exactly(expected)
    assert array.pop(0) == exactly(0)
    array.append("fits")
    assert builtins.list(array) == exactly([*expected[1:], "fits"])


@hint(
    "To move an element one need not look at it",
    "Find elements by slot and nodes by identity; compare values only in `find` and `==`",
    "`is` for nodes, slot numbers for elements; never `value == other` to find a place",
)
def test_elements_are_never_compared(subject, probes):
    """Only find and == compare elements

    comparing what is only carried calls foreign code at the worst moment
    """
    a, b, c = (probes.silent(name) for name in "abc")
    array = subject.DynamicArray([a, b])
    array.insert(1, c)
    array[0] = b
    assert array.pop(1) is c
    assert array.pop() is b
    assert array[0] is b
    items = subject.LinkedList([a, b])
    node = items.insert_after(items.head, c)
    items.reverse()
    assert [value is wanted for value, wanted in zip(items, (b, c, a), strict=True)] == exactly([True] * 3)
    assert items.remove(node) is c
    assert items.pop_back() is a
    assert items.pop_front() is b
    tree = subject.TreeMap([(2, a), (1, b), (3, c)])
    tree[2] = c
    del tree[2]
    assert tree.get(1) is b


@hint(
    "A node may outlive its list",
    "id(list) is free again when the list is gone; keep the list itself on the node, or an object of its own",
    "node._owner = self, and `node._owner is not self` in the test",
)
def test_nodes_outlive_their_list(subject, probes):
    """A node of a list that is gone is refused by all others

    an id of something deleted is given to the next one who comes
    """
    accepted = probes.accepted_by_a_stranger(subject.LinkedList)
    assert accepted == exactly(0), f"{accepted} of 240 lists took a node of a list that is gone"


@hint(
    "A key that cannot be compared is noticed on the way down",
    "Change the number of keys and the links only after the walk has ended",
    "find the place first; self._length += 1 is the last line",
)
def test_tree_survives_keys_that_do_not_compare(subject, builtins):
    """A key that does not compare is a TypeError, nothing changes

    one record of the wrong type must not spoil the index for all the others
    """
    tree = subject.TreeMap([(2, "two"), (1, "one"), (3, "three")])
    for script in (
        ("__setitem__", "text", 0),
        ("__getitem__", "text"),
        ("__delitem__", "text"),
        ("get", "text"),
        ("__contains__", "text"),
        ("floor", "text"),
        ("ceiling", "text"),
    ):
        name, *arguments = script
        with pytest.raises(TypeError):
            getattr(tree, name)(*arguments)
    assert len(tree) == exactly(3)
    assert builtins.list(tree.items()) == exactly([(1, "one"), (2, "two"), (3, "three")])


@hint(
    "Each loop needs its own position",
    "A stack or a current node that is kept in the object is shared by all loops; keep it in the generator",
    "stack = [] inside the method that yields, not self._stack",
)
def test_loops_are_independent(subject, probes):
    """Two loops over one list or tree do not disturb each other

    two requests read the same index at the same time
    """
    items = subject.LinkedList(["a", "b", "c"])
    expected = [(left, right) for left in "abc" for right in "abc"]
    assert probes.loop_in_a_loop(items) == exactly(expected)
    tree = subject.TreeMap([("b", 2), ("a", 1), ("c", 3)])
    assert probes.loop_in_a_loop(tree) == exactly(expected)
    pairs = zip(tree.range("a", "c"), tree.range("b", "z"), strict=True)
    assert list(pairs) == exactly([(("a", 1), ("b", 2)), (("b", 2), ("c", 3))])
