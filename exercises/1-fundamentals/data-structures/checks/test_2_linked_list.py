"""A list of linked nodes"""

from __future__ import annotations

import pytest

from backroad.checks import exactly, hint, play, requires

ENDS = (
    "Draw the list on paper with zero, one and two nodes, and every link that has to change",
    "Write one method that puts a node between two neighbours (either may be missing) and one that takes a "
    "node out; all others call these two",
    "unlink: before, following = node.prev, node.next; if before is None: self.head = following "
    "else: before.next = following; the same for the tail; then node.next = node.prev = None",
)
OWNER = (
    "A node must know which list it is in",
    "Store the list on the node when it is linked, set it to None when the node leaves, compare with `is`",
    'if node._owner is not self: raise ValueError("this node is not in this list")',
)
CONSTANT = (
    "An operation at an end, or at a node you hold, needs no walk along the list",
    "Keep head, tail and the length as attributes; a node knows both neighbours, so nothing is searched for",
    "push_back: node.prev = self.tail; self.tail.next = node; self.tail = node; self._length += 1",
)


@hint(
    "The constructor is a loop of push_back",
    "Start with head and tail None and length 0; a loop walks from head along next until there is no node",
    "node = self.head; while node is not None: yield node.value; node = node.next",
)
def test_list_starts_with_its_items(subject, builtins):
    """A list starts with its items and walks both ways

    the order in which things came in is what a queue promises
    """
    items = subject.LinkedList(["a", "b", "c"])
    assert len(items) == exactly(3)
    assert builtins.list(items) == exactly(["a", "b", "c"])
    assert builtins.list(builtins.reversed(items)) == exactly(["c", "b", "a"])
    once = subject.LinkedList(builtins.iter([0, None, 0]))
    assert builtins.list(once) == exactly([0, None, 0])
    empty = subject.LinkedList()
    assert len(empty) == exactly(0)
    assert builtins.list(empty) == exactly([])
    assert builtins.list(builtins.reversed(empty)) == exactly([])


@hint(*ENDS)
def test_list_push_and_pop_both_ends(subject, builtins, probes):
    """Pushing and popping at both ends works in every order

    most broken links come from the step between one node and none
    """
    items = subject.LinkedList()
    items.push_back("b")
    items.push_front("a")
    items.push_back("c")
    assert builtins.list(items) == exactly(["a", "b", "c"])
    assert items.pop_front() == exactly("a")
    assert items.pop_back() == exactly("c")
    assert items.pop_back() == exactly("b")
    assert len(items) == exactly(0)
    for pop in (items.pop_front, items.pop_back):
        with pytest.raises(IndexError):
            pop()
    # All orders of up to six calls are tried beside your code; the first wrong one is repeated here.
    script = probes.try_all_short_scripts(subject.LinkedList)
    repeat(subject.LinkedList(), script or [], probes)
    assert script is None, f"after the calls {script}"


def repeat(items, script, probes):
    """Make the calls of a script one by one, next to a plain list."""
    model = []
    for name, *value in script:
        if name == "push_front":
            model.insert(0, *value)
            items.push_front(*value)
        elif name == "push_back":
            model.append(*value)
            items.push_back(*value)
        elif not model:
            with pytest.raises(IndexError):
                getattr(items, name)()
        else:
            expected = model.pop(0 if name == "pop_front" else -1)
            assert getattr(items, name)() == exactly(expected)
    sound(probes, items, model)


def sound(probes, items, values):
    """Fail unless the list shows these values to loops, and to whoever follows its links."""
    expected = {
        "len(items)": len(values),
        "the values of a loop": values,
        "the values from head along next": values,
        "the values of a reversed loop": values[::-1],
        "the values from tail along prev": values[::-1],
        "the value of head": values[0] if values else "head is None",
        "the value of tail": values[-1] if values else "tail is None",
    }
    for reading, got in probes.links(items).items():
        assert got == exactly(expected[reading]), reading


