"""An array that grows"""

from __future__ import annotations

import ast

import pytest

from backroad.checks import agree, exactly, hint, play, same

GROW = (
    "The block cannot grow, so a full block has to be replaced",
    "Ask `storage` for a longer block, copy the elements slot by slot, then forget the old block",
    "if self._length == len(self._block): new = self._storage(max(8, 2 * len(self._block))); copy; "
    "self._block = new",
)
INDEX = (
    "Turn every index into a slot in one place, and let [], []= and pop use it",
    "operator.index(index) gives the integer or raises TypeError; add the length if it is negative; then "
    "raise IndexError unless 0 <= slot < length",
    "slot = operator.index(index); slot += self._length if slot < 0 else 0; "
    "if not 0 <= slot < self._length: raise IndexError(index)",
)
SHRINK = (
    "A block that is almost empty wastes memory; replace it by a smaller one, but not too eagerly",
    "Grow when full to twice the slots; shrink to half of the slots when the length reaches a quarter",
    "after a pop: if capacity > 16 and length <= capacity // 4: move to a block of capacity // 2 slots",
)
BLOCK = (
    "The block made by `storage` is the only place for elements",
    "Keep the block and the number of elements in use as attributes, nothing else; read and write slots",
    "self._storage = storage; self._block = storage(8); self._length = 0",
)


@hint(*GROW)
def test_array_grows_from_empty(subject, builtins, probes):
    """A thousand appends come back in order

    a container that loses elements when it grows is the kind of bug that only shows in production
    """
    array = subject.DynamicArray()
    assert len(array) == exactly(0)
    array.append("first")
    array.append("second")
    assert len(array) == exactly(2)
    assert array[0] == exactly("first")
    assert array[1] == exactly("second")
    assert builtins.list(array) == exactly(["first", "second"])
    play(array, [("append", number) for number in range(2, 100)]).values()
    probes.append_numbers(array, 900)
    assert len(array) == exactly(1000)
    expected = ["first", "second", *range(2, 100), *range(900)]
    looped = builtins.list(array)
    for start in [] if same(looped, expected) else range(0, 1000, 10):
        some = slice(start, start + 10)
        assert looped[some] == exactly(expected[some]), f"elements {start} to {start + 9} of a loop"
    assert len(looped) == exactly(1000)
    indexes = [*range(40), *range(40, 960, 7), *range(960, 1000)]
    indexed = play(array, [("__getitem__", index) for index in indexes]).values()
    for start in range(0, len(indexes), 10):
        some = slice(start, start + 10)
        wanted = [expected[index] for index in indexes[some]]
        assert indexed[some] == exactly(wanted), f"elements {indexes[start]} and following by index"


@hint(
    "The constructor is a loop of appends",
    "Any iterable may come, so loop over it once and ask neither for its length nor for an index",
    "for item in items: self.append(item)",
)
def test_array_starts_with_its_items(subject, builtins):
    """An array starts with the items it is given

    callers hand over generators and files, not only lists, and these can be read once
    """
    array = subject.DynamicArray(["a", "b", "c"])
    assert builtins.list(array) == exactly(["a", "b", "c"])
    assert len(array) == exactly(3)
    once = subject.DynamicArray(builtins.iter([1, None, 3]))
    assert builtins.list(once) == exactly([1, None, 3])
    assert builtins.list(subject.DynamicArray(array)) == exactly(["a", "b", "c"])
    assert builtins.list(subject.DynamicArray()) == exactly([])


@hint(*INDEX)
def test_array_indexes_like_a_list(subject, rng):
    """Reading and writing by index agree with a list

    an index that is off by one reads a neighbour's data instead of failing
    """
    edges = [0, 6, -1, -7, 7, -8]
    script = [("__getitem__", index) for index in edges]
    script += [("__setitem__", index, f"edge {index}") for index in edges]
    for turn in range(100):
        index = rng.randint(-9, 8)
        script.append(rng.choice([("__getitem__", index), ("__setitem__", index, turn)]))
    script += [("__getitem__", index) for index in range(7)]
    agree(lambda: subject.DynamicArray([*"abcdef", None]), lambda: [*"abcdef", None], script)
    agree(subject.DynamicArray, list, [("__getitem__", index) for index in (0, -1, 8)])
    agree(subject.DynamicArray, list, [("__setitem__", index, 1) for index in (0, -1, 8)])


