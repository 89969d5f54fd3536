"""Which hand-ins share code that the exercise did not give them: a place to look, never a verdict.

Winnowing (Schleimer, Wilkerson, Aiken 2003): of each window of hashed token sequences the smallest hash is
kept. Whoever shares 31 tokens in a row shares a print, wherever the code was moved and whatever was renamed.
Measured on the kit's own solutions: other right designs share at most 0.28; a copy with an edit shares 0.93
and more, with all names changed and reformatted 0.79, with its methods in reverse order 0.58.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping
from hashlib import blake2b
from itertools import chain, combinations, groupby
from pathlib import PurePosixPath

from backroad.comparison import written
from backroad.content.trees import Tree
from backroad.grading.tokens import signs_of
from backroad.grading.values import Likeness, Prints, prints_of

LEAST = 0.5  # what is worth a look

GRAM = 20  # tokens that are hashed together: shorter ones are idioms
WINDOW = 12
FEW = 12  # prints; with fewer of its own, a hand-in has hardly more than the exercise asks for
PLENTY = 60  # so many prints do not come out alike by chance, however many hand-ins have them
SAME = 0.9
MANY = (
    10,
    100,
)  # what more hand-ins have than a tenth of the class, but at least and at most so many, is obvious

MAX_FILE = 512 * 1024
MAX_TREE = 1024 * 1024
MAX_TOKENS = 30_000

# Nobody's design is in these, and a data set has more of them than any program.
_NO_CODE = frozenset("md rst txt json toml yaml yml csv tsv xml svg ini cfg log map".split())
_VENDORED = frozenset(["node_modules", "venv", "vendor", "site-packages", "__pycache__"])


def fingerprint(tree: Tree, known: Tree) -> Prints:
    """Return what is characteristic of the code in `tree`, less what is in `known`."""
    given = {gram for signs in _rows(known, sorted(known.files)) for gram in _grams(signs)}
    own = (_winnowed(list(_grams(signs))) for signs in _rows(tree, written(tree, known)))
    return prints_of(set(chain.from_iterable(own)) - given)


def likenesses(prints: Mapping[str, Prints], least: float = LEAST) -> list[Likeness]:
    """Return the pairs that share at least `least` of the prints of the smaller one, most alike first.

    Where many have handed in the same, each is told with the first of them only; with the others they are not
    compared. Prints that very many have do not count.
    """
    telling = {name: prints[name] for name in sorted(prints) if len(prints[name]) >= FEW}
    copies = dict(_copies(telling, max(least, SAME)))
    rest = {name: own for name, own in telling.items() if name not in copies}
    held = _held(rest)
    found = [*copies.values(), *_pairs(_uncommon(rest, held), held, least)]
    return sorted(found, key=lambda pair: (-pair.share, pair.first, pair.second))


def _rows(tree: Tree, names: list[str]) -> Iterator[str]:
    """Yield the signs of each file of code, small files first: what is cut off is the padding."""
    left, room = MAX_TOKENS, MAX_TREE
    for name in sorted(filter(_is_code, names), key=lambda name: (len(tree.read(name)), name)):
        content = tree.read(name)[: min(MAX_FILE, room)]
        if b"\0" not in content:
            signs = signs_of(name, content.decode("utf-8", "replace"), left)
            left -= len(signs)
            room -= len(content)
            yield signs


def _is_code(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix[1:].lower() not in _NO_CODE and _VENDORED.isdisjoint(path.parts)


def _grams(signs: str) -> Iterator[int]:
    """Yield a hash of each sequence of tokens; not Python's own, which differs from process to process."""
    for start in range(len(signs) - GRAM + 1):
        gram = signs[start : start + GRAM].encode()
        yield int.from_bytes(blake2b(gram, digest_size=8).digest(), "big") >> 1


def _winnowed(grams: list[int]) -> Iterator[int]:
    """Yield the smallest hash of each window."""
    for start in range(max(len(grams) - WINDOW, 0) + 1 if grams else 0):
        yield min(grams[start : start + WINDOW])


def _copies(prints: Mapping[str, Prints], least: float) -> Iterator[tuple[str, Likeness]]:
    """Yield who has nearly all of an earlier hand-in, with the first one.

    Two of the three smallest prints lead to the earlier one, so that a class of copies takes as long as it is
    large, and fills no page with each beside each.
    """
    earlier: dict[tuple[int, ...], str] = {}
    for name, own in prints.items():
        keys = list(combinations(own[:3], 2))
        pairs = [_pair(earlier[key], name, prints) for key in keys if key in earlier]
        best = max(pairs, key=lambda pair: pair.share, default=None)
        if len(own) >= PLENTY and best and best.share >= least and len(prints[best.first]) >= PLENTY:
            yield name, best
        else:
            earlier |= {key: earlier.get(key, name) for key in keys}


def _pair(first: str, second: str, prints: Mapping[str, Prints]) -> Likeness:
    one, other = prints[first], prints[second]
    shared = set(one).intersection(other)
    return Likeness(first, second, len(shared) / min(len(one), len(other)))


def _held(prints: Mapping[str, Prints]) -> dict[int, int]:
    """Return how many have each print that more than one has; sorted, they need less room than counted."""
    counts = (
        (one, sum(1 for _ in same)) for one, same in groupby(sorted(chain.from_iterable(prints.values())))
    )
    return {one: count for one, count in counts if count > 1}


def _uncommon(prints: Mapping[str, Prints], held: Mapping[int, int]) -> dict[str, Prints]:
    """Return the prints without those that very many have: they are the obvious way to write it."""
    many = min(max(len(prints) // 10, MANY[0]), MANY[1])
    obvious = {one for one, count in held.items() if count > many}
    return {name: prints_of(set(own) - obvious) for name, own in prints.items()}


def _pairs(prints: Mapping[str, Prints], held: Container[int], least: float) -> Iterator[Likeness]:
    """Yield the pairs that are alike; an index from print to hand-ins finds who shares any of the held."""
    holders = defaultdict[int, list[str]](list)
    for name, own in prints.items():
        if len(own) < FEW:
            continue
        telling = [one for one in own if one in held]
        shared = Counter(chain.from_iterable(holders[one] for one in telling))
        for other, count in shared.items():
            share = count / min(len(own), len(prints[other]))
            if share >= least:
                yield Likeness(other, name, share)
        for one in telling:
            holders[one].append(name)
