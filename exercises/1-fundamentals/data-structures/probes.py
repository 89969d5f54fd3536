"""What must run beside the learner's code: blocks that are watched, marks whose life is followed."""

from __future__ import annotations

import collections
import gc
import itertools
import random
import sys
import types
import weakref
from array import array

from given.storage import FixedArray, Meter

# Watched storage ------------------------------------------------------------------------------


class Storage(Meter):
    """A `storage` that remembers its blocks, so that they can be looked at from below."""

    def __init__(self, largest=None):
        super().__init__()
        self._largest = largest
        self._made = []

    def __call__(self, length):
        if self._largest is not None and length > self._largest:
            raise OSError(f"no block of {length} slots")
        block = super().__call__(length)
        self._made.append(weakref.ref(block))
        return block

    def alive(self):
        """Return the blocks that somebody still holds."""
        blocks = self._alive()
        if len(blocks) > 1:
            gc.collect()
        return self._alive()

    def _alive(self):
        return [block for made in self._made if (block := made()) is not None]

    def lengths(self):
        """Return the lengths of the blocks that somebody still holds."""
        return [len(block) for block in self.alive()]

    def held(self):
        """Return what is in the slots of those blocks, sorted by its text, without the empty ones."""
        values = [value for block in self.alive() for value in slots_of(block) if value is not None]
        return sorted(values, key=str)

    def swap(self, old, new):
        """Replace `old` in its slot behind the array's back."""
        for block in self.alive():
            slots = slots_of(block)
            for slot, value in enumerate(slots):
                if value == old:
                    slots[slot] = new

    def touched(self):
        """Return how many slots were read or written so far."""
        return self.reads + self.writes


def watched_storage(largest=None):
    """Return a watched storage; blocks above `largest` slots are refused."""
    return Storage(largest)


def slots_of(block):
    """Return the slots of a block, read without being counted."""
    return block._FixedArray__slots


# Marks ----------------------------------------------------------------------------------------


class Mark:
    """An element whose life can be followed."""


