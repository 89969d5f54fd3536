"""What a service's log tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.referee.servicelog import exception_in, read_log, stack_in

FLASK = """[2024-01-01 00:00:00,000] ERROR in app: Exception on /v1/sum [POST]
Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "{root}/app.py", line 2, in total
    return sum(numbers)
           ^^^^^^^^^^^^
TypeError: unsupported operand type(s) for +: 'int' and 'str'
127.0.0.1 - - [01/Jan/2024 00:00:00] "POST /v1/sum HTTP/1.1" 500 -
"""
CHAINED = """Traceback (most recent call last):
  File "{root}/app.py", line 1, in one
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "{root}/app.py", line 2, in two
mine.errors.NotFound: nothing here
"""
SYNTAX = """  File "{root}/app.py", line 2
    def f(:
          ^
SyntaxError: invalid syntax
"""
NODE = """{root}/app.js:2
    throw new TypeError("no such thing")
    ^

TypeError: no such thing
    at handler ({root}/app.js:2:11)
    at Server.<anonymous> (node:internal/x:1:1)
    at file://{root}/node_modules/lib/index.js:5:1

Node.js v20
"""
LOGS = {
    "flask": (FLASK, "TypeError: unsupported operand type(s) for +: 'int' and 'str'", [("app.py", 2)]),
    "chained": (CHAINED, "mine.errors.NotFound: nothing here", [("app.py", 2)]),
    "syntax": (SYNTAX, "SyntaxError: invalid syntax", [("app.py", 2)]),
    "node": (NODE, "TypeError: no such thing", [("app.js", 2)]),
}


@pytest.mark.parametrize("name", LOGS)
def test_the_last_exception_is_found(tmp_path: Path, name: str) -> None:
    """Its last line, and the frames in the submission."""
    log, said, frames = LOGS[name]
    found = exception_in(log.replace("{root}", str(tmp_path)), tmp_path)
    assert found is not None
    assert found.said == said
    assert [(place.file, place.line) for place in found.frames] == frames


@pytest.mark.parametrize(
    "log",
    [
        "",
        "GET / 200",
        "Traceback (most recent call last):\n",
        "Traceback (most recent call last):\n  cut",
        "\0",
    ],
)
def test_a_log_without_an_exception_has_none(tmp_path: Path, log: str) -> None:
    """Half a traceback is none."""
    assert exception_in(log, tmp_path) is None


@pytest.mark.parametrize(
    "line", ['  File "x', "Traceback (most recent call last):", "    at f (/a:1", "A" * 100]
)
def test_a_huge_log_is_read_in_time(tmp_path: Path, line: str) -> None:
    """Whatever is in it, a mebibyte of log takes no time worth naming."""
    exception_in(f"{line}\n" * (2**20 // (len(line) + 1)), tmp_path)


def test_only_the_end_of_a_log_is_read(tmp_path: Path) -> None:
    """At most a mebibyte, from an offset on; bad bytes are replaced; no log is an empty one."""
    log = tmp_path / "log"
    log.write_bytes(b"a" * 3 * 2**20 + b"\xffend")
    assert len(read_log(log)) == 2**20
    assert read_log(log, 3 * 2**20) == "\ufffdend"
    assert read_log(tmp_path / "none") == ""


def test_the_stack_of_the_request_s_thread_is_told(tmp_path: Path) -> None:
    """Of all threads the one that is in a function of the submission."""
    dump = f"""Fatal Python error: Aborted

Thread 0x00007f01 (most recent call first):
  File "{tmp_path}/app.py", line 9 in slow
  File "/usr/lib/python3.11/socketserver.py", line 5 in handle

Current thread 0x00007f02 (most recent call first):
  File "/usr/lib/python3.11/selectors.py", line 4 in select
  File "{tmp_path}/app.py", line 20 in <module>
"""
    assert [(place.line, place.function) for place in stack_in(dump, tmp_path)] == [(9, "slow")]
    only_main = dump.partition("Current")[2]
    assert [place.line for place in stack_in("Current" + only_main, tmp_path)] == [20]
    assert stack_in("", tmp_path) == ()