@hint(*INDEX)
def test_array_takes_integers_as_index(subject, builtins, probes):
    """An index is an integer, or has __index__; else TypeError

    1.0 that is silently cut to 1 hides the division that made it a float
    """
    script = []
    for wrong in (1.0, "1", None):
        script += [("__getitem__", wrong), ("__setitem__", wrong, 0), ("insert", wrong, 0), ("pop", wrong)]
    script += [("__getitem__", True), ("pop", False), ("__len__",), ("__getitem__", 0)]
    agree(lambda: subject.DynamicArray([1, 2, 3]), lambda: [1, 2, 3], script)
    array = subject.DynamicArray([1, 2, 3])
    some = builtins.slice(0, 2)
    for operation in ([array.__getitem__, some], [array.__setitem__, some, 0], [array.pop, some]):
        call, *arguments = operation
        with pytest.raises(TypeError):
            call(*arguments)
    assert array[probes.place(-1)] == exactly(3)
    array[probes.place(0)] = "one"
    array.insert(probes.place(1), "new")
    assert array.pop(probes.place(2)) == exactly(2)
    assert builtins.list(array) == exactly(["one", "new", 3])


@hint(
    "Make a gap for the new element; close the gap of the one that leaves",
    "insert moves elements one slot up, the last one first; pop moves them one slot down, the first first",
    "insert: for free in range(length, slot, -1): block[free] = block[free - 1]; "
    "clamp with min(max(slot, 0), length)",
)
def test_array_insert_and_pop_anywhere(subject, rng):
    """insert and pop anywhere agree with a list

    moving elements in the wrong direction overwrites one with its neighbour
    """
    empty = [("pop",), ("pop", 0), ("pop", -1), ("insert", 5, "a"), ("insert", -5, "b"), ("pop", 2)]
    agree(subject.DynamicArray, list, [*empty, ("pop", -3), ("pop", 0), ("pop",), ("pop",), ("__len__",)])
    # Emptied again and again: a block that shrank to no slots at all could never be doubled.
    emptied = [("append", "only"), ("pop",)] * 12
    agree(subject.DynamicArray, list, [*emptied, ("append", "last"), ("__getitem__", 0), ("__len__",)])
    ends = [("insert", at, f"at {at}") for at in (0, 1, -1, 4, 9, -4, -99)]
    show = [("__getitem__", at) for at in range(12)]
    agree(lambda: subject.DynamicArray("abc"), lambda: [*"abc"], [*ends, *show, ("pop", 1), *show])
    script = []
    for turn in range(200):
        at = rng.randint(-20, 20)
        wanted = [("insert", at, turn), ("pop", at), ("append", turn), ("pop",), ("pop", 0)]
        script.append(rng.choices(wanted, weights=[6, 3, 3, 2, 1])[0])
        if turn % 20 == 19:
            script += [("__len__",), ("builtins.list",)]
    agree(subject.DynamicArray, list, [*script, *(("__getitem__", at) for at in range(0, 60, 3))])


@hint(
    "Each loop needs its own position",
    "Make `__iter__` a generator, or return a new iterator object each time; keep no position in the array",
    "for slot in range(self._length): yield self._block[slot]",
)
def test_array_loops_are_independent(subject, builtins, probes):
    """Two loops over one array do not disturb each other

    a loop inside a loop over the same data ends early when both share one position
    """
    array = subject.DynamicArray(["a", "b", "c"])
    pairs = probes.loop_in_a_loop(array)
    assert pairs == exactly([(left, right) for left in "abc" for right in "abc"])
    assert builtins.list(array) == exactly(["a", "b", "c"])


@hint(
    "What belongs to one array must be made in its constructor",
    "An attribute in the class body, or a default argument that is a container, exists once for all arrays",
    "self._block = self._storage(8) inside __init__, not `_block = …` in the class",
)
def test_arrays_do_not_share(subject, builtins):
    """Two arrays do not share their elements

    state shared by accident shows one customer the data of another
    """
    one, other = subject.DynamicArray(), subject.DynamicArray()
    one.append("mine")
    assert len(other) == exactly(0)
    other.append("yours")
    assert builtins.list(one) == exactly(["mine"])
    copy = subject.DynamicArray(one)
    copy[0] = "changed"
    assert builtins.list(one) == exactly(["mine"])


