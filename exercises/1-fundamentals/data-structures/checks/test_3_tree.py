"""An ordered map on a search tree"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right

import pytest

from backroad.checks import a, agree, exactly, hint, play, same

WALK = (
    "Every question is the same walk: from the root, left for smaller keys, right for larger ones",
    "Write one method that returns the node of a key and the one above it; all others use it",
    "while node is not None: if key < node.key: node = node.left elif key == node.key: break "
    "else: node = node.right",
)
DELETE = (
    "Count the children of the node: none, one, or two; the third case is turned into one of the others",
    "With two children, take key and value of the leftmost node of the right side, then unlink that one: it "
    "has no left child; its right child takes its place",
    "heir = node.right; while heir.left is not None: parent, heir = heir, heir.left; "
    "node.key, node.value = heir.key, heir.value; unlink heir",
)
RANGE = (
    "Skip what is too small on the way down, and stop at the first key that is too large",
    "Keep a stack of nodes whose left side is done; walk left only while the key is not below `low`",
    "if node.key < low: node = node.right else: stack.append(node); node = node.left; then pop, stop if not "
    "key < high, yield, go on with node.right",
)
NEAREST = (
    "Remember the best key seen so far while you walk down",
    "floor: a key that is not above the wanted one is a candidate, better ones are to its right",
    "if key < node.key: node = node.left else: best, node = node.key, node.right",
)
LEVELS = (
    "Take the tree level by level: all children of one level are the next level",
    "Start with a list that holds the root; build the next list from the left and right child of each node",
    "while level: …; level = [child for node in level for child in (node.left, node.right) if child]",
)


@hint(*WALK)
def test_tree_starts_with_its_items(subject, builtins):
    """A tree finds what it was given; the last value counts

    settings are read in layers, and the later layer wins
    """
    ages = subject.TreeMap([("mia", 31), ("ben", 28), ("zoe", 45)])
    assert len(ages) == exactly(3)
    assert ages["ben"] == exactly(28)
    assert "zoe" in ages
    assert "ann" not in ages
    twice = subject.TreeMap(builtins.iter([(1, "old"), (0, "zero"), (1, "new")]))
    assert len(twice) == exactly(2)
    assert twice[1] == exactly("new")
    assert len(subject.TreeMap()) == exactly(0)


@hint(
    "Left side, then the node, then the right side: that is ascending order",
    "Without recursion: keep a stack of nodes on the way left; pop one, hand it out, go to its right",
    "while stack or node: while node: stack.append(node); node = node.left; node = stack.pop(); "
    "yield node.key; node = node.right",
)
def test_tree_iterates_in_order(subject, builtins, rng):
    """Keys and items come out in ascending order

    a page of results that is sorted most of the time is a page of wrong results
    """
    tree = subject.TreeMap([(2, "two"), (3, "three"), (1, "one")])
    assert builtins.list(tree) == exactly([1, 2, 3])
    assert builtins.list(tree.items()) == exactly([(1, "one"), (2, "two"), (3, "three")])
    assert builtins.list(subject.TreeMap()) == exactly([])
    assert builtins.list(subject.TreeMap([("b", 1), ("", 2), ("a", 3)])) == exactly(["", "a", "b"])
    tree, model = subject.TreeMap(), {}
    for turn in range(8):
        new = {rng.randint(-60, 60): turn * 100 + number for number in range(10)}
        # The oldest key was the root of a plain tree.
        gone = [*model][:1] + rng.sample([*model][1:], len(model) // 3)
        script = [("__setitem__", *pair) for pair in new.items() if pair[0] not in gone]
        play(tree, [*script, *(("__delitem__", key) for key in gone)]).values()
        model = {key: value for key, value in {**model, **new}.items() if key not in gone}
        assert builtins.list(tree) == exactly(sorted(model))
        assert builtins.list(tree.items()) == exactly(sorted(model.items()))


@hint(*WALK)
def test_tree_behaves_like_a_dict(subject, rng):
    """500 random operations agree with a dict

    a map that counts a replaced key twice reports more users than there are
    """
    kinds = ["__setitem__"] * 4 + ["__delitem__"] * 2 + ["__getitem__", "get", "get else", "__contains__"]
    script = [("__getitem__", 0), ("__delitem__", 0), ("get", 0), ("__contains__", 0), ("__len__",)]
    for turn in range(500):
        kind, key = rng.choice(kinds), rng.randrange(20)
        value = rng.choice([None, turn])
        extra = {"__setitem__": [value], "get else": ["default"]}.get(kind, [])
        script.append((kind.removesuffix(" else"), key, *extra))
        if turn % 5 == 0:
            script.append(("__len__",))
    agree(subject.TreeMap, dict, script)


@hint(
    "A dict says which key it did not find",
    "Raise KeyError with the key as its only argument, before anything is changed",
    "raise KeyError(key)",
)
def test_tree_names_the_missing_key(subject, builtins):
    """Reading or deleting a missing key is KeyError(key)

    the key in the message is often all there is to find out what went wrong
    """
    tree = subject.TreeMap([(2, "two"), (4, "four")])
    with pytest.raises(KeyError) as reading:
        tree[3]
    assert reading.value.args == exactly((3,))
    with pytest.raises(KeyError) as deleting:
        del tree[5]
    assert deleting.value.args == exactly((5,))
    assert len(tree) == exactly(2)
    assert builtins.list(tree) == exactly([2, 4])
    tree[3] = None
    assert tree[3] is None
    assert tree.get(3, "default") is None
    assert tree.get(9) is None


@hint(
    "The smallest key is as far left as one can go",
    "Follow left (or right) until there is no further node; an empty tree has no answer: KeyError",
    "while node.left is not None: node = node.left; return node.key, node.value",
)
def test_tree_min_and_max(subject):
    """min and max give the pairs at the ends

    an error is an answer one can handle, a made-up minimum is not
    """
    tree = subject.TreeMap([(5, "five"), (0, None), (9, "nine"), (7, "seven")])
    assert tree.min() == exactly((0, None))
    assert tree.max() == exactly((9, "nine"))
    del tree[0]
    del tree[9]
    assert tree.min() == exactly((5, "five"))
    assert tree.max() == exactly((7, "seven"))
    del tree[5]
    del tree[7]
    for ask in (tree.min, tree.max):
        with pytest.raises(KeyError):
            ask()


@hint(*DELETE)
def test_tree_delete_all_three_cases(subject, builtins, probes):
    """Deleting any key, in all three cases, keeps all the others

    a deletion that drops a subtree loses records nobody asked to delete
    """
    for doomed in ([1, 2, 4], [4, 5, 6], [4], [2, 1, 3], [6, 7, 4, 2]):
        tree = subject.TreeMap([(key, f"value {key}") for key in (4, 2, 6, 1, 3, 5, 7)])
        play(tree, [("__delitem__", key) for key in doomed]).values()
        left = [key for key in range(1, 8) if key not in doomed]
        assert builtins.list(tree.items()) == exactly([(key, f"value {key}") for key in left])
        assert len(tree) == exactly(len(left))
    tree = subject.TreeMap([(key, key) for key in (3, 1, 5, 2, 4)])
    left = [1, 2, 3, 4, 5]
    while left:
        root = builtins.list(tree.breadth_first())[0]
        left.remove(root)
        del tree[root]
        assert builtins.list(tree) == exactly(left)
    # All ways to store five keys and delete one, and all trees of six, are tried beside your code; a wrong
    # one is repeated.
    order, doomed = probes.try_all_single_deletions(subject.TreeMap) or ([], None)
    tree = subject.TreeMap()
    for key in order:
        tree[key] = f"value {key}"
    if order:
        del tree[doomed]
        left = [key for key in sorted(order) if key != doomed]
        assert builtins.list(tree.items()) == exactly([(key, f"value {key}") for key in left])
        assert len(tree) == exactly(len(left))
    assert order == exactly([]), f"deleting {doomed} after storing these keys in this order"


@hint(*NEAREST)
def test_tree_floor_and_ceiling(subject):
    """floor and ceiling find the nearest key, or None

    "the price that was valid on that day" is a floor
    """
    tree = subject.TreeMap([(20, "b"), (0, "a"), (30, "c"), (40, "d")])
    assert tree.floor(20) == exactly(20)
    assert tree.floor(29) == exactly(20)
    assert tree.floor(5) == exactly(0)
    assert tree.floor(99) == exactly(40)
    assert tree.floor(-1) is None
    assert tree.ceiling(20) == exactly(20)
    assert tree.ceiling(21) == exactly(30)
    assert tree.ceiling(-5) == exactly(0)
    assert tree.ceiling(41) is None
    assert subject.TreeMap().floor(1) is None
    assert subject.TreeMap().ceiling(1) is None


@hint(*RANGE)
def test_tree_range_is_half_open(subject, builtins, probes):
    """range gives the pairs from low up to, but without, high

    half-open ranges join without a gap and without reading an entry twice
    """
    tree = subject.TreeMap([(20, "b"), (10, "a"), (30, "c"), (40, "d")])
    assert builtins.list(tree.range(20, 40)) == exactly([(20, "b"), (30, "c")])
    assert builtins.list(tree.range(11, 41)) == exactly([(20, "b"), (30, "c"), (40, "d")])
    assert builtins.list(tree.range(0, 10)) == exactly([])
    assert builtins.list(tree.range(0, 11)) == exactly([(10, "a")])
    assert builtins.list(tree.range(41, 99)) == exactly([])
    assert builtins.list(tree.range(20, 20)) == exactly([])
    assert builtins.list(tree.range(40, 10)) == exactly([])
    assert builtins.list(subject.TreeMap().range(0, 9)) == exactly([])
    assert probes.is_iterator(tree.range(0, 99)), "range must return an iterator"


class Sorted:
    """What floor, ceiling and range should say, on a sorted list."""

    def __init__(self, keys):
        self.keys = sorted(keys)

    def floor(self, key):
        at = bisect_right(self.keys, key)
        return self.keys[at - 1] if at else None

    def ceiling(self, key):
        at = bisect_left(self.keys, key)
        return self.keys[at] if at < len(self.keys) else None

    def range(self, low, high):
        return [(key, -key) for key in self.keys if low <= key < high]


@hint(*NEAREST)
def test_tree_floor_ceiling_range(subject, builtins, probes, rng):
    """floor, ceiling and range agree with a sorted list

    the borders of a range are where entries get lost or counted twice
    """
    for size in (0, 1, 2, 3, 20):
        keys = [0, *rng.sample([*range(-60, 0, 2), *range(2, 60, 2)], size)][:size]
        rng.shuffle(keys)
        pairs = [(key, -key) for key in keys]
        asked = sorted({-62, 62, *(key + side for key in keys for side in (-1, 0, 1))})
        script = [(name, key) for key in asked for name in ("floor", "ceiling")]
        agree(lambda pairs=pairs: subject.TreeMap(pairs), lambda keys=keys: Sorted(keys), script)
        tree, model = subject.TreeMap(pairs), Sorted(keys)
        low, high = min(keys, default=0), max(keys, default=0)
        borders = [(low, high), (low, high + 1), (low - 1, high), (low + 1, high), (-99, 99), (high, low)]
        borders += [(rng.randint(-62, 62), rng.randint(-62, 62)) for _ in range(14)]
        told = zip(borders, probes.listed_ranges(tree, borders), strict=True)
        for start, stop in [border for border, got in told if not same(got, model.range(*border))]:
            assert builtins.list(tree.range(start, stop)) == exactly(model.range(start, stop)), (start, stop)


@hint(*LEVELS)
def test_tree_shape_is_one_tree(subject, builtins, probes, rng):
    """breadth_first and height describe one and the same tree

    a structure that reports another shape than it has cannot be tuned
    """
    assert builtins.list(subject.TreeMap().breadth_first()) == exactly([])
    assert subject.TreeMap().height() == exactly(0)
    single = subject.TreeMap([(7, "seven")])
    assert builtins.list(single.breadth_first()) == exactly([7])
    assert single.height() == exactly(1)
    for size in (2, 3, 4, 5, 7, 12, 40):
        keys = rng.sample(range(100), size)
        tree = subject.TreeMap([(key, key) for key in keys])
        same_shape(probes, tree, keys)
        gone = rng.sample(keys, size // 2)
        play(tree, [("__delitem__", key) for key in gone]).values()
        same_shape(probes, tree, [key for key in keys if key not in gone])


def same_shape(probes, tree, keys):
    """Fail unless a plain tree filled in the order of breadth_first has that order and that height."""
    got, height = probes.shape(tree)
    assert sorted(got) == exactly(sorted(keys)), "the keys of breadth_first"
    level = levels(got)
    # In one level, from left to right, keys ascend.
    assert got == exactly(sorted(got, key=lambda key: (level[key], key)))
    assert height == exactly(max(level.values(), default=0)), f"height of the tree {got}"


def levels(order):
    """Return the level of each key in a plain search tree filled in this order."""
    left, right, level = {}, {}, {}
    for key in order:
        side, parent, depth = {}, None, 1
        node = order[0] if level else None
        while node is not None:
            side, parent, depth = (left if key < node else right), node, depth + 1
            node = side.get(node)
        side[parent] = key
        level[key] = depth
    return level


@hint(
    "height is what the longest walk down costs",
    "Count the levels of the tree as it is; do not compute them from the number of keys",
    "sum(1 for level in self._levels())",
)
def test_tree_height_is_what_lookups_pay(subject, builtins, probes):
    """Looking up the deepest key costs what height promises

    an estimate that is not measured is a guess with a number on it
    """
    tree = probes.counting_tree(subject.TreeMap, 200)
    for number in (9, 100, 199):
        height, deepest = tree.height(), builtins.list(tree.breadth_first())[-1]
        for key, least in ((deepest, height), (number, 1)):
            height = tree.height()
            _, made = probes.looked_up(tree, [key])
            message = f"a lookup in a tree of height {height} made {made} comparisons"
            assert least <= made <= 6 * height + 6, message


@hint(
    "Keys that come in order make a plain tree a chain: as deep as there are keys",
    "Python stops a recursion at about 1,000 calls; walk with loops and your own stack, or balance the tree",
    "while node is not None: …; node = node.left or node.right, instead of calling the method again",
)
def test_tree_survives_sorted_keys(subject, builtins, probes, source):
    """2,000 keys in order are no RecursionError

    ids and dates come in order; that is the normal case, not the worst one
    """
    text = source.text("data_structures.py")
    may_raise = "setrecursionlimit" in text or not text.isascii()
    for node in ast.walk(source.tree("data_structures.py")) if may_raise else ():
        if isinstance(node, (ast.ImportFrom, ast.Attribute)) and "setrecursionlimit" in ast.unparse(node):
            message = "a higher recursion limit only moves the crash"
            source.fail(message, file="data_structures.py", line=node.lineno)
    # With 250 keys and less room for calls first; what goes wrong there is looked at with all the keys.
    few = ([*range(250)], [*range(250, 0, -1)])
    survived = all(is_sound(probes.used_with_little_room(subject.TreeMap, keys), keys) for keys in few)
    for keys in () if survived else ([*range(2000)], [*range(1100, 0, -1)]):
        ordered = sorted(keys)
        tree = subject.TreeMap()
        for start in range(0, len(keys), 200):
            play(tree, [("__setitem__", key, -key) for key in keys[start : start + 200]]).values()
        assert len(tree) == exactly(len(keys))
        assert tree[keys[-1]] == exactly(-keys[-1])
        assert builtins.list(tree) == exactly(ordered)
        assert builtins.list(tree.range(500, 503)) == exactly([(500, -500), (501, -501), (502, -502)])
        assert (tree.floor(9999), tree.ceiling(-1)) == exactly((ordered[-1], ordered[0]))
        assert (tree.min(), tree.max()) == exactly(((ordered[0], -ordered[0]), (ordered[-1], -ordered[-1])))
        order = builtins.list(tree.breadth_first())
        assert sorted(order) == exactly(ordered)
        assert 11 <= tree.height() <= len(keys)
        del tree[keys[-1]]
        play(tree, [("__delitem__", key) for key in keys[:-1]]).values()
        assert builtins.list(tree) == exactly([])
    assert not probes.recursion_limit_was_raised(), "a higher recursion limit only moves the crash"


def is_sound(read, keys):
    """Say whether this was read from a tree with these keys, which was emptied then."""
    ordered = sorted(keys)
    expected = {
        "len": len(keys),
        "last": keys[-1],
        "keys": ordered,
        "items": [(key, key) for key in ordered],
        "range": [(100, 100), (101, 101), (102, 102)],
        "floor": ordered[-1],
        "ceiling": ordered[0],
        "ends": [(ordered[0], ordered[0]), (ordered[-1], ordered[-1])],
        "breadth_first": ordered,
        "height": a(int),
        "left": [],
    }
    return same(read, expected) and 8 <= read["height"] <= len(keys)


@hint(
    "Compare keys with < and == only, then every sortable type works as a key",
    "`a <= b` is `not b < a`; do not hash keys, do not sort them by anything else",
    "if key < node.key: … elif key == node.key: … else: …",
)
def test_tree_needs_only_less_and_equal(subject, builtins, probes):
    """Keys need to know < and ==, nothing else

    versions, prices and dates of your own define < and ==, and often nothing else
    """
    made = probes.keys([50, 30, 70, 20, 40, 60, 80])
    tree = subject.TreeMap()
    play(tree, [("__setitem__", key, number) for number, key in enumerate(made)]).values()
    assert probes.numbers(builtins.list(tree)) == exactly([20, 30, 40, 50, 60, 70, 80])
    twin, middle, high = probes.keys([40, 45, 75])
    assert twin in tree
    assert middle not in tree
    tree[twin] = "replaced"
    assert len(tree) == exactly(7)
    assert tree[made[4]] == exactly("replaced")
    assert probes.numbers([tree.floor(middle), tree.ceiling(middle)]) == exactly([40, 50])
    assert [value for _, value in builtins.list(tree.range(twin, high))] == exactly(["replaced", 0, 5, 2])
    assert [tree.min()[1], tree.max()[1]] == exactly([3, 6])
    assert tree.get(middle, "none") == exactly("none")
    del tree[probes.keys([50])[0]]
    assert probes.numbers(builtins.list(tree)) == exactly([20, 30, 40, 60, 70, 80])


@hint(
    "What belongs to one tree must be made in its constructor",
    "The root and the number of keys are attributes of the object; set them in __init__ with self.",
    "self._root = None; self._length = 0 inside __init__",
)
def test_trees_do_not_share(subject, builtins):
    """Two trees do not share their keys

    state shared by accident shows one customer the data of another
    """
    one, other = subject.TreeMap(), subject.TreeMap()
    one["key"] = "mine"
    assert len(other) == exactly(0)
    assert "key" not in other
    other["key"] = "yours"
    assert one["key"] == exactly("mine")
    copy = subject.TreeMap(one.items())
    del copy["key"]
    assert builtins.list(one) == exactly(["key"])


@hint(*WALK)
def test_tree_lookup_is_logarithmic(subject, probes, rng):
    """A lookup in 1,023 keys makes at most 40 comparisons

    1,000,000 keys are 20 steps down a tree, and 500,000 along a list
    """
    tree = probes.counting_tree(subject.TreeMap, 1023, rng.randrange(1000))
    some = [*range(3, 1023, 6)]
    values, made = probes.looked_up(tree, some)
    assert values == exactly(some)
    assert made <= 40 * 170, f"{made} comparisons for 170 lookups"
    there, made = probes.found(tree, some)
    assert there == exactly([True] * 170)
    assert made <= 40 * 170, f"{made} comparisons for 170 times `key in tree`"


@hint(*WALK)
def test_tree_changes_follow_one_path(subject, probes, instruments, rng):
    """Storing, deleting, min, max and floor follow one path down

    work for every key at every change is a table scan behind each request
    """
    tree = probes.tree_of_even_keys(subject.TreeMap, 2047, rng.randrange(1000))
    some = rng.sample(range(0, 2 * 2047, 2), 20)
    parts = {
        "tree[key] = value with new keys": [("__setitem__", key + 1, None) for key in some],
        "tree[key] = value with old keys": [("__setitem__", key, 0) for key in some],
        "get": [("get", key) for key in some],
        "floor": [("floor", key - 0.5) for key in some],
        "ceiling": [("ceiling", key - 0.5) for key in some],
        "min": [("min",)] * 20,
        "max": [("max",)] * 20,
        "del": [("__delitem__", key) for key in some],
        "len": [("__len__",)] * 20,
    }
    # A walk through all keys runs at least one line a key: 40,940. One path has up to some thirty levels.
    each = instruments.steps_of_each(tree, [call for script in parts.values() for call in script])
    for start, name in enumerate(parts):
        lines = sum(each[20 * start : 20 * start + 20])
        assert lines <= 20_000, f"lines run by 20 times {name} in a tree of 2,047 keys: {lines}"


@hint(*RANGE)
def test_tree_range_is_lazy_and_local(subject, probes, instruments, rng):
    """Five pairs of a long range cost a walk down, not through

    a page of 20 must not cost as much as the table it is taken from
    """
    tree = probes.counting_tree(subject.TreeMap, 2047, rng.randrange(1000))
    for low, high in ((700, 2000), (0, 2046)):
        first, made = probes.first_of_range(tree, low, high, 5)
        assert first == exactly([low, low + 1, low + 2, low + 3, low + 4])
        assert made <= 120, f"{made} comparisons for the first 5 of range({low}, {high})"
    whole, made = probes.first_of_range(tree, 900, 1000)
    assert whole == exactly([*range(900, 1000)])
    assert made <= 520, f"{made} comparisons for the 100 pairs of range(900, 1000)"
    large = instruments.steps(probes.ranged(tree, 0, 2046), [("!__next__",)] * 5)
    tree = probes.counting_tree(subject.TreeMap, 127, rng.randrange(1000))
    small = instruments.steps(probes.ranged(tree, 0, 126), [("!__next__",)] * 5)
    message = f"lines run for the first 5 of a range over 127 and over 2,047 keys: {small}, {large}"
    assert large <= 4 * small + 40, message


@hint(*DELETE)
def test_tree_releases_deleted_values(subject, probes):
    """The value of a deleted key is no longer referred to

    entries that are only marked as deleted stay in memory until the process ends
    """
    order = [40, 20, 60, 10, 30, 50, 70, 25, 35]
    for doomed in ([10], [60], [40], [20, 40, 60], order):
        alive = probes.deleted_but_alive(subject.TreeMap, order, doomed)
        assert alive == exactly([]), f"keys whose values live on after {doomed} were deleted"


@hint(
    "The nodes are the tree; no list or dict of keys beside it",
    "A node holds one key, one value and its children; the tree itself holds the root",
    "self._root, and no list, dict or set of keys or nodes",
)
def test_tree_holds_no_hidden_container(subject, probes):
    """No ready-made container holds the keys or the values

    the point of the exercise is what such a container does inside
    """
    assert probes.containers_in_a_tree(subject.TreeMap) == exactly([])
