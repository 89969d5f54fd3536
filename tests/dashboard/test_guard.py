"""The guard: one test per attack, on every route that there is."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from backroad.dashboard.desk import Desk
from backroad.dashboard.guard import HEADER, HEADERS, LARGEST, OPENING_SECONDS

from .conftest import PORT, Browser, dashboard, started

HERE = f"127.0.0.1:{PORT}"
LOOKING = {"GET", "HEAD"}
SAMPLES = {"slug": "greeter", "name": "greets", "key": "0" * 16}
HOSTS = [
    pytest.param(f"evil.example:{PORT}", id="another name, the right port"),
    pytest.param(f"localhost.:{PORT}", id="a trailing dot"),
    pytest.param(f"127.0.0.1.:{PORT}", id="a number with a trailing dot"),
    pytest.param(f"127.0.0.1:{PORT}.", id="a dot behind the port"),
    pytest.param(f"127.0.0.1.evil.example:{PORT}", id="a name that begins like ours"),
    pytest.param(f"evil.example@127.0.0.1:{PORT}", id="a user before ours"),
    pytest.param(f"127.0.0.1:{PORT}, evil.example", id="two names"),
    pytest.param(f"127.0.0.1:{PORT + 1}", id="another port"),
    pytest.param("127.0.0.1", id="no port"),
    pytest.param(f"127.1:{PORT}", id="a short number"),
    pytest.param(f"2130706433:{PORT}", id="one number"),
    pytest.param(f"0.0.0.0:{PORT}", id="every address"),
    pytest.param(f"[::1]:{PORT}", id="IPv6"),
    pytest.param(f"[::ffff:127.0.0.1]:{PORT}", id="IPv4 in IPv6"),
    pytest.param(f"LOCALHOST:{PORT}", id="upper case"),
    pytest.param("", id="empty"),
    pytest.param(None, id="none"),
]
PAGES = [
    pytest.param({"Origin": "https://evil.example"}, id="another site"),
    pytest.param({"Origin": "null"}, id="nowhere"),
    pytest.param({"Origin": ""}, id="empty"),
    pytest.param({"Origin": f"https://127.0.0.1:{PORT}"}, id="another scheme"),
    pytest.param({"Origin": f"http://127.0.0.1:{PORT + 1}"}, id="another port"),
    pytest.param({"Origin": "http://127.0.0.1"}, id="no port"),
    pytest.param({"Origin": f"http://localhost:{PORT}"}, id="our other name"),
    pytest.param({"Origin": f"http://127.0.0.1:{PORT}.evil.example"}, id="a name that begins like ours"),
    pytest.param({"Origin": f"http://127.0.0.1:{PORT}/"}, id="a path"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="fetched across sites"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, id="fetched from another port"),
    pytest.param({"Sec-Fetch-Site": "same-origin, cross-site"}, id="fetched in two ways"),
    pytest.param({"Sec-Fetch-Site": "anything"}, id="fetched in a way that nobody knows"),
]
SECRETS = [
    pytest.param("{}x", id="longer"),
    pytest.param("{:.31}", id="shorter"),
    pytest.param("{:.1}", id="its first letter"),
    pytest.param("x", id="wrong"),
    pytest.param("caf\u00e9", id="no ASCII"),
    pytest.param("{} ", id="a space behind it"),
    pytest.param("{}\x00", id="a NUL behind it"),
]
# What stands for a variable of a route, and leads out of its place if somebody builds a path of it.
PLACES = [
    "..",
    "%2e%2e",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "%252e%252e",
    "..%5c..%5cwindows%5cwin.ini",
    "%2fetc%2fpasswd",
    "%00",
    "greeter%00.html",
    "greeter%2f..%2fparting",
    "greeter%0d%0aSet-Cookie:%20a=b",
    "greeter.",
    "%c0%ae%c0%ae",
    "%ff%fe",
    "%ed%a0%80",
    "%E2%80%A8",
    "~root",
    "a" * 5_000,
]


@pytest.fixture(scope="module")
def desk(road: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One dashboard for all attacks: none of them changes anything."""
    with dashboard(road, tmp_path_factory.mktemp("attacked")) as desk:
        started(desk)
        yield desk


@pytest.fixture
def untouched(desk: Desk) -> Iterator[None]:
    """Whatever is asked for, the workspaces and the home stay as they are."""
    before = everything(desk)
    yield
    assert everything(desk) == before


