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


def number(key):
    """Return the number in such a key."""
    return key.number


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
    gc.collect()
    return [key for key in doomed if lives[key]() is not None]


# Searches: too many calls for messages, so they run here and only the first wrong one is told ---

ENDS = ("push_front", "push_back", "pop_front", "pop_back")


def try_all_short_scripts(make, longest=6):
    """Return the shortest sequence of pushes and pops that goes wrong, or None."""
    for length in range(1, longest + 1):
        for names in itertools.product(ENDS, repeat=length):
            script = [(name, turn) if "push" in name else (name,) for turn, name in enumerate(names)]
            if not follows(make(), script):
                return script
    return None


def follows(items, script):
    """Say whether a linked list does what a deque does; only the last call and the end are compared."""
    model = collections.deque()
    twins = {"push_front": model.appendleft, "push_back": model.append}
    twins |= {"pop_front": model.popleft, "pop_back": model.pop}
    for name, *value in script:
        expected = outcome(twins[name], value)
        got = outcome(getattr(items, name), value)
    wrong = not is_error(got, IndexError) if expected is IndexError else got != expected
    if "pop" in name and wrong:
        return False
    return outcome(ends_of, [items]) == (
        len(model),
        [*model],
        *([model[0], model[-1]] if model else [None, None]),
    )


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


def try_all_single_deletions(make, keys=6):
    """Return the order of keys, and the key whose deletion goes wrong, or None."""
    for order in itertools.permutations(range(keys)):
        for doomed in order:
            if outcome(left_after, [make(), order, doomed]) != [key for key in range(keys) if key != doomed]:
                return list(order), doomed
    return None


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
    count = 0
    for _ in range(rounds):
        node = make([1]).head
        strangers = [make([1]) for _ in range(8)]
        got = [outcome(stranger.remove, [node]) for stranger in strangers]
        count += sum(not is_error(one, ValueError) for one in got)
    return count


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
    found += holders_of(marks, alone)
    return sorted({f"{type(one).__name__} of {len(one)}" for one in found})


def containers_behind(root):
    """Walk to everything `root` refers to; return the containers with many objects in them."""
    containers = [one for one in reachable(root) if isinstance(one, CONTAINERS)]
    return [one for one in containers if sum(not isinstance(entry, ATOMS) for entry in entries(one)) > FEW]


def holders_of(marks, alone):
    """Walk from the marks back to whoever refers to them; return the containers with many of them."""
    gc.collect()
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