class Silent:
    """An element that must not be compared with anything."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        raise AssertionError(f"{self.name} was compared")

    __hash__ = None


class Key:
    """A key that knows `<` and `==`, and nothing else."""

    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        return self.number < other.number if isinstance(other, Key) else NotImplemented

    def __eq__(self, other):
        return self.number == other.number if isinstance(other, Key) else NotImplemented

    __hash__ = None


class Place:
    """Something that is no integer but may stand for one."""

    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


class Agreeable:
    """Something that says yes when it is asked whether it is equal."""

    def __eq__(self, other):
        return True

    __hash__ = None


def place(number):
    """Return an object whose `__index__` is `number`."""
    return Place(number)


def silent(name):
    """Return an element that raises when it is compared."""
    return Silent(name)


def keys(numbers):
    """Return a key that knows only `<` and `==` for each number."""
    return [Key(number) for number in numbers]


def numbers(keys):
    """Return the numbers in such keys."""
    return [key.number for key in keys]


class Counting(int):
    """A key whose comparisons are counted while `compared` runs."""

    made = 0


def counting(name):
    """Return a comparison of integers that counts."""
    compare = getattr(int, name)

    def method(self, other):
        Counting.made += 1
        return compare(self, other)

    return method


COMPARISONS = {f"__{name}__": counting(f"__{name}__") for name in ("lt", "le", "gt", "ge", "eq", "ne")}


def compared(call, *arguments):
    """Return what a call gives, and how many comparisons of counting keys it made."""
    Counting.made = 0
    for name, method in COMPARISONS.items():
        setattr(Counting, name, method)
    try:
        return call(*arguments), Counting.made
    finally:
        for name in COMPARISONS:
            delattr(Counting, name)


def leaves_the_answer_to_the_other(thing):
    """Say whether `thing == other` asks an `other` of an unknown type."""
    return (thing == Agreeable()) is True


def declined(thing, other):
    """Say whether `thing` returns NotImplemented when it is compared with `other`."""
    return thing.__eq__(other) is NotImplemented


# Life and death -------------------------------------------------------------------------------


def popped_but_alive(make, pops):
    """Pop marks out of a fresh array; return how many of them are still referred to."""
    watched = [Mark() for _ in range(40)]
    things = make(watched)
    lives = [weakref.ref(mark) for mark in watched]
    del watched
    for index in pops:
        things.pop(index)
    if count_alive(lives) > len(things):
        gc.collect()
    return count_alive(lives) - len(things)


def count_alive(lives):
    """Return how many of the watched objects are still referred to."""
    return sum(life() is not None for life in lives)


def replaced_but_alive(make):
    """Assign over an element of a fresh array; say whether the old one is still referred to."""
    old = Mark()
    things = make([old])
    life = weakref.ref(old)
    del old
    things[0] = None
    if life() is not None:
        gc.collect()
    return life() is not None


def deleted_but_alive(make, order, doomed):
    """Delete keys of a tree whose values are marks; return the keys whose values live on."""
    tree = make()
    lives = {}
    for key in order:
        value = Mark()
        lives[key] = weakref.ref(value)
        tree[key] = value
        del value
    for key in doomed:
        del tree[key]
    if any(lives[key]() is not None for key in doomed):
        gc.collect()
    return [key for key in doomed if lives[key]() is not None]


# Loops: too many calls for messages, so they run here ------------------------------------------


def append_numbers(things, count):
    """Append the numbers below `count`."""
    for number in range(count):
        things.append(number)


def pop_all(things):
    """Pop from the end until nothing is left."""
    for _ in range(len(things)):
        things.pop()


def loop_in_a_loop(things):
    """Return the pairs that a loop inside a loop over the same things gives."""
    return [(left, right) for left in things for right in things]


def costly_lengths(make, longest=300, turns=24):
    """Take turns of append and pop where an array's block changes.

    Returns the lengths at which they write too much, each with the length that the array had before.
    """
    grown, shrunk = capacities(make(), longest)
    full = [length for length in range(9, longest) if grown[length - 1] != grown[length]]
    freed = [longest - 1 - gone for gone in range(1, longest - 10) if shrunk[gone - 1] != shrunk[gone]]
    growing = [length for last in full for length in (last - 1, last, last + 1)]
    places = [(length, length) for length in growing]
    places += [(longest - 1, length) for length in (longest - 1, *freed)]
    storage = watched_storage()
    array = make(storage=storage)
    return [(peak, length) for peak, length in places if is_costly(array, storage, length, turns)]


def capacities(array, count):
    """Return the capacities after each of so many appends, and after each pop that follows."""
    grown = [(array.append(0), array.capacity)[1] for _ in range(count)]
    return grown, [(array.pop(), array.capacity)[1] for _ in range(count)]


def is_costly(array, storage, length, turns):
    """Go to a length; say whether turns of append and pop there write more than 8 slots each."""
    while len(array) < length:
        array.append(0)
    while len(array) > length:
        array.pop()
    worst = 0
    for calls in (append_and_pop, pop_and_append):
        start = storage.writes
        for _ in range(turns):
            calls(array)
        worst = max(worst, storage.writes - start)
    return worst > 8 * turns + 4 * length  # the move that the first turn may need is no thrashing


def append_and_pop(array):
    """Take a turn."""
    array.append(0)
    array.pop()


def pop_and_append(array):
    """Take a turn the other way round."""
    array.pop()
    array.append(0)


# Searches: as many calls, and only the first wrong one is told ---------------------------------

PUSHES = ("push_front", "push_back")


def try_all_short_scripts(make):
    """Return the shortest sequence of pushes and pops that goes wrong, or None.

    All of up to six calls that pop only what is there, and all of up to four that may pop nothing.
    """
    scripts = [((), (), None, 6)]
    while scripts:
        scripts = [longer for script in scripts for longer in one_call_more(*script)]
        for script, model, due, _ in scripts:
            if not follows(make(), script, model, due):
                return [*script]
    return None


def one_call_more(script, model, _, longest):
    """Yield the scripts with one call more, the values in the list then, and what the last call gives."""
    value = len(script)
    if value < longest:
        yield (*script, ("push_front", value)), (value, *model), None, longest
        yield (*script, ("push_back", value)), (*model, value), None, longest
    if model and value < longest:
        yield (*script, ("pop_front",)), model[1:], model[0], longest
        yield (*script, ("pop_back",)), model[:-1], model[-1], longest
    elif value < 4:
        yield (*script, ("pop_front",)), (), IndexError, 4
        yield (*script, ("pop_back",)), (), IndexError, 4


def follows(items, script, model, due):
    """Say whether a linked list is right after a script; only the last call and the end are compared."""
    for name, *value in script:
        got = outcome(getattr(items, name), value)
    if name not in PUSHES and not (is_error(got, IndexError) if due is IndexError else got == due):
        return False
    ends = (model[0], model[-1]) if model else (None, None)
    return outcome(ends_of, [items]) == (len(model), [*model], *ends)


def ends_of(items):
    """Return length, values, and the values at both ends of a linked list."""
    head, tail = items.head, items.tail
    return len(items), list(items), head and head.value, tail and tail.value


CHANGES = ("push_front", "push_back", "insert_after", "insert_after", "remove", "pop_front", "reverse")


def try_random_changes(make, seed):
    """Return a sequence of operations that breaks the links of a list, as short as it will get, or None."""
    rng = random.Random(seed)
    for turn in range(60):
        kinds = [rng.choice(CHANGES) for _ in range(1 + turn // 4)]
        script = [(kind, rng.randrange(99), f"{at}") for at, kind in enumerate(kinds)]
        if breaks(make, script):
            return shortest(make, script)
    return None


def shortest(make, script):
    """Leave out what is not needed to break the list."""
    for at in reversed(range(len(script))):
        shorter = script[:at] + script[at + 1 :]
        script = shorter if breaks(make, shorter) else script
    return script


def breaks(make, script):
    """Say whether a list is broken at some moment of a script."""
    items, nodes = make(), []
    for operation in script:
        error = outcome(change, [items, nodes, *operation])
        values = [value for _, value in nodes]
        if error is not None or outcome(read_all, [items]) != (values, values, values[::-1], values[::-1]):
            return True
    return False


def change(items, nodes, kind, place, value):
    """Make one operation on a linked list, and on the plain list of its nodes with their values."""
    place = place % len(nodes) if nodes else 0
    if kind == "push_front":
        nodes.insert(0, (items.push_front(value), value))
    elif kind == "push_back" or not nodes:
        nodes.append((items.push_back(value), value))
    elif kind == "insert_after":
        nodes.insert(place + 1, (items.insert_after(nodes[place][0], value), value))
    elif kind == "remove":
        node, expected = nodes.pop(place)
        return None if items.remove(node) == expected else False
    elif kind == "pop_front":
        return None if items.pop_front() == nodes.pop(0)[1] else False
    else:
        items.reverse()
        nodes.reverse()
    return None


def read_all(items):
    """Return the values of a sound linked list, read in the four ways there are."""
    count, loop, forward, back, backward, head, tail = links(items).values()
    assert count == len(loop)
    assert (head, tail) == ((loop[0], loop[-1]) if loop else ("head is None", "tail is None"))
    return loop, forward, back, backward


def outcome(call, arguments):
    """Return what a call gives, or the type of its exception."""
    try:
        return call(*arguments)
    except Exception as error:
        return type(error)


def is_error(got, kind):
    """Say whether an outcome is an exception of that kind, or of a kind below it."""
    return isinstance(got, type) and issubclass(got, kind)


def try_all_single_deletions(make):
    """Return the order of keys, and the key whose deletion goes wrong, or None.

    Tried are all orders of five keys, and of six keys one order for each shape of a plain tree.
    """
    for order in itertools.chain(itertools.permutations(range(5)), shapes(0, 6)):
        for doomed in order:
            left = [key for key in range(len(order)) if key != doomed]
            if outcome(left_after, [make(), order, doomed]) != left:
                return list(order), doomed
    return None


def shape(tree):
    """Return what a tree tells of its shape: breadth_first and height."""
    return list(tree.breadth_first()), tree.height()


def filled(make, keys):
    """Return a tree with these keys, whose values are their numbers."""
    tree = make()
    for key in keys:
        tree[key] = int(key)
    return tree


def shuffled(keys, seed):
    """Return keys in an order of chance."""
    order = list(keys)
    random.Random(seed).shuffle(order)
    return order


def tree_of_even_keys(make, size, seed):
    """Return a tree of the first even numbers, filled in an order of chance."""
    return filled(make, shuffled(range(0, 2 * size, 2), seed))


def counting_tree(make, size, seed=None):
    """Return a tree of so many counting keys, filled in an order of chance, or ascending without a seed."""
    return filled(make, map(Counting, range(size) if seed is None else shuffled(range(size), seed)))


def looked_up(tree, numbers):
    """Return the values of counting keys, and how many comparisons that took."""
    asked = list(map(Counting, numbers))
    return compared(lambda: [tree[key] for key in asked])


def found(tree, numbers):
    """Say of counting keys whether they are in the tree, and how many comparisons that took."""
    asked = list(map(Counting, numbers))
    return compared(lambda: [key in tree for key in asked])


def ranged(tree, low, high):
    """Return the range between two counting keys."""
    return tree.range(Counting(low), Counting(high))


def first_of_range(tree, low, high, count=None):
    """Return the first values of a range, and how many comparisons they took."""
    return compared(lambda: [value for _, value in itertools.islice(ranged(tree, low, high), count)])


def listed_ranges(tree, borders):
    """Return the pairs of each range, or the class of its exception."""
    return [outcome(lambda low, high: list(tree.range(low, high)), pair) for pair in borders]


def used_with_little_room(make, keys, room=120):
    """Use a tree filled in this order where calls may nest only so deep.

    Returns what was read, or the class of an exception. 250 keys with room for 120 calls are like 2,000 keys
    with the room that Python gives.
    """
    limit = sys.getrecursionlimit()
    little = limit - room_left() + room
    sys.setrecursionlimit(little)
    try:
        read = outcome(read_and_emptied, [make, keys])
        return read if sys.getrecursionlimit() == little else "another limit"
    finally:
        sys.setrecursionlimit(limit)


def room_left():
    """Return how many calls may still nest here."""
    try:
        return 1 + room_left()
    except RecursionError:
        return 0


def read_and_emptied(make, keys):
    """Fill a tree, read it in every way there is, delete all keys in the same order; return what was read."""
    tree = filled(make, keys)
    read = {
        "len": len(tree),
        "last": tree[keys[-1]],
        "keys": list(tree),
        "items": list(tree.items()),
        "range": list(tree.range(100, 103)),
        "floor": tree.floor(9999),
        "ceiling": tree.ceiling(-1),
        "ends": [tree.min(), tree.max()],
        "breadth_first": sorted(tree.breadth_first()),
        "height": tree.height(),
    }
    del tree[keys[-1]]
    for key in keys[:-1]:
        del tree[key]
    return {**read, "left": list(tree)}


def shapes(low, high):
    """Yield, for each shape that a plain tree of these keys may have, an order of storing that makes it."""
    if low == high:
        yield ()
    for root in range(low, high):
        for left in shapes(low, root):
            for right in shapes(root + 1, high):
                yield (root, *left, *right)


def left_after(tree, order, doomed):
    """Store keys, delete one, return the keys that are left; values that moved count as wrong."""
    for key in order:
        tree[key] = key
    del tree[doomed]
    left = [key for key, value in tree.items() if key == value]
    return left if len(tree) == len(left) else None


# Looking at a structure -----------------------------------------------------------------------


def links(items):
    """Return what a linked list shows to loops, and to whoever follows its links from outside."""
    limit = 2 * len(items) + 9
    return {
        "len(items)": len(items),
        "the values of a loop": list(itertools.islice(items, limit)),
        "the values from head along next": [node.value for node in chain(items.head, "next", limit)],
        "the values of a reversed loop": list(itertools.islice(reversed(items), limit)),
        "the values from tail along prev": [node.value for node in chain(items.tail, "prev", limit)],
        "the value of head": end(items, "head", "prev"),
        "the value of tail": end(items, "tail", "next"),
    }


def chain(node, link, limit):
    """Follow a link from node to node until None, or until it is clear that it goes in circles."""
    while node is not None and limit:
        yield node
        node, limit = getattr(node, link), limit - 1


def nodes_from_head(items):
    """Return the nodes from head along next."""
    return list(chain(items.head, "next", 2 * len(items) + 9))


def values_of(nodes):
    """Return what is in these nodes."""
    return [node.value for node in nodes]


def end(items, name, link):
    """Return the value of the node at an end, or what is wrong with it."""
    node = getattr(items, name)
    if node is None:
        return f"{name} is None"
    return node.value if getattr(node, link) is None else f"{node.value!r}, whose {link} is not None"


class Walker:
    """Runs whole loops over a linked list, so that their lines can be counted."""

    def __init__(self, items):
        self._items = items

    def forward(self):
        """Loop once over everything."""
        for _ in self._items:
            pass

    def backward(self):
        """Loop once over everything, from the back."""
        for _ in reversed(self._items):
            pass


def walker(items):
    """Return something that loops over `items` when it is told to."""
    return Walker(items)


def is_iterator(thing):
    """Say whether `thing` gives one element at a time."""
    return hasattr(thing, "__next__") and iter(thing) is thing


LIMIT = sys.getrecursionlimit()  # this module is loaded before the learner's


def recursion_limit_was_raised():
    """Say whether calls may nest deeper than before the learner's code was loaded."""
    return sys.getrecursionlimit() > LIMIT


