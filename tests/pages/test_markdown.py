"""Markdown as HTML: what is shown, what is left out, in bounded time."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest

from backroad.pages.markdown import LONGEST, render

TAGS = set("h1 h2 h3 h4 h5 h6".split()) | set(
    "p em strong s code pre span div table thead tbody tr th td ul ol li blockquote a hr br".split()
)
ATTRIBUTES = set("id href rel class tabindex start".split())

SAFE = 'rel="noreferrer">'

# What is written, and what is left of it.
SHOWN = {
    "a heading is demoted": ("# A *b*", '<h2 id="text-a-b">A <em>b</em></h2>\n'),
    "an address of the web": ("[a](http://x.y/?a&b)", f'<p><a href="http://x.y/?a&amp;b" {SAFE}a</a></p>\n'),
    "an address in brackets": ("<https://x.y>", f'<p><a href="https://x.y" {SAFE}https://x.y</a></p>\n'),
    "a heading of the same text": ("[a](#b-c)", '<p><a href="#text-b-c">a</a></p>\n'),
    "script as an address": ("[*a*](javascript:alert(1)) b", "<p><em>a</em> b</p>\n"),
    "script with an entity": ("[a](java&#115;cript:alert(1))", "<p>a</p>\n"),
    "data as an address": ("<data:text/html,x>", "<p>data:text/html,x</p>\n"),
    "a file as an address": ("[a](../app.py)", "<p>a</p>\n"),
    "an address without a scheme": ("[a](//evil.example)", "<p>a</p>\n"),
    "a title with quotes": ('[a](https://x.y "\\"><b>")', f'<p><a href="https://x.y" {SAFE}a</a></p>\n'),
    "an image": ("![a *b*](https://x.y/z.png) c", "<p>a *b* c</p>\n"),
    "an image in a link": ("[![a](x.png)](https://x.y)", f'<p><a href="https://x.y" {SAFE}a</a></p>\n'),
    "tags": ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
    "tags in a line": ("a <img src=x onerror=y>", "<p>a &lt;img src=x onerror=y&gt;</p>\n"),
    "control characters": ("a\x1b[2J\u202eb", "<p>a\\x1b[2J\\u202eb</p>\n"),
    "code in colours": (
        "```python x\nx = None\n```", '<pre tabindex="0"><code>x = <span class="v">None</span></code></pre>\n'
    ),
    "a language with quotes": ('```"><b>\nx\n```', '<pre tabindex="0"><code>x</code></pre>\n'),
    "a line end of Windows": ("a\r\nb", "<p>a\nb</p>\n"),
}  # fmt: skip
HUGE = {
    "quotes": ">" * 100_000,
    "lists": "".join(" " * depth + "- a\n" for depth in range(600)),
    "open brackets": "[" * 100_000,
    "brackets": "[" * 50_000 + "]" * 50_000,
    "images": "![" * 50_000,
    "links": "[a](" * 50_000,
    "stars": "*a " * 60_000,
    "stars and lines": "*a _b\n" * 30_000,
    "backticks": "".join("`" * (1 + index % 50) + " " for index in range(8_000)),
    "entities": "&" * 200_000,
    "angles": "<a " * 60_000,
    "tables": "|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n" + "|b\n" * 4_000,
    "fences": "```\n" * 40_000,
    "references": "".join(f"[{index}]: x\n" for index in range(15_000)),
    "open references": "[a]: \n" * 30_000,
    "paragraphs of brackets": ("[" * 2_900 + "\n\n") * 50,
    "paragraphs of links": ("[a](" * 740 + "\n\n") * 50,
    "paragraphs of stars": ("*a_b" * 740 + "\n\n") * 50,
    "paragraphs of angles": ("<a b='" * 420 + "\n\n") * 50,
    "lines of blanks": (" " * 3 + "\n") * 50_000,
}


class Audit(HTMLParser):
    """Collect the tags and attributes that a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is not expected."""
        self.found |= ({tag} - TAGS) | ({name for name, _ in attrs} - ATTRIBUTES)
        self.found |= {value or "" for name, value in attrs if name == "href" and not _leads_out(value or "")}


def _leads_out(address: str) -> bool:
    return bool(re.match(r"#text-|https?://", address))


@pytest.mark.parametrize(("text", "html"), SHOWN.values(), ids=SHOWN)
def test_what_is_shown(text: str, html: str) -> None:
    """What is safe is shown as meant, and of the rest the words."""
    assert render(text) == html
    assert Audit(html).found == set()


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_huge_texts(text: str) -> None:
    """However long or deep a text is, its page comes, within seconds, and is safe."""
    begun = time.process_time()
    page = render(text)
    assert time.process_time() - begun < 5
    assert Audit(page).found == set()


def test_levels() -> None:
    """Headings keep their order below the level that is asked for, and never pass the sixth."""
    shown = render("# a\n## b\n### c\n#### d", level=4)
    assert re.findall(r"<(h\d)", shown) == ["h4", "h5", "h6", "h6"]


def test_a_table_has_no_style() -> None:
    """Alignment of columns is a class, for no style may stand in an element."""
    shown = render("|a|b|c|\n|-|-:|:-:|\n|1|2|3|")
    assert '<td class="num">2</td>' in shown
    assert "style" not in shown


def test_equal_headings() -> None:
    """Of two headings with the same words the first one has the name."""
    assert render("# a\n\n# a").count("id=") == 1


def test_a_long_text_is_cut() -> None:
    """Of a text longer than any README the beginning is shown, and how much is not."""
    assert render("a\n\n" * LONGEST).endswith(f"<p>{2 * LONGEST:,} more characters are not shown.</p>\n")
