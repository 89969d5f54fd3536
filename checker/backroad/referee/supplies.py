"""What a run supplies to the learner's code: fresh SQL databases, a document server, settings."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from backroad.model import Level, Need
from backroad.plan import Plan
from backroad.referee.database import Database
from backroad.referee.enclosure import Enclosure
from backroad.referee.mongo import Mongo, MongoServer, server_of
from backroad.referee.recorder import Recorder
from backroad.referee.scratch import remove_folder
from backroad.referee.stores import Store, Stores, stores_of
from backroad.subject.namespaces import Space

FILES_ONLY = "sqlite"


class Supplies:
    """Gives each check, and each service, databases of its own."""

    def __init__(self, plan: Plan, recorder: Recorder, mongo: MongoServer | None = None) -> None:
        self._plan = plan
        self._recorder = recorder
        self._server = sql_server(plan)
        self._enclosure: Enclosure | None = None
        self._stores: Stores | None = None
        self._made: list[Store] = []
        self._mongo = mongo
        self._checks: list[tuple[Database, Store]] = []
        self._mongos: list[Mongo] = []

    def launch_ahead(self) -> None:
        """Start what takes time, beside the import of pytest."""
        url = self._plan.servers.get(Need.DOCUMENTS, "")
        if url and self._mongo is not None:
            self._mongo.close()
            self._mongo = None
        if Need.DOCUMENTS in self._plan.needs:
            self._mongo = self._mongo or server_of(url)

    @property
    def uses_files(self) -> bool:
        """Whether SQL databases are SQLite's files."""
        return not self._server

    @property
    def folders(self) -> list[Path]:
        """The folders that the learner's code may write its databases into."""
        return [] if self._server or Need.SQL not in self._plan.needs else [self._data().folder]

    @property
    def ports(self) -> list[int]:
        """The ports of the servers that the learner's code may connect to."""
        found = []
        if self._server and Need.SQL in self._plan.needs:
            found.append(urlsplit(self._server).port or USUAL_PORTS[self._server.partition("+")[0]])
        if Need.DOCUMENTS in self._plan.needs:
            found.append(self.mongo_server().port)
        return found

    def _data(self) -> Enclosure:
        if self._enclosure is None:
            self._enclosure = Enclosure(Path(tempfile.mkdtemp(prefix="backroad-data-")).resolve())
        return self._enclosure

    # SQL

    def store(self) -> Store | None:
        """Return a new database for a service, or None where the exercise needs none."""
        if Need.SQL not in self._plan.needs:
            return None
        if self._stores is None:
            self._stores = stores_of(self._server, self._data())
        self._made.append(self._stores.make())
        return self._made[-1]

    def drop(self, store: Store | None) -> None:
        """Remove a database."""
        if store in self._made and self._stores is not None and store is not None:
            self._made.remove(store)
            self._stores.drop(store)

    def settings(self, store: Store | None) -> dict[str, str]:
        """Return the environment of a service: the exercise's own settings, and where the database is."""
        url = {} if store is None else {"DATABASE_URL": store.url}
        return {**self._plan.environment, **url}

    def database(self) -> Database:
        """Return a new database for a check of a module."""
        store = self.store()
        if store is None:
            raise LookupError(f'{self._plan.exercise}: exercise.toml does not say needs = ["sql"]')
        found = Database(store, self._recorder)
        self._checks.append((found, store))
        return found

    # Documents

    def mongo_server(self) -> MongoServer:
        """Return the running document server."""
        if self._mongo is None:
            self._mongo = server_of(self._plan.servers.get(Need.DOCUMENTS, ""))
        return self._mongo

    def mongo(self) -> Mongo:
        """Return a new document database for a check."""
        if Need.DOCUMENTS not in self._plan.needs:
            raise LookupError(f'{self._plan.exercise}: exercise.toml does not say needs = ["documents"]')
        self._mongos.append(Mongo(self.mongo_server()))
        return self._mongos[-1]

    # The end

    def end_check(self) -> None:
        """Drop the databases that a check had for itself."""
        for database, store in self._checks:
            database.close()
            self.drop(store)
        for mongo in self._mongos:
            mongo.close()
        self._checks.clear()
        self._mongos.clear()

    def close(self) -> None:
        """Drop everything, and end the servers that were started here."""
        self.end_check()
        for store in list(self._made):
            self.drop(store)
        if self._stores is not None:
            self._stores.close()
        if self._mongo is not None:
            self._mongo.close()
        if self._enclosure is not None:
            self._enclosure.close()
            remove_folder(self._enclosure.folder)


def sql_server(plan: Plan) -> str:
    """Return the URL of the user's own SQL server, nothing where the databases are files."""
    return "" if plan.service.store == FILES_ONLY else plan.servers.get(Need.SQL, "")


def space_of(plan: Plan) -> Space:
    """Return how much of the machine the subjects of a plan have for themselves.

    A database server listens on the machine's network: whoever talks to one stays in that.
    """
    if plan.max_level < Level.NAMESPACES:
        return Space.SHARED
    talks = Need.DOCUMENTS in plan.needs or (Need.SQL in plan.needs and bool(sql_server(plan)))
    return Space.ALL_BUT_NETWORK if talks else Space.OWN


USUAL_PORTS = {"postgresql": 5432, "mysql": 3306}
