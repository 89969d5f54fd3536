"""A source text becomes a row of signs, one a token, whatever the language: what a rename does not change.

Pygments knows the languages better, but its expressions are not made for hostile text: some need exponential
time for a line, the file's name picks among all of them, and no thread can stop them. Here every expression
is linear: what repeats is possessive, and what is open at the end of the text counts as closed.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath

_PREFIXES = "bfruBFRU"
NAME, NUMBER, STRING = "V", "N", "S"  # words never stand for themselves, so letters are free

# Frozen here: Python's own list grows, and what is remembered of a hand-in must stay comparable.
_KEYWORDS = """
    and as assert async await break case catch class const continue def default del do elif else except export
    extends finally fn for from func function global go if implements import in instanceof interface is lambda
    let new nonlocal not or package pass private protected public raise return static struct super switch this
    throw try typeof unless var void while with yield
    False None True false nil null true undefined
""".split()
# One sign a keyword, from a plane that no source uses.
_SIGNS = {word: chr(0xE000 + index) for index, word in enumerate(dict.fromkeys(_KEYWORDS))}

_HASH = r"\#[^\n]*+"
_SLASHES = r"//[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_DASHES = r"--[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_ANGLES = r"<!--(?:[^-]++|-(?!->))*+(?:-->)?"
_COMMENTS = {
    **dict.fromkeys("py pyi rb sh bash zsh pl r jl ex exs nim mk".split(), _HASH),
    **dict.fromkeys("sql lua hs elm adb".split(), _DASHES),
    **dict.fromkeys("html htm vue svelte xhtml".split(), _ANGLES),
    "php": f"{_HASH} | {_SLASHES}",
}

_TOKENS = r"""
    (?P<blank>\s++)
  | (?P<comment>COMMENTS)
  | (?P<string>
        [A-Za-z]{0,2}\"\"\"(?:[^"\\]++|\\.|"(?!""))*+(?:\"\"\")?
      | [A-Za-z]{0,2}'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?
      | [A-Za-z]{0,2}"(?:[^"\\\n]++|\\.)*+"?
      | [A-Za-z]{0,2}'(?:[^'\\\n]++|\\.)*+'?
      | `(?:[^`\\]++|\\.)*+`?
    )
  | (?P<number>\d[\w.]*+)
  | (?P<word>\w++)
  | (?P<sign>.)
"""


def signs_of(name: str, text: str, most: int) -> str:
    """Return a sign for each token: names, numbers, texts alike; no comment, no blank, no docstring.

    `name` is the file's name, which tells how its language writes comments; after `most` signs it ends.
    """
    signs: list[str] = []
    fresh = True  # nothing but blanks on this line so far: a text that begins here is a docstring
    for token in _scanner(_comments_of(name)).finditer(text):
        kind = token.lastgroup
        if len(signs) >= most:
            break
        if kind == "blank":
            fresh = fresh or "\n" in token[0]
        elif kind == "string":
            if not (fresh and token[0].lstrip(_PREFIXES).startswith(('"""', "'''"))):
                signs.append(STRING)
            fresh = False
        elif kind != "comment":
            signs.append(_sign(kind, token[0]))
            fresh = False
    return "".join(signs)


def _sign(kind: str | None, token: str) -> str:
    if kind == "word":
        return _SIGNS.get(token, NAME)
    return NUMBER if kind == "number" else token


def _comments_of(name: str) -> str:
    path = PurePosixPath(name)
    if not path.suffix:
        return _HASH  # Makefile, Dockerfile, a script
    return _COMMENTS.get(path.suffix[1:].lower(), _SLASHES)


@cache
def _scanner(comments: str) -> re.Pattern[str]:
    return re.compile(_TOKENS.replace("COMMENTS", comments), re.VERBOSE | re.DOTALL)
