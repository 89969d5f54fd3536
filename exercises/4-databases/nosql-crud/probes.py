"""What runs beside the learner's code."""

import copy
import json
import os
from contextlib import contextmanager


@contextmanager
def environment(url):
    """Have MONGODB_URL set to something, or to nothing."""
    before = os.environ.pop("MONGODB_URL", None)
    if url is not None:
        os.environ["MONGODB_URL"] = url
    try:
        yield
    finally:
        os.environ.pop("MONGODB_URL", None)
        if before is not None:
            os.environ["MONGODB_URL"] = before


def database_name(module, url, in_environment):
    """Return the name of the database that connect gives, and see that it answers."""
    with environment(in_environment):
        database = module.connect() if url is None else module.connect(url)
    database.command("ping")
    return database.name


def default_place(module):
    """Return host, port and database of connect without anything given; nothing has to listen there."""
    with environment(None):
        database = module.connect()
    seeds = database.client.topology_description.server_descriptions()
    database.client.close()
    ((host, port),) = seeds
    return ["127.0.0.1" if host == "localhost" else host, port, database.name]


def leaves_alone(store, owner, data):
    """Create a note; return whether data is as before, and the note one that JSON can have."""
    before = copy.deepcopy(data)
    note = store.create(owner, data)
    data_is_kept = data == before and list(data) == list(before)
    note["tags"].append("changed by the caller")
    note["attributes"]["changed"] = 1
    json.dumps(note, default=str)
    return data_is_kept and data == before


def defaults_are_fresh(store, owner):
    """Change what one create returned; return whether the next one is as new."""
    first = store.create(owner, {"title": "First"})
    for change in (first["tags"].append, first["items"].append):
        change("changed by the caller")
    first["attributes"]["changed"] = 1
    second = store.create(owner, {"title": "Second"})
    return [second["tags"], second["items"], second["attributes"]]


def imports_a_generator(store, owner, count):
    """Import notes out of a generator."""
    return store.bulk_import(owner, ({"title": f"n{number}"} for number in range(count)))


def import_leaves_alone(store, owner, docs):
    """Import notes; return whether they are as before."""
    before = copy.deepcopy(docs)
    store.bulk_import(owner, docs)
    return docs == before
