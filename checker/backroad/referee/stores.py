"""Fresh SQL databases, one for each check or service: SQLite files, or databases on a server."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from backroad.errors import KitFault, Problem
from backroad.referee.enclosure import Enclosure
from backroad.referee.scratch import remove_folder
from backroad.referee.servers import first_line, without_password

if TYPE_CHECKING:
    from sqlalchemy import Engine

FILE = "app.db"
NEEDED = "its user has to be allowed to create databases and users, and the server has to stay up"


@dataclass(frozen=True)
class Store:
    """One database: the URL for the learner's code, and where it lies when it is a file.

    The referee opens such a file inside the enclosure only.
    """

    url: str
    folder: Path | None = None
    port: int | None = None
    enclosure: Enclosure | None = None

    @property
    def file(self) -> Path | None:
        """SQLite's file."""
        return self.folder / FILE if self.folder is not None else None

    @property
    def dialect(self) -> str:
        """The kind of database: "sqlite", "postgresql" or "mysql"."""
        return self.url.partition(":")[0].partition("+")[0]


class Stores(Protocol):
    """Makes databases, and drops them."""

    def make(self) -> Store:
        """Return a new, empty database."""

    def drop(self, store: Store) -> None:
        """Remove a database with all that is in it, whoever is still connected."""

    def close(self) -> None:
        """Let go of the server."""


def stores_of(server: str, enclosure: Enclosure) -> Stores:
    """Return the maker of databases on a server, or of files in a folder."""
    if not server:
        return FileStores(enclosure)
    return PostgresStores(server) if server.startswith("postgresql") else MysqlStores(server)


class FileStores:
    """SQLite databases, each in a folder of its own."""

    def __init__(self, enclosure: Enclosure) -> None:
        self._enclosure = enclosure

    def make(self) -> Store:
        """Return a database that does not exist yet; SQLite makes the file."""
        root = self._enclosure.folder
        with suppress(OSError):
            root.chmod(0o700)  # the learner's code may have taken rights away
        folder = Path(tempfile.mkdtemp(dir=root))  # no name that it could take first
        return Store(f"sqlite:///{folder / FILE}", folder, enclosure=self._enclosure)

    def drop(self, store: Store) -> None:
        """Remove the folder."""
        if store.folder is not None:
            remove_folder(store.folder)

    def close(self) -> None:
        """Nothing to let go of."""


class ServerStores:
    """Databases on a server, each with a user of its own who reaches nothing else."""

    makes: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()

    def __init__(self, url: str) -> None:
        self._url = url
        self._admin: Engine | None = None

    def make(self) -> Store:
        """Create a database and its user."""
        from sqlalchemy import make_url

        name, password = f"backroad_{secrets.token_hex(6)}", secrets.token_hex(12)
        self._run(self.makes, name, password)
        url = make_url(self._url).set(username=name, password=password, database=name)
        return Store(url.render_as_string(hide_password=False), port=url.port)

    def drop(self, store: Store) -> None:
        """Drop the database and its user."""
        from sqlalchemy import make_url

        self._run(self.drops, str(make_url(store.url).database), "")

    def _run(self, statements: tuple[str, ...], name: str, password: str) -> None:
        from sqlalchemy import text
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._engine().connect() as connection:
                for statement in statements:
                    connection.execute(text(statement.format(name=name, password=password)))
        except SQLAlchemyError as error:
            shown, said = without_password(self._url), first_line(error)
            raise KitFault(Problem(shown, f"does not do what the checks need: {said}", NEEDED)) from None

    def _engine(self) -> Engine:
        if self._admin is None:
            from sqlalchemy import create_engine

            self._admin = create_engine(
                self._url, isolation_level="AUTOCOMMIT", execution_options={"backroad_unheard": True}
            )
        return self._admin

    def close(self) -> None:
        """Close the connection of the administrator."""
        if self._admin is not None:
            self._admin.dispose()


class PostgresStores(ServerStores):
    """Databases on PostgreSQL."""

    makes = (
        "CREATE ROLE {name} LOGIN PASSWORD '{password}'",
        "GRANT {name} TO CURRENT_USER",
        "CREATE DATABASE {name} OWNER {name} TEMPLATE template0",
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
    )
    drops = ("DROP DATABASE IF EXISTS {name} WITH (FORCE)", "DROP ROLE IF EXISTS {name}")


class MysqlStores(ServerStores):
    """Databases on MySQL or MariaDB."""

    makes = (
        "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'",
        "GRANT ALL PRIVILEGES ON {name}.* TO '{name}'@'%'",
    )
    drops = ("DROP USER IF EXISTS '{name}'@'%'", "DROP DATABASE IF EXISTS {name}")

    def drop(self, store: Store) -> None:
        """End the user's connections, whose locks would hold the DROP up, then drop both."""
        from sqlalchemy import make_url, text
        from sqlalchemy.exc import OperationalError

        name = str(make_url(store.url).username)
        with self._engine().connect() as connection:
            rows: Any = connection.execute(
                text("SELECT id FROM information_schema.processlist WHERE user = :name"), {"name": name}
            )
            for (number,) in rows.all():
                with suppress(OperationalError):  # it ended by itself meanwhile
                    connection.execute(text(f"KILL CONNECTION {int(number)}"))
        super().drop(store)
