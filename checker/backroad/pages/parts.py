"""A paragraph of feedback as pages show it: what differs set apart, what is too long cut."""

from __future__ import annotations

from dataclasses import dataclass

from backroad.feedback import Form, Keep, Paragraph


@dataclass(frozen=True)
class Part:
    """One paragraph, cut where it is long: `mark` is what differs, `hidden` counts what is left out."""

    label: str
    before: str
    mark: str = ""
    after: str = ""
    is_prose: bool = False
    hidden: int = 0


def part(paragraph: Paragraph, most: int) -> Part:
    """Return a paragraph in at most `most` characters, the part that its `keep` asks for."""
    text, size = paragraph.text, len(paragraph.text)
    marked = paragraph.mark or (0, 0)
    start = 0
    if size > most and paragraph.keep is Keep.TAIL:
        start = size - most
    elif size > most and paragraph.mark:
        start = max(0, min(marked[0] - most // 3, size - most))
    end = min(size, start + most)
    left, right = (min(max(place, start), end) for place in marked)
    before = "…" * (start > 0) + text[start:left]
    after = text[right:end] + "…" * (end < size)
    is_prose = paragraph.form is Form.PROSE
    return Part(paragraph.label, before, text[left:right], after, is_prose, size - (end - start))