def accepted_by_a_stranger(make, rounds=30):
    """Return how often a list takes a node of a list that is gone; its memory is soon used again."""
    return sum(strangers_that_accept(make) for _ in range(rounds))


def strangers_that_accept(make):
    """Return how many of eight lists take a node of a list that is gone."""
    # A function of its own: the node of the round before, gone just now, would leave its place to a list.
    node = make([1]).head
    strangers = [make([1]) for _ in range(8)]
    got = [outcome(stranger.remove, [node]) for stranger in strangers]
    return sum(not is_error(one, ValueError) for one in got)


# Where the elements are -----------------------------------------------------------------------

CONTAINERS = (list, tuple, dict, set, frozenset, collections.deque, array)
ATOMS = (type(None), bool, int, float, str, bytes, types.FunctionType, type, property)
WORLD = (types.ModuleType, types.CodeType, types.BuiltinFunctionType, types.FrameType, *ATOMS[:6])
FEW = 8  # a node may be a small tuple or keep its attributes in a dict; a store has more entries
UNHELD = 3  # references to a tuple that nobody holds: the list it was found in, a variable, an argument


def containers_in_an_array(make):
    """Fill an array with marks; return the ready-made containers that hold them, in words."""
    things, marks = make(), [Mark() for _ in range(40)]
    for mark in marks:
        things.append(mark)
    things.insert(3, things.pop(5))
    list(things)
    return stores(things, marks, alone=0)


