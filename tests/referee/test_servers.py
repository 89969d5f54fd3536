"""Which database servers the environment names, and what is said of those that do not answer."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import pytest

from backroad.errors import BackroadError
from backroad.model import Need
from backroad.referee.servers import SQL_SERVERS, configured, version_of, with_driver, without_password
from backroad.referee.starting import free_port

POSTGRES, MYSQL = SQL_SERVERS["postgresql"], SQL_SERVERS["mysql"]
P, M, D = "postgres://me:secret@host/db", "mysql://me@host/db", "mongodb://host/"

CHOSEN: list[tuple[dict[str, str], dict[Need, str]]] = [
    ({}, {}),
    ({POSTGRES: ""}, {}),
    ({POSTGRES: P}, {Need.SQL: "postgresql+psycopg://me:secret@host/db"}),
    ({MYSQL: M}, {Need.SQL: "mysql+pymysql://me@host/db"}),
    ({POSTGRES: P, MYSQL: M, "BACKROAD_DATABASE": "mysql"}, {Need.SQL: "mysql+pymysql://me@host/db"}),
    ({POSTGRES: P, "BACKROAD_DATABASE": "sqlite"}, {}),
    ({"BACKROAD_MONGODB_URL": D}, {Need.DOCUMENTS: D}),
]
WRONG: list[tuple[dict[str, str], str]] = [
    ({POSTGRES: P, MYSQL: M}, "are both set; choose with BACKROAD_DATABASE=postgresql or"),
    ({"BACKROAD_DATABASE": "mysql"}, "no server is named; set BACKROAD_MYSQL_URL"),
    ({"BACKROAD_DATABASE": "postgres", POSTGRES: P}, "is no database; did you mean postgresql"),
]


@pytest.mark.parametrize(("environ", "servers"), CHOSEN)
def test_the_environment_names_servers(environ: Mapping[str, str], servers: Mapping[Need, str]) -> None:
    """One variable for each server, and a choice between two; nothing means the kit's own."""
    assert configured(environ) == servers


@pytest.mark.parametrize(("environ", "said"), WRONG)
def test_settings_that_clash_are_told(environ: Mapping[str, str], said: str) -> None:
    """What, and what to do."""
    with pytest.raises(BackroadError, match=re.escape(said)):
        configured(environ)


def test_a_password_is_never_shown() -> None:
    """It stands in the URL, and in no message."""
    assert without_password(P) == "postgres://me:…@host/db"
    assert without_password(M) == M


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_is_down_is_told(scheme: str) -> None:
    """With its address, the reason and a remedy; without the password."""
    url = f"{scheme}://me:secret@127.0.0.1:{free_port()}/db"
    with pytest.raises(BackroadError, match=r"does not let us in: .*start the server") as caught:
        version_of(Need.SQL, with_driver(url))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/db", "postgresql://host:port/db"])
def test_nonsense_is_told(url: str) -> None:
    """A URL that is none."""
    with pytest.raises(BackroadError, match=r"no URL of a database|not installed"):
        version_of(Need.SQL, with_driver(url))


@pytest.mark.parametrize("variable", SQL_SERVERS.values())
def test_a_server_says_what_it_is(variable: str) -> None:
    """Name and version; a wrong password is told."""
    url = os.environ.get(variable)
    if not url:
        pytest.skip(f"{variable} names no server")
    assert re.fullmatch(r"(PostgreSQL|MySQL|MariaDB) \d+\.\d+", version_of(Need.SQL, with_driver(url)))
    with pytest.raises(BackroadError, match="does not let us in"):
        version_of(Need.SQL, with_driver(url.replace("backroad:", "backroad:x")))
