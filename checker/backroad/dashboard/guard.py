"""Who may ask: this machine's own browser, with the secret, from a page of ours.

A foreign page that has its own name point at 127.0.0.1 sends its own Host; one that posts across sites
sends its own Origin; neither knows the secret (OWASP: DNS rebinding, cross-site request forgery).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn

from flask import Flask, Response, abort, g, redirect, request

HEADER = "X-Backroad-Secret"
LARGEST = 16_384  # bytes of a request: a name or two
LOOKING = ("GET", "HEAD")
OPENING_SECONDS = 60.0
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """Refuses what was not asked by a page of the dashboard on this port."""

    port: int
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _openings: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the dashboard is asked for."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    @property
    def address(self) -> str:
        """The address to open, with the secret."""
        return f"http://{self.hosts[0]}/{self.secret}/"

    def opening(self) -> str:
        """Return an address that leads there once, within a minute: a command line is everybody's to read."""
        once = secrets.token_urlsafe(24)
        self._openings[once] = time.monotonic() + OPENING_SECONDS
        return f"http://{self.hosts[0]}/{once}/"

    def watch(self, app: Flask) -> None:
        """Look at every request of an app, and at every answer."""
        app.config["MAX_CONTENT_LENGTH"] = LARGEST
        app.before_request(self._let_in)
        app.after_request(_sealed)
        app.url_value_preprocessor(self._take_secret)
        app.url_defaults(self._give_secret)

    def _let_in(self) -> None:
        """Refuse foreign names, foreign pages, and changes without the secret in their header."""
        host = request.headers.get("Host", "")
        if host not in self.hosts:
            abort(421, "this address is answered for 127.0.0.1 and localhost only")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{host}":
            abort(403, "this was asked by a page of another site")
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            abort(403, "this was asked by a page of another site")
        if request.method not in LOOKING and not self._is_secret(request.headers.get(HEADER, "")):
            abort(403, f"a change needs the secret of the address in the header {HEADER}")
        if g.told is not None and not self._is_secret(g.told):
            self._let_open(g.told)

    def _take_secret(self, _endpoint: str | None, values: dict[str, Any] | None) -> None:
        """Keep the secret of the address for `_let_in`, which comes next; no view has to know it."""
        g.told = (values or {}).pop("secret", None)

    def _give_secret(self, _endpoint: str, values: dict[str, Any]) -> None:
        values.setdefault("secret", self.secret)

    def _is_secret(self, told: str) -> bool:
        return same(told, self.secret)

    def _let_open(self, told: str) -> NoReturn:
        """Lead to the pages where this is the secret of an opening; it is none any more then."""
        known = [once for once in tuple(self._openings) if request.method == "GET" and same(told, once)]
        if any(time.monotonic() < self._openings.pop(once, 0.0) for once in known):
            abort(redirect(f"/{self.secret}/", 303))
        abort(404, "open the address that `backroad serve` printed: it holds a secret")


def same(told: str, secret: str) -> bool:
    """Return whether two texts are the same, in a time that tells nothing of where they differ."""
    return secrets.compare_digest(told.encode(), secret.encode())


def _sealed(answer: Response) -> Response:
    """Add what a browser has to know of every answer."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
