"""The client of a learner's running service: real processes, real sockets."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from backroad.model import Limits
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.http import UNSET, make_request
from backroad.referee.service import Service
from backroad.report import Verdict

Serving = Callable[..., Service]
PLAIN = "import base\nbase.serve()\n"
VIEWS = """
    import base, json, os, sys, time, threading
    count = 0
    class Handler(base.Handler):
        def answer(self):
            global count
            count += 1
            name = self.path.strip("/").partition("?")[0]
            return getattr(self, name, lambda: {"path": self.path, "count": count})()
        def env(self): return dict(os.environ)
        def boom(self): return 1 / 0  # boom
        def sleep(self): time.sleep(60)  # sleeping
        def leave(self):
            print("last words", flush=True)
            os._exit(3)
        def crash(self): os.abort()
        def say(self):
            print("said", flush=True)
            return {}
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            data = json.dumps({"body": body.decode(), "type": self.headers["Content-Type"]}).encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
    base.serve(Handler)
"""
SHORT = Limits(call=1.5, start=30)


def evidence_of(call: Callable[[], object]) -> Evidence:
    """Return the evidence of the trouble that a call meets."""
    with pytest.raises(Trouble) as caught:
        call()
    return caught.value.evidence


def test_it_answers(serving: Serving) -> None:
    """Paths go out as written, parameters encoded, bodies with their type."""
    service = serving(VIEWS)
    assert service.get("/a%2Fb?x=%C3%AB").json["path"] == "/a%2Fb?x=%C3%AB"
    assert service.get("/a", {"q": "a b&c", "n": 1}).json["path"] == "/a?q=a+b%26c&n=1"
    assert service.post("/", json={"a": "ë"}).json == {"body": '{"a": "\\u00eb"}', "type": "application/json"}
    assert service.post("/", body=b"raw", content_type="text/csv").json == {"body": "raw", "type": "text/csv"}
    assert service.post("/", json=None).json["body"] == "null"


def test_its_environment_is_the_kit_s(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT and HOST are given; nothing of the caller's comes along."""
    monkeypatch.setenv("SECRET_TOKEN", "x")
    service = serving(VIEWS)
    found = service.get("/env").json
    assert (found["PORT"], found["HOST"]) == (str(service.port), "127.0.0.1")
    assert "SECRET_TOKEN" not in found


def test_an_error_in_a_view_is_found_in_the_log(serving: Serving) -> None:
    """A connection that broke off is told with the request; the service lives on."""
    service = serving(VIEWS)
    found = evidence_of(lambda: service.get("/boom"))
    assert (found.verdict, found.expected) == (Verdict.FAILED, "an HTTP answer")
    assert found.did == ("GET /boom",)
    assert service.is_alive
    assert "ZeroDivisionError" in service.log


def test_no_answer_is_hung_at_its_line(serving: Serving) -> None:
    """A handler that does not answer is told with its line, and the process is ended."""
    service = serving(VIEWS, limits=SHORT)
    found = evidence_of(lambda: service.get("/sleep"))
    assert (found.verdict, found.message) == (Verdict.HUNG, "no answer within 1.5 s")
    assert found.where is not None
    assert found.where.source == "def sleep(self): time.sleep(60)  # sleeping"
    assert found.again == "curl -i localhost:8000/sleep"
    assert not service.is_alive


@pytest.mark.parametrize(("path", "words"), [("/leave", "with exit code 3"), ("/crash", "by SIGABRT")])
def test_a_service_that_ends_has_died(serving: Serving, path: str, words: str) -> None:
    """How it ended, during which request, with its last lines."""
    service = serving(VIEWS)
    found = evidence_of(lambda: service.get(path))
    assert (found.verdict, found.message) == (Verdict.DIED, f"the service ended {words} during the request")
    assert "last words" in str(found.output) or path == "/crash"
    assert evidence_of(lambda: service.get("/")).verdict is Verdict.DIED


def test_its_log_is_what_it_wrote(serving: Serving) -> None:
    """What the service prints can be searched at once."""
    service = serving(VIEWS)
    service.get("/say")
    assert service.log == "said\n"


def test_a_second_one_runs_beside(serving: Serving) -> None:
    """Another process of the same command, on another port, with more environment."""
    service = serving(VIEWS)
    service.get("/")
    with service.another({"EXTRA": "1"}) as other:
        assert other.port != service.port
        assert other.get("/env").json["EXTRA"] == "1"
        assert "EXTRA" not in service.get("/env").json
    assert not other.is_alive
    assert service.is_alive


