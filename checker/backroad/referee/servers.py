"""The user's own database servers: which ones the environment names, and whether they answer.

BACKROAD_POSTGRES_URL and BACKROAD_MYSQL_URL name SQL servers, BACKROAD_MONGODB_URL a document server.
Without them the kit serves SQLite files and its embedded document server. BACKROAD_DATABASE chooses where
several are named: sqlite, postgresql or mysql.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit, urlunsplit

from backroad.errors import BackroadError, Problem, nearest, stop
from backroad.model import Need

CHOICE = "BACKROAD_DATABASE"
SQL_SERVERS = {"postgresql": "BACKROAD_POSTGRES_URL", "mysql": "BACKROAD_MYSQL_URL"}
DOCUMENT_SERVER = "BACKROAD_MONGODB_URL"
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
PACKAGES = {"postgresql": "psycopg[binary]", "mysql": "pymysql"}
LEAST = {"postgresql": (12,), "mysql": (8, 0), "mariadb": (10, 5)}
CONNECT_SECONDS = 5


def configured(environ: Mapping[str, str]) -> dict[Need, str]:
    """Return the URLs of the servers that checks are to use; raises BackroadError for settings that clash."""
    servers = {}
    sql = sql_server(environ)
    if sql:
        servers[Need.SQL] = with_driver(sql)
    if environ.get(DOCUMENT_SERVER):
        servers[Need.DOCUMENTS] = environ[DOCUMENT_SERVER]
    return servers


def sql_server(environ: Mapping[str, str]) -> str:
    """Return the URL of the SQL server to use, or nothing for SQLite."""
    known = {name: environ[variable] for name, variable in SQL_SERVERS.items() if environ.get(variable)}
    chosen = environ.get(CHOICE, "")
    if chosen == "sqlite" or not (chosen or known):
        return ""
    if chosen and chosen not in SQL_SERVERS:
        raise stop(f"{CHOICE}={chosen}", "is no database", nearest(chosen, ["sqlite", *SQL_SERVERS]))
    if chosen and chosen not in known:
        raise stop(f"{CHOICE}={chosen}", "no server is named", f"set {SQL_SERVERS[chosen]}")
    if not chosen and len(known) > 1:
        variables = " and ".join(SQL_SERVERS.values())
        raise stop(variables, "are both set", f"choose with {CHOICE}=postgresql or {CHOICE}=mysql")
    return known[chosen] if chosen else next(iter(known.values()))


def with_driver(url: str) -> str:
    """Return the URL with the driver that SQLAlchemy is to use."""
    scheme, separator, rest = url.partition("://")
    return DRIVERS.get(scheme, scheme) + separator + rest


def without_password(url: str) -> str:
    """Return the URL as it may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:…@{host}"))


@cache
def version_of(need: Need, url: str) -> str:
    """Connect to a server once, and return what it says it is; raises BackroadError with a remedy."""
    return sql_version(url) if need is Need.SQL else document_version(url)


def sql_version(url: str) -> str:
    """Return the name and version of a SQL server."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    shown = without_password(url)
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})
        with engine.connect() as connection:
            dialect = connection.dialect
            name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
            version = tuple(part for part in dialect.server_version_info or () if isinstance(part, int))
    except ModuleNotFoundError as error:
        package = next((text for name, text in PACKAGES.items() if url.startswith(name)), error.name)
        raise stop(shown, f"the driver {error.name} is not installed", f"pip install '{package}'") from None
    except (ArgumentError, ValueError) as error:
        raise stop(
            shown, f"is no URL of a database: {first_line(error)}", "user:password@host:port/name"
        ) from None
    except (SQLAlchemyError, OSError) as error:
        what = f"does not let us in: {first_line(error)}"
        raise stop(shown, what, "start the server, or correct user and password") from None
    least = LEAST.get(name, ())
    if version[: len(least)] < least:
        due = ".".join(map(str, least))
        raise stop(shown, f"is {name} {'.'.join(map(str, version))}", f"use {due} or newer")
    return f"{NAMES.get(name, name)} {'.'.join(map(str, version[:2]))}"


NAMES = {"postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}


def document_version(url: str) -> str:
    """Return the name and version of a document server."""
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    try:
        with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=CONNECT_SECONDS * 1000) as client:
            return f"documents {client.server_info().get('version', '')}"
    except (PyMongoError, ValueError) as error:
        what = f"does not let us in: {first_line(error)}"
        raise BackroadError(
            Problem(without_password(url), what, "start the server, or correct the URL")
        ) from None


def first_line(error: Exception) -> str:
    """Return what an error says, on one line."""
    return next(iter(str(getattr(error, "orig", None) or error).splitlines()), type(error).__name__)[:200]