@hint(
    "Callers walk the list by themselves: from head along next, from tail along prev",
    "push_front and push_back return the node they made; head and tail are these same nodes, or None",
    "node = Node(value); …; return node",
)
def test_list_shows_its_nodes(subject):
    """push returns the node that head, tail and links lead to

    a handle to a place in a list is what makes removing from a cache cheap
    """
    items = subject.LinkedList()
    assert items.head is None
    assert items.tail is None
    middle = items.push_back("middle")
    assert items.head is middle
    assert items.tail is middle
    assert middle.prev is None
    assert middle.next is None
    first, last = items.push_front("first"), items.push_back("last")
    assert items.head is first
    assert items.tail is last
    assert [first.value, middle.value, last.value] == exactly(["first", "middle", "last"])
    assert first.next is middle
    assert middle.next is last
    assert last.next is None
    assert last.prev is middle
    assert middle.prev is first
    assert first.prev is None


@hint(
    "Walk from the front and stop at the first match",
    "Compare with ==, not with `is`; return the node itself; return None behind the last node",
    "while node is not None and not node.value == value: node = node.next; return node",
)
def test_list_finds_the_first_match(subject, builtins):
    """find returns the first node with an equal value, or None

    a search that returns a copy, or the wrong twin, makes the next removal hit something else
    """
    items = subject.LinkedList()
    nodes = [items.push_back(value) for value in ("a", "b", "a", None, 3)]
    assert items.find("a") is nodes[0]
    assert items.find("b") is nodes[1]
    assert items.find(None) is nodes[3]
    assert items.find(3.0) is nodes[4]
    assert items.find("c") is None
    assert subject.LinkedList().find("a") is None
    assert builtins.list(items) == exactly(["a", "b", "a", None, 3])


@hint(
    "The new node stands between `node` and the one behind it, and there may be none behind it",
    "Four links change; behind the last node the new one becomes the tail",
    "new.prev, new.next = node, node.next; if node.next is None: self.tail = new else: node.next.prev = new; "
    "node.next = new",
)
@requires("list_shows_its_nodes")
def test_list_inserts_after_a_node(subject, probes):
    """insert_after puts a value behind any node

    a tail that stays behind makes the next push_back cut off what was inserted
    """
    items = subject.LinkedList(["a"])
    tail = items.insert_after(items.head, "d")
    assert items.tail is tail
    assert tail.value == exactly("d")
    middle = items.insert_after(items.head, "b")
    assert items.insert_after(middle, "c").next is tail
    items.push_back("e")
    sound(probes, items, ["a", "b", "c", "d", "e"])


@hint(*ENDS)
@requires("list_shows_its_nodes")
def test_remove_by_handle(subject, builtins, probes):
    """remove takes out any node: first, middle, last, only one

    a tail that points at a removed node keeps it alive, and the next push_back is lost with it
    """
    for doomed in (2, 0, 1):
        items = subject.LinkedList()
        nodes = [items.push_back(value) for value in ("a", "b", "c")]
        assert items.remove(nodes[doomed]) == exactly("abc"[doomed])
        left = [value for value in "abc" if value != "abc"[doomed]]
        sound(probes, items, left)
        assert nodes[doomed].next is None
        assert nodes[doomed].prev is None
        assert nodes[doomed].value == exactly("abc"[doomed])
    items = subject.LinkedList()
    assert items.remove(items.push_front("only")) == exactly("only")
    sound(probes, items, [])
    twins = subject.LinkedList(["twin", "other", "twin"])
    twins.remove(twins.tail)
    assert builtins.list(twins) == exactly(["twin", "other"])


@hint(*ENDS)
@requires("list_shows_its_nodes")
def test_popped_nodes_are_unlinked(subject):
    """A popped node has no neighbours and keeps its value

    a link that stays behind leads whoever still holds the node into a list it is not in
    """
    items = subject.LinkedList()
    first, second, third = (items.push_back(value) for value in ("a", "b", "c"))
    items.pop_front()
    items.pop_back()
    items.pop_back()
    for node, value in ((first, "a"), (third, "c"), (second, "b")):
        assert node.next is None, f"next of the popped node {value}"
        assert node.prev is None, f"prev of the popped node {value}"
        assert node.value == exactly(value)


