"""What colours need to know of a language: how it writes comments, and which of its words mean something."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Language:
    """Its comments as a linear expression, its words, and those before a name that is defined."""

    comments: str
    keywords: frozenset[str]
    values: frozenset[str]
    defining: frozenset[str] = frozenset()
    any_case: bool = False


_HASH = r"\#[^\n]*+"
_SLASHES = r"//[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_DASHES = r"--[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_ANGLES = r"<!--(?:[^-]++|-(?!->))*+(?:-->)?"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PYTHON = Language(
    _HASH,
    _words("""
        and as assert async await break case class continue def del elif else except finally for
        from global if import in is lambda match nonlocal not or pass raise return try while with
        yield
    """),
    _words("None True False self cls"),
    _words("def class"),
)
_SCRIPT = Language(
    _SLASHES,
    _words("""
        async await break case catch class const continue default delete do else enum export extends
        finally for from func fn function go if implements import in instanceof interface let match
        mut new of package private protected pub public return static struct switch throw throws try
        type typeof use var void while yield
    """),
    _words("null true false undefined nil this super"),
    _words("function class func fn struct interface enum"),
)
_SQL = Language(
    _DASHES,
    _words("""
        add all alter and as asc begin between by case check commit constraint create default delete
        desc distinct drop else end exists foreign from group having if in index inner insert into
        is join key left like limit not offset on or order outer primary references returning right
        rollback select set table then union unique update using values view when where with
    """),
    _words("null true false"),
    any_case=True,
)
_SHELL = Language(
    _HASH,
    _words("""
        case do done elif else esac exit export fi for function if in local return set then until
        while
    """),
    _words("true false"),
)
_SETTINGS = Language(_HASH, frozenset(), _words("true false null"))
_DATA = Language(r"(?!)", frozenset(), _words("true false null"))
_MARKUP = Language(_ANGLES, frozenset(), frozenset())

_LANGUAGES = {
    **dict.fromkeys("py pyi python pycon".split(), _PYTHON),
    **dict.fromkeys(
        "js mjs cjs ts jsx tsx go rs java kt c h cpp cs php javascript typescript".split(), _SCRIPT
    ),
    "sql": _SQL,
    **dict.fromkeys("sh bash zsh shell console".split(), _SHELL),
    **dict.fromkeys("toml yml yaml ini cfg env".split(), _SETTINGS),
    "json": _DATA,
    **dict.fromkeys("html htm xml svg jinja j2 vue".split(), _MARKUP),
}


def language_of(name: str) -> Language | None:
    """Return the language of a file's name, or of its own name, or None for what is not known."""
    return _LANGUAGES.get((PurePosixPath(name).suffix[1:] or name).lower())
