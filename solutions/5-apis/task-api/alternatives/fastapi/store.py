"""Tasks as objects: the ORM counts versions, and refuses to write over one that it has not seen."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from sqlalchemy import String, Text, create_engine, event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

if TYPE_CHECKING:
    from listing import Listing

STATUSES = ("todo", "doing", "done")
DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}


class DuplicateKey(Exception):
    """An idempotency key belongs to another request."""


class Base(DeclarativeBase):
    """All tables."""


class Task(Base):
    """A task; ids are random, so `number` keeps the order of creation."""

    __tablename__ = "tasks"
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    stage: Mapped[int]
    priority: Mapped[int]
    due_at: Mapped[str | None] = mapped_column(String(24))
    marks: Mapped[str] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(24))
    updated_at: Mapped[str] = mapped_column(String(24))
    completed_at: Mapped[str | None] = mapped_column(String(24))
    version: Mapped[int] = mapped_column()
    # Every UPDATE and DELETE asks for the version that was read; else there is a StaleDataError.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- how SQLAlchemy has it

    @property
    def status(self) -> str:
        return STATUSES[self.stage]

    @status.setter
    def status(self, value: str) -> None:
        self.stage = STATUSES.index(value)

    @property
    def tags(self) -> list[str]:
        return [unquote(mark) for mark in self.marks.split()]

    @tags.setter
    def tags(self, value: list[str]) -> None:
        self.marks = "".join(map(marked, value))

    def set(self, values: dict[str, Any]) -> None:
        """Set members; the times follow when one of them changes."""
        changes = {name: value for name, value in values.items() if getattr(self, name) != value}
        if not changes:
            return
        for name, value in changes.items():
            setattr(self, name, value)
        earlier = datetime.fromisoformat(self.updated_at)
        self.updated_at = text_of_time(max(datetime.now(UTC), earlier + timedelta(milliseconds=1)))
        if "status" in changes:
            self.completed_at = self.updated_at if self.status == "done" else None

    def as_json(self) -> dict[str, Any]:
        """Return the task as callers see it."""
        names = ("id", "title", "description", "status", "priority", "due_at", "tags")
        times = ("created_at", "updated_at", "completed_at")
        return {name: getattr(self, name) for name in names + times}


class Answered(Base):
    """What was created for which Idempotency-Key."""

    __tablename__ = "answered"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[str] = mapped_column(String(64))
    task_id: Mapped[str] = mapped_column(String(36))


def marked(tag: str) -> str:
    """Return a tag as it stands in the column: escaped, so that blanks can part it from the others."""
    return f" {quote(tag, safe='')} "


def text_of_time(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def patient(connection: Any, _: object) -> None:
    connection.execute("PRAGMA busy_timeout = 10000")


class Store:
    """The tasks of one database."""

    def __init__(self, url: str) -> None:
        scheme, separator, rest = url.partition("://")
        self._engine = create_engine(DRIVERS.get(scheme, scheme) + separator + rest, pool_size=20)
        if scheme == "sqlite":
            event.listen(self._engine, "connect", patient)
        Base.metadata.create_all(self._engine)
        self.session = sessionmaker(self._engine, expire_on_commit=False)

    def close(self) -> None:
        self._engine.dispose()

    def page(self, listing: "Listing") -> tuple[list[Task], int]:
        """Return a page of tasks, and how many there are on all pages."""
        found = select(Task).where(*listing.conditions).order_by(*listing.order, Task.number)
        with self.session() as session:
            total = session.scalar(select(func.count()).select_from(Task).where(*listing.conditions)) or 0
            return list(session.scalars(found.limit(listing.limit).offset(listing.offset))), total

    def add(self, values: dict[str, Any], key: str | None, body: str) -> Task:
        """Store a new task; for a key that was used before, return the task of then."""
        moment = text_of_time(datetime.now(UTC))
        task = Task(id=str(uuid.uuid4()), **values, created_at=moment, updated_at=moment)
        task.completed_at = moment if task.status == "done" else None
        if key is None:
            with self.session.begin() as session:
                session.add(task)
            return task
        try:
            with self.session.begin() as session:
                session.add(Answered(key=digest(key), body=digest(body), task_id=task.id))
                session.flush()  # the key first: whoever comes second has nothing to take back
                session.add(task)
            return task
        except IntegrityError:
            with self.session() as session:
                earlier = session.get_one(Answered, digest(key))
                if earlier.body != digest(body):
                    raise DuplicateKey from None
                return find(session, earlier.task_id) or task


def find(session: Session, task_id: str) -> Task | None:
    """Return a task; an id of another form than ours belongs to none, and the database need not be asked."""
    is_id = len(task_id) == 36 and task_id.isascii() and task_id.isprintable()
    return session.scalars(select(Task).where(Task.id == task_id)).one_or_none() if is_id else None