@hint(
    "Every link has a twin: if a.next is b then b.prev is a",
    "Write a private _check() that walks both ways, and call it at the end of every method while you work",
    "node.next is None or node.next.prev is node, for every node; head.prev is None; tail.next is None",
)
def test_links_stay_consistent(subject, probes, rng):
    """After any operation the list reads the same from both ends

    a list that is right forwards and wrong backwards is found months later, by whoever needs the way back
    """
    # 60 sequences of up to 15 operations run beside your code; one that breaks a link is repeated here.
    script = probes.try_random_changes(subject.LinkedList, rng.randrange(1000)) or []
    items, nodes = subject.LinkedList(), []
    for operation in script:
        change(items, nodes, *operation)
        sound(probes, items, [value for _, value in nodes])
    assert script == exactly([]), "operations that broke the list the first time"


def change(items, nodes, kind, place, value):
    """Make one operation on a list, and on the plain list of its nodes with their values."""
    place = place % len(nodes) if nodes else 0
    if kind == "push_front":
        nodes.insert(0, (items.push_front(value), value))
    elif kind == "push_back" or not nodes:
        nodes.append((items.push_back(value), value))
    elif kind == "insert_after":
        nodes.insert(place + 1, (items.insert_after(nodes[place][0], value), value))
    elif kind == "remove":
        node, expected = nodes.pop(place)
        assert items.remove(node) == exactly(expected)
    elif kind == "pop_front":
        assert items.pop_front() == exactly(nodes.pop(0)[1])
    else:
        items.reverse()
        nodes.reverse()


@hint(*OWNER)
def test_foreign_or_stale_nodes_are_refused(subject, probes):
    """A node that is not in the list is a ValueError

    a handle used twice is the linked list's form of a double free: two lists that share nodes
    """
    items, other = subject.LinkedList(["a", "b", "c"]), subject.LinkedList(["a", "b", "c"])
    alone = subject.LinkedList(["a"])
    refused(items, [other.head, other.find("b"), other.tail, alone.head])
    sound(probes, items, ["a", "b", "c"])
    sound(probes, other, ["a", "b", "c"])
    sound(probes, alone, ["a"])
    stale = [items.head, items.find("b"), items.tail, alone.head]
    items.remove(stale[1])
    items.pop_front()
    items.pop_back()
    alone.remove(stale[3])
    refused(items, stale)
    refused(alone, stale)
    items.push_back("b")
    refused(items, [stale[1]])
    sound(probes, items, ["b"])
    sound(probes, alone, [])


def refused(items, nodes):
    """Fail unless both operations on nodes that are not in the list raise ValueError."""
    script = [call for node in nodes for call in (("remove", node), ("insert_after", node, "new"))]
    assert play(items, script) == play(Stranger(), script)


class Stranger:
    """A list that has none of the nodes."""

    def remove(self, node):
        raise ValueError

    def insert_after(self, node, value):
        raise ValueError


@hint(
    "Turn the links around, leave the values where they are",
    "Walk from the old head; swap next and prev of every node; at the end swap head and tail",
    "following = node.next; node.next, node.prev = node.prev, following; node = following",
)
@requires("list_shows_its_nodes")
def test_reverse_in_place_keeps_nodes(subject, probes):
    """reverse turns the list around and keeps every node

    whoever holds a node must still hold the same value at the same place in the new order
    """
    for length in (0, 1, 2, 9):
        items = subject.LinkedList()
        nodes = play(items, [("push_back", value) for value in range(length)]).values()
        items.reverse()
        sound(probes, items, [*range(length)][::-1])
        assert probes.values_of(nodes) == exactly([*range(length)])
        walk = probes.nodes_from_head(items)
        kept = len(walk) == length and all(got is node for got, node in zip(walk, nodes[::-1], strict=True))
        assert kept, "the nodes from head on are not those that push_back returned"
        items.reverse()
        sound(probes, items, [*range(length)])
    items.reverse()
    items.insert_after(nodes[4], "new")
    items.remove(nodes[0])
    sound(probes, items, [8, 7, 6, 5, 4, "new", 3, 2, 1])


@hint(
    "Whoever gets the value may remove its node before the loop goes on",
    "Read the link to the next node before you hand out the value",
    "following = node.next; yield node.value; node = following",
)
def test_list_loop_survives_removal(subject, builtins):
    """Removing the current node does not end a forward loop

    "remove what has expired" is a loop that deletes while it walks
    """
    for doomed in ("a", "b", "c", "abc"):
        items = subject.LinkedList()
        nodes = {value: items.push_back(value) for value in "abc"}
        seen = []
        for value in items:
            seen.append(value)
            if value in doomed:
                items.remove(nodes[value])
        assert seen == exactly(["a", "b", "c"]), f"values seen while {doomed} were removed"
        assert builtins.list(items) == exactly([value for value in "abc" if value not in doomed])