def everything(desk: Desk) -> list[str]:
    """Return every file there is, and how much the journal tells."""
    found = [str(Path(at) / name) for at, _, names in os.walk(desk.folder.parent) for name in names]
    kept = [name for name in found if not name.endswith(("-wal", "-shm"))]
    return [*sorted(kept), str(len(desk.practice.entries()))]


def routes(browser: Browser, secret: str | None = None, **samples: str) -> list[tuple[str, str]]:
    """Return a method and a path of every route."""
    values = {"secret": browser.secret if secret is None else secret, **SAMPLES, **samples}
    found = []
    for rule in browser.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:>]*:)?(\w+)>", lambda match: values.get(match[1], "x"), rule.rule)
        found += [(method, path) for method in sorted(rule.methods or ())]
    assert len(found) > 20
    return found


def refused(answer: TestResponse, browser: Browser, code: int) -> bool:
    """Return whether an answer says no, plainly, and tells whoever asked neither the secret nor a path."""
    text = answer.get_data(as_text=True)
    told = f"{text}{answer.headers}"
    place = str(browser.desk.folder.parent)
    is_plain = "text/plain" in answer.headers["Content-Type"] and "<" not in text
    return answer.status_code == code and is_plain and browser.secret not in told and place not in told


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("host", HOSTS)
def test_foreign_host(browser: Browser, host: str | None) -> None:
    """Only this machine's address is answered, whatever else is right: another name may point here."""
    headers = {HEADER: browser.secret}
    answered = [
        (method, path)
        for method, path in routes(browser)
        if not refused(browser.ask(path, method, headers, host=host), browser, 421)
    ]
    assert answered == []


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("headers", PAGES)
def test_foreign_page(browser: Browser, headers: Mapping[str, str]) -> None:
    """A page of another site gets nothing and changes nothing, even if it knew the secret."""
    told = {HEADER: browser.secret, **headers}
    answered = [
        (method, path)
        for method, path in routes(browser)
        if not refused(browser.ask(path, method, told), browser, 403)
    ]
    assert answered == []


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("secret", SECRETS)
def test_wrong_secret_in_the_address(browser: Browser, secret: str) -> None:
    """Without the whole secret in the address, nothing is there."""
    wrong = secret.format(browser.secret)
    told = {HEADER: browser.secret}
    answered = [
        (method, path)
        for method, path in routes(browser, wrong)
        if not refused(browser.ask(path, method, told), browser, 404)
    ]
    assert answered == []


@pytest.mark.usefixtures("untouched")
def test_no_secret_in_the_address(browser: Browser) -> None:
    """Without a secret in the address there is no page, and no way to where it is."""
    for path in ("/", "//", "/exercise/greeter/", "/assets/page.js", "/favicon.ico", "/%00", "/.."):
        answer = browser.ask(path)
        assert answer.status_code in (308, 404), path
        assert browser.secret not in f"{answer.get_data(as_text=True)}{answer.headers}"


@pytest.mark.usefixtures("untouched")
def test_opened_once(browser: Browser) -> None:
    """The address on the browser's command line leads to the pages once; then it is a wrong one."""
    path = browser.desk.guard.opening().partition(HERE)[2]
    assert browser.secret not in path
    assert refused(browser.ask(path, host=f"evil.example:{PORT}"), browser, 421)
    assert refused(browser.ask(path, headers={"Sec-Fetch-Site": "cross-site"}), browser, 403)
    assert refused(browser.ask(path, "HEAD"), browser, 404)
    assert refused(browser.ask(path[:-2] + "/"), browser, 404)
    answer = browser.ask(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{browser.secret}/")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert refused(browser.ask(path), browser, 404)


@pytest.mark.usefixtures("untouched")
def test_opened_too_late(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute the address on the browser's command line leads nowhere."""
    path = browser.desk.guard.opening().partition(HERE)[2]
    late = time.monotonic() + OPENING_SECONDS
    monkeypatch.setattr("backroad.dashboard.guard.time.monotonic", lambda: late)
    assert refused(browser.ask(path), browser, 404)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("secret", [*SECRETS, pytest.param("", id="empty"), pytest.param(None, id="none")])
def test_wrong_secret_in_the_header(browser: Browser, secret: str | None) -> None:
    """Nothing is changed without the whole secret in its header: no form and no link can send one."""
    wrong = {} if secret is None else {HEADER: secret.format(browser.secret).encode().decode("latin-1")}
    asked = [(method, path) for method, path in routes(browser) if method not in LOOKING]
    answered = [
        (method, path)
        for method, path in asked
        if not refused(browser.ask(path, method, wrong), browser, 403)
    ]
    assert (answered, len(asked) > 10) == ([], True)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "GET", "MADE-UP"])