@hint(
    "Show what somebody would type to get the same array",
    "The text is the class name and, in brackets, the repr of a plain list of the elements",
    'return f"DynamicArray({list(self)})"',
)
def test_array_protocols(subject, builtins):
    """repr shows DynamicArray([1, 2, 3])

    the repr is what stands in the log when something went wrong
    """
    assert builtins.repr(subject.DynamicArray([1, 2, 3])) == exactly("DynamicArray([1, 2, 3])")
    assert builtins.repr(subject.DynamicArray()) == exactly("DynamicArray([])")
    array = subject.DynamicArray(["it's", None, 2.5])
    text = builtins.repr(array)
    assert text == exactly("""DynamicArray(["it's", None, 2.5])""")
    again = builtins.eval(text, {"DynamicArray": subject.DynamicArray})
    assert builtins.list(again) == exactly(["it's", None, 2.5])


@hint(
    "Two arrays are equal when they have the same length and the same elements in the same order",
    "Return NotImplemented (not False, not an error) when the other one is no DynamicArray; without "
    "`__hash__` a class that defines `__eq__` is unhashable, which is what is wanted here",
    "if not isinstance(other, DynamicArray): return NotImplemented; "
    "return len(self) == len(other) and all(a == b for a, b in zip(self, other))",
)
def test_arrays_compare_by_element(subject, builtins, probes):
    """Equal elements make equal arrays; hash is a TypeError

    a key that can change after it was stored is never found again
    """
    array, grown = subject.DynamicArray([1, 2, 3]), subject.DynamicArray([*range(100)])
    play(grown, [("pop", 0), *[("pop",)] * 96]).values()
    for alike in ([1, 2, 3], [1.0, 2, 3]):
        equal = array == subject.DynamicArray(alike)
        assert equal == exactly(True)
    equal = array == grown
    assert equal == exactly(True), "the same three elements, after 97 of 100 were popped"
    for different in ([1, 2], [1, 2, 3, 4], [1, 2, 4], [3, 2, 1], []):
        equal = array == subject.DynamicArray(different)
        assert equal == exactly(False)
    for foreign in ([1, 2, 3], (1, 2, 3), None, 3):
        assert probes.declined(array, foreign), f"array == {foreign!r} must leave the answer to the other"
    assert probes.leaves_the_answer_to_the_other(array)
    with pytest.raises(TypeError):
        builtins.hash(array)


@hint(*BLOCK)
def test_array_lives_in_its_storage(subject, builtins, probes):
    """Each element is in one slot of a block made by `storage`

    a counter in the storage tells the truth only if everything goes through it
    """
    storage = probes.watched_storage()
    array = subject.DynamicArray("abcdefghijklmnop", storage=storage)
    assert storage.held() == exactly([*"abcdefghijklmnop"])
    array.append("q")
    assert storage.held() == exactly([*"abcdefghijklmnopq"])
    array.pop()
    array.pop(0)
    array.pop(4)
    assert storage.held() == exactly([*"bcdeghijklmnop"])
    array.insert(4, "F")
    array[0] = "B"
    assert storage.held() == exactly([*"BFcdeghijklmnop"])
    # From below: what is changed in the block must be what the array shows.
    storage.swap("c", "C")
    assert array[1] == exactly("C")
    assert builtins.list(array) == exactly([*"BCdeFghijklmnop"])
    play(array, [("append", 0)] * 50 + [("pop",)] * 65).values()
    assert storage.held() == exactly([])
    assert storage.lengths() == exactly([array.capacity]), "the lengths of the blocks that are still held"


@hint(*BLOCK)
def test_array_holds_no_hidden_container(subject, probes, source):
    """No ready-made container holds the elements

    the point of the exercise is what such a container does inside
    """
    found = probes.containers_in_an_array(subject.DynamicArray)
    if found and (line := container_line(source, "DynamicArray")):
        source.fail(f"{found[0]} holds the elements", file="data_structures.py", line=line)
    assert found == exactly([])


