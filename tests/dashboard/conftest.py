"""Two small roads, dashboards over them, and a browser that knows the secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request

from backroad.dashboard.application import make_app
from backroad.dashboard.desk import Desk
from backroad.dashboard.guard import HEADER, Guard
from backroad.dashboard.rooms import Room, Rooms
from backroad.practice import Practice
from backroad.practice.beginning import begin
from backroad.referee.engine import Engine

from ..cli.conftest import FILES, RIGHT
from ..roads import lay
from . import foreign

PORT = 1234


class Browser:
    """Asks a dashboard for pages, as a page of its own or as somebody else."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.app: Flask = make_app(desk)
        self.secret = desk.guard.secret

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        host: str | None = f"127.0.0.1:{PORT}",
    ) -> TestResponse:
        """Ask for a whole path, with no headers but those given; without a host where it is None."""
        told = list((headers or {}).items())
        builder = EnvironBuilder(path, f"http://127.0.0.1:{PORT}", method=method, headers=told, data=body)
        environ = builder.get_environ()
        environ.pop("HTTP_HOST")
        if host is not None:
            environ["HTTP_HOST"] = host
        answer = run_wsgi_app(self.app, environ)
        return TestResponse(*answer, request=Request(environ))

    def get(self, path: str = "") -> tuple[int, str]:
        """Return code and text of a page below the secret."""
        answer = self.ask(f"/{self.secret}/{path}")
        return answer.status_code, answer.get_data(as_text=True)

    def post(self, path: str) -> tuple[int, Any]:
        """Ask for a change below the secret; return code and what was told."""
        answer = self.ask(f"/{self.secret}/{path}", "POST", {HEADER: self.secret})
        return answer.status_code, answer.get_json(silent=True)


class Visitor:
    """Looks at a dashboard as its learner does, at whole answers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._browser = Browser(desk)
        self.app, self.secret, self.ask = self._browser.app, self._browser.secret, self._browser.ask

    def get(self, page: str) -> TestResponse:
        """Look at a page below the secret."""
        return self.ask(f"/{self.secret}/{page}")

    def post(self, page: str) -> TestResponse:
        """Ask for a change below the secret, as the pages do."""
        return self.ask(f"/{self.secret}/{page}", "POST", {HEADER: self.secret})

    def text(self, page: str) -> str:
        """Return a page that is there."""
        answer = self.get(page)
        assert answer.status_code == 200, answer.text
        return answer.text


@contextmanager
def visiting(practice: Practice, folder: Path, engine: Engine | None = None) -> Iterator[Visitor]:
    """Have somebody look at a dashboard for the time of the `with`."""
    with nullcontext(engine) if engine is not None else Engine() as warm:
        desk = Desk(practice, Guard(PORT), Rooms(practice, warm), folder)
        try:
            yield Visitor(desk)
        finally:
            desk.close()


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content: two modules and a service."""
    return lay(tmp_path_factory.mktemp("content"), FILES)


@contextmanager
def dashboard(road: Path, place: Path) -> Iterator[Desk]:
    """Have a dashboard with a home and a folder of its own, and no workspace yet."""
    practice = Practice(road, {"BACKROAD_HOME": str(place / "home")})
    folder = place / "work"
    folder.mkdir()
    with practice.warm() as engine:
        desk = Desk(practice, Guard(PORT), Rooms(practice, engine), folder)
        try:
            yield desk
        finally:
            desk.close()


def started(desk: Desk) -> Path:
    """Begin an exercise; return the workspace."""
    return begin(desk.practice, desk.practice.exercise("greeter"), desk.folder / "greeter").root


@pytest.fixture
def desk(road: Path, tmp_path: Path) -> Iterator[Desk]:
    """A dashboard with no workspace yet."""
    with dashboard(road, tmp_path) as desk:
        yield desk


@pytest.fixture
def browser(desk: Desk) -> Browser:
    """Somebody who looks at the dashboard."""
    return Browser(desk)


@pytest.fixture
def greeter(desk: Desk) -> Path:
    """A workspace as it is begun."""
    return started(desk)


@pytest.fixture
def room(desk: Desk, greeter: Path) -> Room:
    """The room of the workspace."""
    assert greeter.is_dir()
    return desk.room(desk.practice.exercise("greeter"))


def solve(workspace: Path) -> None:
    """Write a right solution."""
    (workspace / "greeter.py").write_text(RIGHT, encoding="utf-8")


@pytest.fixture(scope="session")
def strange_road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content whose authors wrote what no page may obey."""
    return lay(tmp_path_factory.mktemp("road"), foreign.FILES)


@pytest.fixture
def practice(strange_road: Path, tmp_path: Path) -> Practice:
    """A learner's kit with a home of its own."""
    return Practice(strange_road, {"BACKROAD_HOME": str(tmp_path / "home")})


@pytest.fixture
def root(practice: Practice, tmp_path: Path) -> Path:
    """A workspace as it is begun."""
    return begin(practice, practice.exercise("greeter"), tmp_path / "greeter").root


@pytest.fixture
def visitor(practice: Practice, tmp_path: Path) -> Iterator[Visitor]:
    """Somebody who looks; nothing is run."""
    with visiting(practice, tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """What keeps runs warm, once for a module."""
    with Engine(spare=True) as warm:
        yield warm


@pytest.fixture
def busy(practice: Practice, engine: Engine, root: Path) -> Iterator[Visitor]:
    """Somebody who looks at a dashboard that runs the checks of a workspace."""
    with visiting(practice, root.parent, engine) as one:
        yield one
