"""The page of a class: whole, safe and small, whoever handed in."""

from __future__ import annotations

import getpass
import re
import socket
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import backroad
from backroad.grading.judge import told_once
from backroad.grading.page import SCRIPT, STYLE, class_page
from backroad.grading.values import Likeness
from backroad.model import Level
from backroad.pages.rendering import digest
from backroad.report import Verdict

if TYPE_CHECKING:
    from tests.grading.conftest import Classes

VOID = {"meta", "input", "rect", "path"}
TAGS = VOID | set(
    "html head title style body a header p h1 h2 h3 nav main div strong code dl dt dd small section ul li svg"
    " desc g text table caption thead tbody tr th td span i b bdi label output article details summary mark"
    " script".split()
)
ATTRIBUTES = set(
    "lang charset http-equiv content name class href aria-label role aria-labelledby id viewbox x y"
    " width height rx d preserveaspectratio scope title hidden type autocomplete spellcheck for aria-hidden"
    " open".split()
)


class Page(HTMLParser):
    """A page as a browser would see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.code: dict[str, str] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag and what it says."""
        self.tags[tag] += 1
        self.attributes += [(key, value or "") for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag that ends at once."""
        self.tags[tag] += 1
        self.attributes += [(key, value or "") for key, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Insist that tags are nested."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Remember what is read, and what is not."""
        tag = self.open[-1] if self.open else ""
        if tag in ("style", "script"):
            self.code[tag] = self.code.get(tag, "") + data
        else:
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute."""
        return [value for key, value in self.attributes if key == name]


def text_of(page: str) -> str:
    """Return what a reader sees."""
    return " ".join(" ".join(Page(page).words).split())


@pytest.fixture(scope="module")
def hostile_page(classes: Classes) -> str:
    """The page of a hostile class, made once: it takes a second."""
    return class_page(classes.hostile(40))


@pytest.mark.parametrize("kind", ["empty", "one", "hostile", "large and hostile"])
def test_the_page_holds_only_what_we_wrote(kind: str, classes: Classes, hostile_page: str) -> None:
    """No tag, attribute, link or style comes from anybody's text, and all tags are nested.

    Links stay in the page and have a target; each id is there once.
    """
    kinds: dict[str, Callable[[], str]] = {
        "empty": lambda: class_page(classes.book()),
        "one": lambda: class_page(classes.book(classes.grade("ann"))),
        "hostile": lambda: hostile_page,
        "large and hostile": lambda: class_page(classes.hostile(110)),
    }
    text = kinds[kind]()
    page = Page(text)
    assert page.open == []
    assert set(page.tags) <= TAGS
    assert {key for key, _ in page.attributes} <= ATTRIBUTES
    assert page.tags["script"] == page.tags["style"] == 1
    assert page.code == {"style": STYLE, "script": SCRIPT}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    ids = Counter(page.values("id"))
    assert ids.most_common(1)[0][1] == 1
    assert {link[:1] for link in page.values("href")} == {"#"}
    assert {link[1:] for link in page.values("href")} <= set(ids)
    assert {one for value in page.values("aria-labelledby") for one in value.split()} <= set(ids)


def test_nothing_else_may_run_or_be_loaded(hostile_page: str) -> None:
    """The policy allows our style and our script by their digests, and nothing from anywhere."""
    (policy,) = [value for value in Page(hostile_page).values("content") if "default-src" in value]
    style, script = digest(STYLE), digest(SCRIPT)
    assert policy.split("; ")[:3] == ["default-src 'none'", f"style-src {style}", f"script-src {script}"]
    assert "unsafe" not in policy
    assert hostile_page.index("Content-Security-Policy") < hostile_page.index("<style>")
    assert not re.search(r"url\(|@import|//[a-z]+\.", STYLE)
    assert "</" not in STYLE + SCRIPT


def test_the_same_class_has_the_same_page(classes: Classes, hostile_page: str) -> None:
    """The bytes depend on the gradebook alone: no date, no name or path of the machine."""
    text = class_page(classes.hostile(40))
    assert text == hostile_page
    assert not [
        one for one in (str(Path.home()), socket.gethostname(), getpass.getuser()) if f" {one}" in text
    ]
    assert str(classes.exercise.folder) not in text
    assert time.strftime("%Y") not in text


def test_every_picture_has_a_name(classes: Classes) -> None:
    """A screen reader says what a picture shows."""
    page = Page(class_page(classes.book(classes.grade("ann"))))
    assert page.values("role").count("img") == page.tags["svg"] == len(classes.names) + 1
    assert page.tags["title"] >= page.tags["svg"]


def test_hostile_names_are_told_as_they_are(classes: Classes, hostile_page: str) -> None:
    """A name of markup is read as such, a long one is cut, one that turns the line around is escaped."""
    text = text_of(hostile_page)
    assert classes.hostile_texts[0] in text
    assert "\\u202eevil\\u2066" in text
    assert "{{ 7 * 7 }}" in text
    assert "é" * 79 + "…" in text
    assert "é" * 2_001 not in text


def test_what_a_teacher_looks_for_is_there(classes: Classes) -> None:
    """How many passed, the median, the hardest check, the first failure, who has to be looked at."""
    unread = told_once(classes.exercise, "", Verdict.UNREADABLE, "a.zip: too large", "less")
    class_ = classes.book(
        classes.grade("ann"),
        classes.grade("bob", classes.report(classes.names[1:2], expected="one", got="two")),
        classes.grade("odd", unread, "a.zip: too large"),
        likenesses=[Likeness("ann", "bob", 0.876)],
    )
    text = text_of(class_page(class_))
    assert classes.exercise.title in text
    assert "1 of 3" in text
    assert "51 of 52 points" in text
    assert f"{classes.exercise.checks[1].sentence} hardest" in text
    assert f"{classes.exercise.checks[1].sentence} failed" in text
    assert "to be looked at: a.zip: too large" in text
    assert "no verdict" in text
    assert "ann bob 87 %" in text


@pytest.mark.parametrize("level", list(Level))
def test_weak_confinement_is_said_loudly(classes: Classes, level: Level) -> None:
    """Below level 3 the page says so before anything else; a hand-in that never ran does not count."""
    unread = told_once(classes.exercise, "", Verdict.UNREADABLE, "m", "r")
    grades = [classes.grade("ann", classes.report(level=level)), classes.grade("odd", unread, "no text")]
    text = text_of(class_page(classes.book(*grades)))
    said = f"Confinement level {int(level)} of 3 in 1 run" in text
    assert said is (level < Level.NAMESPACES)
    assert ("passed 1" in text.split("Confinement level")[0]) is not said


def test_a_report_may_lack_checks(classes: Classes) -> None:
    """What did not run is not green, and not red either."""
    whole = classes.report()
    text = class_page(classes.book(classes.grade("ann", replace(whole, results=whole.results[:3]))))
    assert "0 green, 0 not green, 1 waiting" in text


def test_many_pairs_are_cut(classes: Classes) -> None:
    """Those most alike are shown, the rest is counted."""
    pairs = [Likeness("ann", f"x{index}", 0.9) for index in range(1_000)]
    text = text_of(class_page(classes.book(classes.grade("ann"), likenesses=pairs)))
    assert "700 more pairs are less alike than these" in text


def test_a_large_class_stays_small(classes: Classes) -> None:
    """2,000 hand-ins that fail everything, each in other words with markup in it: below 10 MB.

    Measured on some of them: the room of each depends on the size of the class.
    """
    some = classes.hostile(17).grades
    empty = replace(classes.report(), results=())
    rest = [classes.grade(f"r{index}", empty) for index in range(2_000 - len(some))]
    with_, without = classes.book(*some, *rest), classes.book(*rest)
    room = len(class_page(with_).encode()) - len(class_page(without).encode())
    assert room / len(some) * 2_000 < 10_000_000


def test_the_page_comes_out_of_a_zip(tmp_path: Path) -> None:
    """The parts of the page are found wherever the package is."""
    package = Path(backroad.__file__).parent
    archive = tmp_path / "kit.zip"
    with zipfile.ZipFile(archive, "w") as kit:
        for file in sorted(package.rglob("*")):
            if file.is_file() and file.suffix in (".py", ".html", ".css", ".js"):
                kit.write(file, Path("backroad", file.relative_to(package)))
    program = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "import backroad; assert 'kit.zip' in backroad.__file__\n"
        "from backroad.grading.page import ASSETS; ASSETS.environment.get_template('page.html')\n"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=True)