@hint(
    "capacity is a question to the block, not a number of its own",
    "Make `capacity` a property that returns the length of the current block; start with at most 16 slots",
    "return len(self._block)",
)
def test_array_capacity_is_the_block(subject, probes):
    """capacity is the length of the one block in use

    a number kept twice is wrong once; capacity plans rest on it
    """
    storage = probes.watched_storage()
    array = subject.DynamicArray(storage=storage)
    assert array.capacity <= 16
    told = [array.capacity, *play(array, [("!append", 0), (".capacity",)] * 150).values()[1::2]]
    for length, capacity in enumerate(told):
        assert capacity >= length, f"capacity after {length} appends"
        if length >= 16 and capacity != told[length - 1]:
            assert capacity <= 3 * length, f"capacity right after growth, with {length} elements"
    assert storage.lengths() == exactly([array.capacity])
    usual = subject.DynamicArray([*range(50)])
    assert probes.blocks(usual) == exactly([usual.capacity])


@hint(
    "An index leads to its slot at once, however long the array is",
    "Keep the length in an attribute; read only the slot that was asked for",
    "return self._block[self._slot(index)]",
)
def test_array_index_touches_one_slot(subject, probes):
    """[i] reads one slot and []= writes one; len reads none

    looking at everything to find one thing is what makes pages slow when the data grows
    """
    storage = probes.watched_storage()
    array = subject.DynamicArray([*range(200)], storage=storage)
    places = [*range(0, 200, 8), *range(-200, 0, 8)]
    start = storage.reads
    play(array, [("__getitem__", place) for place in places]).values()
    reads = storage.reads - start
    assert 50 <= reads <= 100, f"50 times array[i] read {reads} slots"
    start = storage.touched()
    play(array, [("__setitem__", place, "new") for place in places]).values()
    touched = storage.touched() - start
    assert 50 <= touched <= 100, f"50 times array[i] = value touched {touched} slots"
    start = storage.touched()
    play(array, [("__len__",)] * 100).values()
    touched = storage.touched() - start
    assert touched == exactly(0), f"100 times len(array) touched {touched} slots"


@hint(
    "Growing by a fixed number of slots copies everything again and again",
    "Multiply the capacity by a factor between 1.25 and 3: then each copy is paid for by many cheap appends",
    "self._move_to(self._storage(max(8, 2 * self.capacity)))",
)
def test_append_is_amortised_constant(subject, builtins, probes):
    """4,096 appends write at most 6 slots each on average

    growth by a constant step makes n appends cost n * n copies: fine with 100 rows, hopeless with 100,000
    """
    count = 4096
    storage = probes.watched_storage()
    array = subject.DynamicArray(storage=storage)
    probes.append_numbers(array, count)
    assert count <= storage.writes <= 6 * count + 64, f"{storage.writes} slots written"
    assert storage.reads <= 6 * count + 64, f"{storage.reads} slots read"
    assert storage.blocks <= 56, f"{storage.blocks} blocks made"
    assert storage.slots >= count, f"{storage.slots} slots made for {count} elements"
    storage = probes.watched_storage()
    numbers = builtins.range(count)
    subject.DynamicArray(numbers, storage=storage)
    assert storage.writes <= 6 * count + 64, f"{storage.writes} slots written by the constructor"


@hint(
    "An object lives as long as any slot refers to it",
    "After closing the gap the last element is in two slots; write None into the one that is free now",
    "self._length -= 1; self._block[self._length] = None",
)
def test_popped_items_are_released(subject, probes):
    """A popped or replaced element is no longer referred to

    a reference left behind keeps the object, and all it refers to, in memory for ever
    """
    for pops in ([-1], [0], [5, -1, 0], [-1] * 25, [0] * 25, [0] * 40):
        alive = probes.popped_but_alive(subject.DynamicArray, pops)
        assert alive == exactly(0), f"after pops at {pops} of 40"
    assert probes.replaced_but_alive(subject.DynamicArray) == exactly(False)


@hint(*SHRINK)
def test_array_shrinks_at_a_quarter(subject):
    """A block of which a quarter is in use gets smaller

    after a peak the memory has to go back, or one busy hour decides what the process needs for weeks
    """
    for place, length in ((-1, 160), (0, 70)):
        array = subject.DynamicArray([*range(length)])
        told = play(array, [("!pop", place), (".capacity",)] * length).values()[1::2]
        for left, capacity in zip(range(length - 1, -1, -1), told, strict=True):
            # "At a quarter" is as right as "below a quarter", whichever way the quarter is rounded.
            at_most = max(16, 4 * (left + 1))
            assert left <= capacity <= at_most, f"capacity with {left} of {length} elements left: {capacity}"