def containers_in_a_list(make):
    """Fill a linked list with marks; return the ready-made containers that hold them, in words."""
    things, marks = make(), [Mark() for _ in range(40)]
    for mark in marks:
        things.push_back(mark)
    list(things), list(reversed(things)), things.reverse()
    return stores(things, marks)


def containers_in_a_tree(make):
    """Fill a tree with marks; return the ready-made containers that hold them, in words."""
    things, marks = make(), [Mark() for _ in range(40)]
    for number, mark in enumerate(marks):
        things[Key(number * 17 % 40)] = mark
    list(things), list(things.items()), list(things.breadth_first())
    return stores(things, marks)


def stores(thing, marks, alone=1):
    """Return, in words, the containers that hold elements of `thing`, found from above and below."""
    wanted = {id(mark) for mark in marks}
    found = containers_behind(thing)
    for shared in module_containers(thing):
        if any(id(one) in wanted for one in reachable(shared)):
            found += containers_behind(shared)
    if holders_of(marks, alone):
        gc.collect()  # what nobody refers to holds nothing
        found += holders_of(marks, alone)
    return sorted({f"{type(one).__name__} of {len(one)}" for one in found})


def containers_behind(root):
    """Walk to everything `root` refers to; return the containers with many objects in them."""
    containers = [one for one in reachable(root) if isinstance(one, CONTAINERS)]
    return [one for one in containers if sum(not isinstance(entry, ATOMS) for entry in entries(one)) > FEW]


