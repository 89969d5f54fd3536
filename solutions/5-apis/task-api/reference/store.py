"""Tasks in the database. Every write is one short transaction that starts with its only lock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from given.times import format_time, now, parse_time
from listing import Listing
from tables import Task, metadata, requests, row_of, task_of, tasks


class KeyTaken(Exception):
    """An idempotency key belongs to another request."""


class Store:
    """The tasks of one database, safe for threads and for other processes beside this one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)

    def page(self, listing: Listing) -> tuple[list[Task], int]:
        """Return a page of tasks, and how many there are on all pages."""
        count = select(func.count()).select_from(tasks).where(*listing.conditions)
        found = select(tasks).where(*listing.conditions).order_by(*listing.order)
        with self._engine.connect() as connection:
            total = connection.execute(count).scalar_one()
            rows = connection.execute(found.limit(listing.limit).offset(listing.offset)).mappings().all()
        return [task_of(row) for row in rows], total

    def find(self, task_id: int) -> Task | None:
        """Return a task, or None when there is none with this id."""
        with self._engine.connect() as connection:
            row = connection.execute(select(tasks).where(tasks.c.id == task_id)).mappings().first()
        return task_of(row) if row else None

    def add(self, fields: Mapping[str, Any]) -> Task:
        """Store a new task."""
        with self._engine.begin() as connection:
            return insert_task(connection, fields)

    def add_once(self, fields: Mapping[str, Any], key_digest: str, body_digest: str) -> Task | None:
        """Store a new task for a key, or return the one that was stored for it before.

        The key is a primary key: of several transactions that insert it at the same time, one succeeds.
        """
        try:
            with self._engine.begin() as connection:
                task = insert_task(connection, fields)
                values = {"key_digest": key_digest, "body_digest": body_digest, "task_id": task["id"]}
                connection.execute(insert(requests).values(values))
                return task
        except IntegrityError:
            with self._engine.connect() as connection:
                query = select(requests).where(requests.c.key_digest == key_digest)
                earlier = connection.execute(query).mappings().one()
            if earlier["body_digest"] != body_digest:
                raise KeyTaken from None
            return self.find(earlier["task_id"])

    def change(self, task: Task, fields: Mapping[str, Any]) -> Task | None:
        """Store new values of a task and return it; None when it is no longer as the caller has seen it."""
        changes = {name: value for name, value in fields.items() if task[name] != value}
        if not changes:
            return task
        moment = later_than(task["updated_at"])
        if "status" in changes:
            changes["completed_at"] = moment if changes["status"] == "done" else None
        changes |= {"updated_at": moment, "version": task["version"] + 1}
        statement = update(tasks).where(*is_unchanged(task)).values(row_of(changes))
        with self._engine.begin() as connection:
            done = connection.execute(statement).rowcount == 1
        return {**task, **changes} if done else None

    def remove(self, task: Task) -> bool:
        """Delete a task; False when it is no longer as the caller has seen it."""
        with self._engine.begin() as connection:
            return connection.execute(delete(tasks).where(*is_unchanged(task))).rowcount == 1


def insert_task(connection: Connection, fields: Mapping[str, Any]) -> Task:
    """Store a new task and return it."""
    moment = format_time(now())
    completed = moment if fields["status"] == "done" else None
    task = {**fields, "created_at": moment, "updated_at": moment, "completed_at": completed, "version": 1}
    (task_id,) = connection.execute(insert(tasks).values(row_of(task))).inserted_primary_key
    return {"id": task_id, **task}


def is_unchanged(task: Task) -> tuple[Any, ...]:
    """Return the conditions for a row that nobody has written since it was read.

    The database tests and writes in one step, so that of two writers one finds no row any more.
    """
    return tasks.c.id == task["id"], tasks.c.version == task["version"]


def later_than(earlier: str) -> str:
    """Return the present time; a moment after the earlier one where the clock says otherwise."""
    return format_time(max(now(), parse_time(earlier) + timedelta(milliseconds=1)))
