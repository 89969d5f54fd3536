"""What arrays, lists and trees are measured at: lines that run, so that the machine does not matter."""

from random import Random

COUNT = 1_000


def appends(subject, measure):
    """Lines per append, of 1,000"""
    measure.steps(subject.DynamicArray(), [("!append", number) for number in range(COUNT)], per=COUNT)


def pops(subject, measure):
    """Lines per pop_back of a list"""
    measure.steps(subject.LinkedList(list(range(COUNT))), [("!pop_back",)] * COUNT, per=COUNT)


def lookups_in_mixed_keys(subject, measure):
    """Lines per lookup, mixed keys"""
    keys = Random(7).sample(range(COUNT), COUNT)
    _look_up(subject.TreeMap([(key, key) for key in keys]), measure)


def lookups_in_sorted_keys(subject, measure):
    """Lines per lookup, sorted keys"""
    _look_up(subject.TreeMap([(key, key) for key in range(COUNT)]), measure)


def _look_up(tree, measure):
    """Look up every tenth key: in a tree that became a list, all of them would take long."""
    keys = range(0, COUNT, 10)
    measure.steps(tree, [("__getitem__", key) for key in keys], per=len(keys))