def test_a_second_one_that_does_not_start_is_told_with_its_settings(serving: Serving) -> None:
    """Whoever reads it sees what it was started with."""
    service = serving("import os\nassert not os.environ.get('KEY'), 'too short'\n" + textwrap.dedent(VIEWS))
    with pytest.raises(Trouble) as caught, service.another({"KEY": "éé"}):
        pass
    assert caught.value.evidence.did == ("started python app.py once more, on another port, with KEY=éé",)


def test_a_restart_forgets_what_was_in_memory(serving: Serving) -> None:
    """A new process on the same command."""
    service = serving(VIEWS)
    first = service.get("/").json["count"]
    service.restart()
    assert service.get("/").json["count"] <= first


def test_requests_at_once(serving: Serving) -> None:
    """Several requests can be under way together."""
    service = serving(VIEWS)
    replies = service.parallel(8, lambda number: service.get(f"/{number}"))
    assert [reply.json["path"] for reply in replies] == [f"/{number}" for number in range(8)]


def test_raw_bytes_go_out_as_they_are(serving: Serving) -> None:
    """What is no HTTP can be sent too; the answer is what came until the end."""
    service = serving(VIEWS, limits=SHORT)
    assert service.raw(b"GET /x HTTP/1.0\r\n\r\n").endswith(b"}")
    assert b"400" in service.raw(b"nonsense\r\n\r\n")


def test_it_obeys_sigterm_or_is_killed(serving: Serving) -> None:
    """Stopping tells whether the service stopped by itself."""
    assert serving(PLAIN).stop() is True
    assert Service.stop(serving(PLAIN)) is True


BROKEN: dict[str, tuple[str, str, str | None]] = {
    "wrong-port": ("import os\nos.environ['PORT'] = '{port}'\n" + PLAIN, "wrong port: it listens on", None),
    "never-listens": (
        "import time\nprint('waiting', flush=True)\ntime.sleep(60)\n",
        "it never listened",
        None,
    ),
    "crashes": (
        "import base\nraise KeyError('DATABASE')\n",
        "KeyError: 'DATABASE'",
        "raise KeyError('DATABASE')",
    ),
    "syntax": ("import base\nx = = 1\n", "SyntaxError: invalid syntax", "x = = 1"),
    "ends": ("print('done')\n", "it ended with exit code 0 before it listened", None),
    "silent": (
        "import os, socket, time\n"
        "s = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\n"
        "time.sleep(60)\n",
        "it listens, but never answers",
        None,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_keeps_a_service_from_being_ready_is_told_apart(serving: Serving, name: str) -> None:
    """Each mistake has its own words, and the line where there is one."""
    from backroad.referee.starting import free_port

    code, message, source = BROKEN[name]
    limits = Limits(call=1, start=1.5 if name == "never-listens" else 30)
    code = code.replace("{port}", str(free_port()))
    found = evidence_of(lambda: serving(code, limits=limits))
    assert found.verdict in (Verdict.UNREADABLE, Verdict.HUNG)
    assert str(found.message).startswith(message)
    assert source is None or (found.where is not None and found.where.source == source)
    assert found.did


def test_a_slow_start_is_waited_for(serving: Serving) -> None:
    """A right service that takes its time to listen is ready when it does."""
    code = "import threading\nthreading.Event().wait(1.2)\n" + PLAIN
    assert serving(code).get("/").status == 200


@pytest.mark.parametrize(
    ("said", "target", "headers", "body"),
    [
        ({"params": {"a": 1}}, "/x?a=1", (), None),
        ({"json": [1]}, "/x", (("Content-Type", "application/json"),), b"[1]"),
        ({"json": 1, "content_type": "text/plain"}, "/x", (("Content-Type", "text/plain"),), b"1"),
        ({"body": b"", "headers": {"A": "b"}}, "/x", (("A", "b"),), b""),
    ],
    ids=["params", "json", "json-of-another-type", "empty-body"],
)
def test_a_request_is_what_the_check_said(
    said: dict[str, Any], target: str, headers: tuple[tuple[str, str], ...], body: bytes | None
) -> None:
    """Nothing is added that was not asked for."""
    whole: dict[str, Any] = {"params": None, "body": None, "headers": None, "content_type": None, **said}
    made = make_request(
        "POST",
        "/x",
        whole["params"],
        whole.get("json", UNSET),
        whole["body"],
        whole["headers"],
        whole["content_type"],
    )
    assert (made.path, made.headers, made.body) == (target, headers, body)