def test_wrong_method(browser: Browser, method: str) -> None:
    """A way of asking that a route does not know is refused, and tells nothing more."""
    known = set(routes(browser))
    paths = {path for _, path in known if (method, path) not in known}
    answers = [browser.ask(path, method, {HEADER: browser.secret}) for path in paths]
    assert {refused(answer, browser, 405) for answer in answers} <= {True}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("place", PLACES)
def test_paths_in_variables(browser: Browser, place: str) -> None:
    """What leads out of its place is looked up by name like any other, and there is none."""
    told = {HEADER: browser.secret}
    found = []
    for variable in ("slug", "name", "key"):
        for method, path in routes(browser, **{variable: place}):
            if place not in path or method == "OPTIONS":
                continue
            answer = browser.ask(path, method, told)
            text = answer.get_data(as_text=True)
            if (
                answer.status_code not in (308, 404, 405, 409)
                or "root:x:0" in text
                or "Set-Cookie" in answer.headers
            ):
                found.append((method, path, answer.status_code))
    assert found == []


def test_headers_of_every_answer(browser: Browser) -> None:
    """Pages, assets, events, errors and refusals: each tells the browser what it may not do with it."""
    told = {HEADER: browser.secret}
    there = routes(browser)
    asked: list[tuple[str, str, Mapping[str, str], str | None]] = []
    asked += [(path, method, {}, HERE) for method, path in there if method in LOOKING]
    asked += [
        (path, method, headers, HERE) for method, path in there for headers in ({}, told) if method != "GET"
    ]
    asked += [(path, method, told, HERE) for method, path in routes(browser, "x")]
    asked += [(path, method, told, None) for method, path in there]
    asked += [
        (f"/{browser.secret}/assets/{name}", "GET", {}, HERE) for name in ("page.css", "map.js", "icon.svg")
    ]
    asked += [(f"/{browser.secret}/exercise/nothing/start", "POST", told, HERE), ("/", "GET", {}, HERE)]
    kinds = set()
    for path, method, headers, host in asked:
        answer = browser.ask(path, method, headers, host=host)
        kinds.add(answer.mimetype)
        lasting = {"Cache-Control": "private, no-cache"} if "ETag" in answer.headers else {}
        expected = {**HEADERS, **lasting}
        assert {name: answer.headers.get(name) for name in expected} == expected, (method, path)
        answer.close()
    assert kinds >= {"text/html", "text/css", "text/javascript", "text/event-stream", "text/plain"}
    settle(browser)


def settle(browser: Browser) -> None:
    """Wait until nothing runs any more."""
    for scene in browser.desk.room(browser.desk.practice.exercise("greeter")).scenes():
        if scene is not None and scene.report is not None and not scene.running:
            break
    browser.get("exercise/greeter/compare/live")


def test_the_policy(browser: Browser) -> None:
    """Nothing from outside, nothing inline, nobody's frame: what a page may do is said one by one."""
    policy = browser.ask(f"/{browser.secret}/").headers["Content-Security-Policy"]
    said = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert said["default-src"] == said["frame-ancestors"] == said["base-uri"] == "'none'"
    assert said["script-src"] == said["style-src"] == said["connect-src"] == "'self'"
    assert "unsafe" not in policy


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"x" * (LARGEST + 1), id="too large"),
        pytest.param(b'"' + b"x" * (LARGEST * 100), id="far too large"),
        pytest.param(b"[" * (LARGEST - 1), id="deep"),
        pytest.param(b'{"state":' * 1_500, id="deep objects"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"9" * 10_000, id="a large number"),
        pytest.param(b'{"state": "\\ud800"}', id="half a character"),
        pytest.param(b'{"state": {"$ne": 1}}', id="an object"),
        pytest.param(b"NaN", id="no number"),
    ],
)
def test_odd_bodies(browser: Browser, body: bytes) -> None:
    """A body that is none of ours is answered with words, and nothing is done."""
    page = browser.get("history/greeter/")[1]
    key = re.search(r"history/greeter/(\w{16})/", page)
    assert key
    headers = {HEADER: browser.secret, "Content-Type": "application/json"}
    answer = browser.ask(f"/{browser.secret}/history/greeter/{key[1]}/restore", "POST", headers, body)
    told = answer.get_json()
    assert (answer.status_code, len(told["problems"])) in ((409, 1), (413, 1))