def holders_of(marks, alone):
    """Walk from the marks back to whoever refers to them; return the containers with many of them."""
    known = {id(slots_of(block)) for block in gc.get_objects() if type(block) is FixedArray} | {id(marks)}
    wanted = {id(mark) for mark in marks}
    found = []
    for holder in gc.get_referrers(*marks):
        if isinstance(holder, types.FrameType) or id(holder) in known or not hasattr(holder, "__len__"):
            continue
        if type(holder) is tuple and sys.getrefcount(holder) <= UNHELD:
            continue  # the arguments of get_referrers itself, which Python 3.13 finds too
        held = {id(one) for one in gc.get_referents(holder)} & wanted
        if len(held) > alone:
            found.append(holder)
    return found


def blocks(thing):
    """Return the lengths of all blocks that `thing` refers to, directly or not."""
    return [len(one) for one in reachable(thing) if isinstance(one, FixedArray)]


def reachable(*roots):
    """Return everything the roots refer to, directly or not; what is in a block stays hidden."""
    reached, waiting = {}, list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) not in reached and not isinstance(one, WORLD):
            reached[id(one)] = one
            waiting.extend(referents(one))
    return list(reached.values())


def referents(one):
    """Return what an object refers to, but not the world it was defined in."""
    if isinstance(one, FixedArray):
        return []
    if isinstance(one, types.FunctionType):
        return [*(one.__closure__ or ()), one.__defaults__, one.__kwdefaults__, one.__dict__]
    if isinstance(one, type):
        return [value for value in vars(one).values() if isinstance(value, (*CONTAINERS, types.FunctionType))]
    return gc.get_referents(one)


def entries(container):
    """Return what a container holds: for a dict, its values."""
    return list(container.values() if isinstance(container, dict) else container)


def module_containers(thing):
    """Return the containers among the globals of the module that defines the type of `thing`."""
    methods = [value for value in vars(type(thing)).values() if isinstance(value, types.FunctionType)]
    names = methods[0].__globals__ if methods else {}
    return [one for name, one in names.items() if isinstance(one, CONTAINERS) and not name.startswith("__")]
