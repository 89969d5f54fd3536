"""Markdown becomes HTML that is safe to show: no HTML of its own, no address but the web's, bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from backroad.glyphs import visible
from backroad.pages.code import code_html

# An exercise's README has 20 kB; of a longer text the beginning is shown.
LONGEST = 100_000
# Longer paragraphs and cells are shown as written: what is open in one is looked for again and again.
LONGEST_PARAGRAPH = 3_000
DEEPEST = 20

# Of headings' names, so that none is that of an element of the page around.
PREFIX = "text-"
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ALIGNED = {"text-align:right": "num", "text-align:center": "middle"}


class _Renderer(RendererHTML):
    """What differs from plain HTML: code has colours, and what is wide can be moved by keyboard."""

    def fence(self, tokens: Sequence[Token], idx: int, *_: Any, **__: Any) -> str:
        language = (tokens[idx].info.split() or [""])[0]
        code = code_html(language, tokens[idx].content)
        return Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(code)

    code_block = fence

    def table_open(self, *_: object) -> str:
        return '<div class="wide" tabindex="0"><table>\n'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"


def _parser() -> MarkdownIt:
    settings = {"html": False, "maxNesting": DEEPEST}
    parser = MarkdownIt("commonmark", settings, renderer_cls=_Renderer).enable(["table", "strikethrough"])
    # Addresses are chosen below, where the words of a link can stay without it.
    parser.validateLink = _any_address  # type: ignore[method-assign]  # the library's own way to set it
    parser.core.ruler.before("inline", "long", _keep_long)
    return parser


def render(text: str, *, level: int = 2) -> Markup:
    """Return Markdown as HTML whose highest headings have `level`.

    Tags and control characters are shown, not obeyed. A link leads to the web or to a heading of the same
    text; of any other, and of an image, the words are left.
    """
    rest = len(text) - LONGEST
    tokens = _PARSER.parse(visible(text[:LONGEST].replace("\r\n", "\n")))
    _place_headings(tokens, level)
    for token in tokens:
        if token.children:
            token.children = list(_safe(token.children))
        if "style" in token.attrs:
            token.attrs = {"class": _ALIGNED.get(str(token.attrs["style"]), "")}
    tail = f"<p>{rest:,} more characters are not shown.</p>\n" if rest > 0 else ""
    return Markup(_PARSER.renderer.render(tokens, _PARSER.options, {}) + tail)


def _any_address(url: str) -> bool:  # noqa: ARG001  # asked for each link
    return True


def _keep_long(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > LONGEST_PARAGRAPH:
            token.type = "text"


def _place_headings(tokens: Sequence[Token], level: int) -> None:
    """Demote the headings, and name each after its words."""
    names: set[str] = set()
    for index, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + level - 1, 6)}"
        if token.type == "heading_open":
            name = _name_of(tokens[index + 1].content)
            if name not in names:
                token.attrs = {"id": PREFIX + name}
            names.add(name)


def _name_of(heading: str) -> str:
    """Return the name that GitHub gives a heading."""
    return re.sub(r"[^\w-]", "", heading[:200].lower().replace(" ", "-"))


def _safe(children: Sequence[Token]) -> Iterator[Token]:
    kept = True
    for token in children:
        if token.type == "image":
            yield Token("text", "", 0, content=token.content)
        elif token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            kept = bool(address[:1] == "#" or _WEB.match(address))
            token.attrs = {"href": f"#{PREFIX}{address[1:]}"} if address[:1] == "#" else _outward(address)
            if kept:
                yield token
        elif token.type != "link_close" or kept:  # links do not nest
            yield token


def _outward(address: str) -> dict[str, str | int | float]:
    return {"href": address, "rel": "noreferrer"}


_PARSER = _parser()
