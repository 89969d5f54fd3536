"""Which characters may reach a screen: everything that could move a cursor or lie is shown escaped."""

from __future__ import annotations

import re
import unicodedata

TAB = 4

# Controls but newline and tab, DEL and C1, surrogates, bidi marks, invisible joiners, separators, BOM, tags.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\r": "\\r", "\x1b": "\\x1b", "\x00": "\\x00"}

# What systems that run builds take for a command: "::error::" where a line begins, "##[error]" anywhere.
_COMMAND = re.compile(r"^([ \t]*):(?=:)|#(?=#\w*\[)", re.MULTILINE)

# One sign for one sign wherever possible, so that columns stay columns.
_ONE_FOR_ONE = str.maketrans("✓✗·○●◐◌★↻─│┬┴┌├└—▁▂▃▄▅▆▇█", "+x-o*~.#@-|--,|`-.:-=+*%#")
_PLAIN = _ONE_FOR_ONE | str.maketrans({"…": "...", "→": "->", "←": "<-"})


def visible(text: str) -> str:
    """Return `text` with newlines kept, tabs expanded, and every other unprintable character escaped."""
    return _UNSAFE.sub(_escape, text).expandtabs(TAB)


def one_line(text: str) -> str:
    """Return `text` made visible, its newlines and runs of space as one space each."""
    return " ".join(visible(text).split())


def commandless(text: str) -> str:
    """Return `text` with whatever the log of a build would execute escaped; JSON means the same as before."""
    return _COMMAND.sub(lambda match: f"{match[1]}\\u003a" if match[1] is not None else "\\u0023", text)


def encodable(text: str, encoding: str) -> str:
    """Return `text` with plain signs and escapes for what `encoding` cannot write."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return encodable(text, "ascii")
    return text


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