@hint(
    "What belongs to one list must be made in its constructor",
    "head, tail and the length are attributes of the object; set them in __init__ with self.",
    "self.head = None; self.tail = None; self._length = 0 inside __init__",
)
def test_lists_do_not_share(subject, builtins):
    """Two lists do not share their nodes

    state shared by accident shows one customer the data of another
    """
    one, other = subject.LinkedList(), subject.LinkedList()
    one.push_back("mine")
    assert len(other) == exactly(0)
    assert builtins.list(other) == exactly([])
    other.push_front("yours")
    assert builtins.list(one) == exactly(["mine"])
    copy = subject.LinkedList(one)
    copy.pop_front()
    assert builtins.list(one) == exactly(["mine"])


@hint(*CONSTANT)
def test_list_operations_are_constant(subject, instruments):
    """Work at an end or at a node costs the same in a longer list

    a queue that walks to its tail gets slower with every waiting job
    """
    names = ("push_front", "push_back", "pop_front", "pop_back", "__len__", "insert_after", "remove")
    short, long = (costs(subject.LinkedList, instruments, size) for size in (50, 400))
    for name, one, other in zip(names, short, long, strict=True):
        assert other <= 1.25 * one + 8, (
            f"lines run by 16 times {name} with 50 and with 400 nodes: {one}, {other}"
        )


def costs(make, instruments, size):
    """Return how many lines 16 calls of each operation run on a list of `size`."""
    items = make([*range(size // 2)])
    node = items.push_back("middle")
    doomed = play(items, [("push_back", "doomed")] * 16).values()
    play(items, [("!push_back", value) for value in range(size // 2)]).values()
    script = [
        *[("!push_front", "new")] * 16,
        *[("!push_back", "new")] * 16,
        *[("pop_front",)] * 16,
        *[("pop_back",)] * 16,
        *[("__len__",)] * 16,
        *[("!insert_after", node, "new")] * 16,
        *[("remove", one) for one in doomed],
    ]
    lines = instruments.steps_of_each(items, script)
    return [sum(lines[start : start + 16]) for start in range(0, len(lines), 16)]


@hint(
    "A walk visits every node once",
    "Go from node to node along the links; never start again from the head for each position, never call "
    "yourself once per node",
    "node = self.head; while node is not None: …; node = node.next",
)
def test_list_walks_are_linear(subject, builtins, instruments, probes):
    """Loops, find and reverse visit each node once

    1,200 entries are an ordinary day; a walk in a walk makes that a million steps
    """
    numbers = builtins.range(1200)
    items = subject.LinkedList(numbers)
    play(probes.walker(items), [("forward",), ("backward",)]).values()
    play(items, [("!find", 1199), ("reverse",), ("reverse",)]).values()
    short, long = (walks(subject.LinkedList, instruments, probes, size) for size in (50, 400))
    for name in short:
        message = f"lines run by {name} with 50 and with 400 nodes: {short[name]}, {long[name]}"
        assert long[name] <= 12 * short[name] + 30, message


def walks(make, instruments, probes, size):
    """Return how many lines each kind of walk over a list of `size` runs."""
    items = make([*range(size)])
    walker = probes.walker(items)
    loops = instruments.steps_of_each(walker, [("!forward",), ("!backward",)])
    calls = instruments.steps_of_each(items, [("!find", size - 1), ("!reverse",)])
    return dict(zip(("a loop", "a reversed loop", "find", "reverse"), loops + calls, strict=True))


@hint(
    "The nodes are the list; a second book-keeping of values or nodes is not needed",
    "A value is held by its node, a node by its two neighbours; the list itself holds only head and tail",
    "self.head and self.tail, and no list, dict or set of nodes",
)
def test_list_holds_no_hidden_container(subject, probes):
    """No ready-made container holds the values or the nodes

    the point of the exercise is what such a container does inside
    """
    assert probes.containers_in_a_list(subject.LinkedList) == exactly([])
