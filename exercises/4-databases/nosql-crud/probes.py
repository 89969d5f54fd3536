"""What runs beside the learner's code."""

import copy
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from bson import ObjectId


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


def reads_aware_times(module, url, collection):
    """Return whether the one document of a collection has a time with a zone."""
    return module.connect(url)[collection].find_one()["at"].utcoffset() is not None


def object_id(text):
    """Return the ObjectId itself, as a learner's code has it."""
    return ObjectId(text)


def leaves_alone(store, owner, data):
    """Create a note for JSON; return whether data is as before, and still is when the note changes."""
    before = copy.deepcopy(data)
    note = store.create(owner, data)
    data_is_kept = data == before and list(data) == list(before)
    note["tags"].append("changed by the caller")
    note["attributes"]["changed"] = 1
    json.dumps(note, default=str)
    return [data_is_kept, not data_is_kept or data == before]


def defaults_are_fresh(store, owner):
    """Change what one create returned; return whether the next one is as new."""
    first = store.create(owner, {"title": "First"})
    for change in (first["tags"].append, first["items"].append):
        change("changed by the caller")
    first["attributes"]["changed"] = 1
    second = store.create(owner, {"title": "Second"})
    return [second["tags"], second["items"], second["attributes"]]


@contextmanager
def another_process(module):
    """Give the learner's code as another process has it: imported once more, with other hashes of texts."""
    folder = str(Path(module.__file__).parent) + os.sep
    mine = own_modules(folder)
    again = ModuleType(module.__name__)
    again.__file__ = module.__file__
    again.hash = lambda value: hash(("another process", value))
    for name in mine:
        del sys.modules[name]
    sys.modules[module.__name__] = again
    try:
        text = Path(module.__file__).read_text(encoding="utf-8")
        exec(compile(text, module.__file__, "exec", dont_inherit=True), again.__dict__)
        yield again
    finally:
        for name in own_modules(folder):
            del sys.modules[name]
        sys.modules.update(mine)


def own_modules(folder):
    """Return the loaded modules of the learner by their names."""
    files = {name: getattr(one, "__file__", None) or "" for name, one in sys.modules.items()}
    return {
        name: sys.modules[name]
        for name, file in files.items()
        if file.startswith(folder) and "site-packages" not in file
    }


def page_in_another_process(module, url, owner, arguments):
    """Return a page as another process gives it, or what it says against the arguments."""
    with another_process(module) as again:
        try:
            return again.NoteStore(again.connect(url)).list(owner, **arguments)
        except again.ValidationFailed as error:
            return error.errors


def imports_a_generator(store, owner, count):
    """Import notes out of a generator."""
    return store.bulk_import(owner, ({"title": f"n{number}"} for number in range(count)))


def import_leaves_alone(store, owner, docs):
    """Import notes; return whether they are as before."""
    before = copy.deepcopy(docs)
    store.bulk_import(owner, docs)
    return docs == before
