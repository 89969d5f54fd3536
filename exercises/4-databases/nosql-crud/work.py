"""What stores of notes are measured at: commands, counted where PyMongo sends them."""


def _open(subject, mongo):
    """Return a store on a connection of its own."""
    return subject.NoteStore(subject.connect(mongo.url))


def commands_of_a_list(subject, mongo, measure):
    """Commands per list of 20 notes"""
    store = _open(subject, mongo)
    for number in range(25):
        note = store.create("ada", {"title": f"Note {number}", "tags": ["work"]})
        store.add_item("ada", note["id"], "an item")
    with measure.commands():
        page = store.list("ada", limit=20)
    assert len(page["items"]) == 20


def commands_of_a_tag(subject, mongo, measure):
    """Commands per add_tag"""
    store = _open(subject, mongo)
    note = store.create("ada", {"title": "Note"})
    with measure.commands(per=5):
        for number in range(5):
            store.add_tag("ada", note["id"], f"tag-{number}")
    assert len(store.get("ada", note["id"])["tags"]) == 5


def commands_of_an_upsert(subject, mongo, measure):
    """Commands per upsert_by_slug"""
    store = _open(subject, mongo)
    slugs = [f"slug-{number % 3}" for number in range(6)]
    with measure.commands(per=len(slugs)):
        made = [store.upsert_by_slug("ada", slug, {"title": "Note"})[1] for slug in slugs]
    assert made == [True] * 3 + [False] * 3


def commands_of_an_import(subject, mongo, measure):
    """Commands per import of 30 notes"""
    store = _open(subject, mongo)
    notes = [{"title": f"Note {number}", "slug": f"slug-{number}"} for number in range(30)]
    with measure.commands():
        store.bulk_import("ada", notes)
    assert len(store.list("ada", limit=100)["items"]) == 30
