"""A source text becomes lines of coloured spans, whatever is in it and however long it is.

Not Pygments: its lexers are not made for hostile text, and no thread can stop one. Its Python lexer took 7 s
for 20 kB of lines with one blank each, and the time grows with the square. Here every expression is linear:
what repeats is possessive, and what is open at the end of the text counts as closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from markupsafe import Markup, escape

from backroad.pages.languages import Language, language_of

# A text longer than this is shown without colours.
MOST = 400_000

KEYWORD, TEXT, COMMENT, VALUE, NAME = "k", "s", "c", "v", "f"


class Span(NamedTuple):
    """A piece of a line and the class that colours it; no class for what stays as it is."""

    text: str
    kind: str = ""


_TOKENS = r"""
    (?P<blank>\s++)
  | (?P<comment>COMMENTS)
  | (?P<text>
        [A-Za-z]{0,2}\"\"\"(?:[^"\\]++|\\.|"(?!""))*+(?:\"\"\")?
      | [A-Za-z]{0,2}'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?
      | [A-Za-z]{0,2}"(?:[^"\\\n]++|\\.)*+"?
      | [A-Za-z]{0,2}'(?:[^'\\\n]++|\\.)*+'?
      | `(?:[^`\\]++|\\.)*+`?
    )
  | (?P<number>\d[\w.]*+)
  | (?P<decorator>@[\w.]++)
  | (?P<word>\w++)
  | (?P<sign>.)
"""


def highlight(name: str, text: str) -> list[list[Span]]:
    """Return the lines of a text as spans; `name` is a file's name or a language's.

    The lines are those that `str.splitlines` gives, as `comparison` counts them.
    """
    language = language_of(name)
    if language is None or len(text) > MOST:
        return [[Span(line)] if line else [] for line in text.splitlines()]
    return _lines(_spans(language, text))


def code_html(name: str, text: str) -> Markup:
    """Return a source text as HTML, its spans with the classes of code.css."""
    return Markup("\n").join(Markup("").join(map(span_html, line)) for line in highlight(name, text))


def span_html(span: Span) -> Markup:
    """Return one span as HTML."""
    if not span.kind:
        return escape(span.text)
    return Markup('<span class="{}">{}</span>').format(span.kind, span.text)


def _lines(spans: Iterator[Span]) -> list[list[Span]]:
    lines: list[list[Span]] = [[]]
    for text, kind in spans:
        for piece in text.splitlines(keepends=True):
            line = piece.splitlines()[0]
            if line:
                _append(lines[-1], Span(line, kind))
            if len(piece) > len(line):
                lines.append([])
    return lines if lines[-1] else lines[:-1]


def _append(line: list[Span], span: Span) -> None:
    """Add a span to a line; neighbours of one kind become one span, which keeps pages small."""
    if line and line[-1].kind == span.kind:
        line[-1] = Span(line[-1].text + span.text, span.kind)
    else:
        line.append(span)


def _spans(language: Language, text: str) -> Iterator[Span]:
    before = ""
    for token in _scanner(language.comments).finditer(text):
        kind = token.lastgroup or ""
        if kind == "word":
            word = token[0].lower() if language.any_case else token[0]
            yield Span(token[0], _kind_of(language, word, before))
            before = word
        else:
            yield Span(token[0], _KINDS.get(kind, ""))
            before = before if kind == "blank" else ""


_KINDS = {"comment": COMMENT, "text": TEXT, "number": VALUE, "decorator": NAME}


def _kind_of(language: Language, word: str, before: str) -> str:
    if word in language.keywords:
        return KEYWORD
    if word in language.values:
        return VALUE
    return NAME if before in language.defining else ""


@cache
def _scanner(comments: str) -> re.Pattern[str]:
    return re.compile(_TOKENS.replace("COMMENTS", comments), re.VERBOSE | re.DOTALL)