@hint(*SHRINK)
def test_array_shrinks_but_does_not_thrash(subject, probes):
    """append and pop in turns stay cheap at any length

    if growing and shrinking meet at one length, a user who sits there pays for a full copy each time
    """
    storage = probes.watched_storage()
    array = subject.DynamicArray(storage=storage)
    probes.append_numbers(array, 1024)
    start = storage.touched()
    probes.pop_all(array)
    assert array.capacity <= 16
    cost = storage.touched() - start
    assert cost <= 12 * 1024, f"1,024 pops touched {cost} slots"
    # Turns are taken beside your code, at each length where a block changes; one that costs is repeated here.
    costly = probes.costly_lengths(subject.DynamicArray)
    for peak, length in costly:
        storage = probes.watched_storage()
        array = subject.DynamicArray([0] * peak, storage=storage)
        play(array, [("pop",)] * (peak - length)).values()
        stay(array, storage, length)
    assert costly == exactly([]), "lengths, from their peaks down, at which turns of append and pop are dear"


def stay(array, storage, length):
    """Fail if 64 turns of append and pop at this length write more than 8 slots each."""
    for turns in ([("append", 0), ("pop",)] * 64, [("pop",), ("append", 0)] * 64):
        start = storage.writes
        play(array, turns).values()
        written = storage.writes - start
        # The move that the first turn may need is no thrashing.
        allowed = 8 * 64 + 4 * length
        message = f"64 turns of {turns[0][0]} and {turns[1][0]} at length {length} wrote {written} slots"
        assert written <= allowed, message


CONTAINERS = {"deque", "defaultdict", "OrderedDict", "Counter", "ChainMap", "UserList", "UserDict"}
READY_MADE = {"array", "bisect", "heapq", "queue", "sortedcontainers", "numpy", "pandas", "blist", "ctypes"}
BACK_DOORS = {"__import__", "exec", "eval", "compile"}


@hint(
    "Write the containers yourself; everything else of the standard library is free",
    "array, bisect, heapq, queue and collections.deque are what this exercise is about: do without them",
    "a node with two links does the work of a deque; a loop with two ends does the work of bisect",
)
def test_module_imports_no_container(source):
    """The module imports no ready-made container

    who has built one knows what the ready-made ones cost
    """
    tree = source.tree("data_structures.py")
    for node in ast.walk(tree) if may_bring_in(source) else ():
        if name := ready_made(node):
            source.fail(f"{name} does the work of this exercise", file="data_structures.py", line=node.lineno)


def may_bring_in(source):
    """Say whether the text has words that make it worth to look at each node of its syntax tree."""
    text = source.text("data_structures.py")
    if not text.isascii() or "\\\n" in text or any(word in text for word in {*CONTAINERS, *BACK_DOORS}):
        return True
    imports = [line for line in text.splitlines() if "import" in line]
    return any(word in line for line in imports for word in {*READY_MADE, "importlib"})


def ready_made(node):
    """Return the name of what a piece of source brings in and should not, or None."""
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names if alias.name.split(".")[0] in {*READY_MADE, "importlib"}]
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {*READY_MADE, "importlib"}:
        names = [node.module]
    elif isinstance(node, ast.ImportFrom) and node.module == "collections":
        names = [f"collections.{alias.name}" for alias in node.names if alias.name in {*CONTAINERS, "*"}]
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        names = (
            [f"collections.{node.attr}"] if node.value.id == "collections" and node.attr in CONTAINERS else []
        )
    elif isinstance(node, ast.Name) and node.id in BACK_DOORS:
        names = [node.id]
    return next(iter(names), None)


def container_line(source, name):
    """Return the first line of class `name` that puts a ready-made container into an attribute."""
    made = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    for klass in ast.walk(source.tree("data_structures.py")):
        if not isinstance(klass, ast.ClassDef) or klass.name != name:
            continue
        for node in ast.walk(klass):
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and is_attribute(node):
                called = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
                if isinstance(node.value, made) or (called and node.value.func.id in {"list", "dict", "set"}):
                    return node.lineno
    return None


def is_attribute(node):
    """Say whether an assignment goes to `self.name`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Attribute) for target in targets)
