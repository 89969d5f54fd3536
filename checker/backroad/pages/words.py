"""Two lines become what differs between them, word by word, in a time that is bounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

# More words than this between the first and the last difference differ as a whole.
MOST_WORDS = 60
LONGEST = 2_000
# Lines with less than this share of signs in common have nothing to do with each other.
LIKENESS = 0.4

Ranges = tuple[tuple[int, int], ...]
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def differing(mine: str, theirs: str) -> tuple[Ranges, Ranges]:
    """Return where the words of two lines differ; nothing for lines that are not alike."""
    if max(len(mine), len(theirs)) > LONGEST:
        return (), ()
    left, right = _WORD.findall(mine), _WORD.findall(theirs)
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    middles = left[head : len(left) - tail], right[head : len(right) - tail]
    kept_left, kept_right = _kept(*middles)
    shared = _signs(left[:head]) + _signs(left[len(left) - tail :])
    shared += _signs([word for word, kept in zip(middles[0], kept_left, strict=True) if kept])
    if shared < LIKENESS * max(_signs(left), _signs(right)):
        return (), ()
    start = sum(map(len, left[:head]))
    return _ranges(middles[0], kept_left, start), _ranges(middles[1], kept_right, start)


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    pairs = zip(left, right, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _signs(words: Sequence[str]) -> int:
    return sum(len(word) for word in words if not word.isspace())


def _kept(left: Sequence[str], right: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Return which words belong to the longest row of words that both have."""
    kept = [False] * len(left), [False] * len(right)
    if max(len(left), len(right)) > MOST_WORDS:
        return kept
    lengths = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            same = left[i] == right[j]
            lengths[i][j] = lengths[i + 1][j + 1] + 1 if same else max(lengths[i + 1][j], lengths[i][j + 1])
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] == right[j]:
            kept[0][i] = kept[1][j] = True
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return kept


def _ranges(words: Sequence[str], kept: Sequence[bool], start: int) -> Ranges:
    """Return the places of the words that are not kept, those apart by blanks alone as one."""
    found: list[tuple[int, int]] = []
    joined = False
    for word, stays in zip(words, kept, strict=True):
        end = start + len(word)
        if not stays:
            found.append((found.pop()[0] if joined else start, end))
        joined = not stays or (joined and word.isspace())
        start = end
    return tuple(found)
