"""Change safely"""

import re

from backroad.checks import answer, anything, fresh, hint, problem, requires

PATH = "/v1/tasks"
MEMBERS = {
    "title": "Coffee",
    "description": "Black",
    "status": "doing",
    "priority": 1,
    "due_at": "2026-04-01T08:00:00.000Z",
    "tags": ["b", "c"],
}
WRITES = (("PATCH", {"priority": 1}), ("PUT", {"title": "Coffee"}))
OLD = '"an-old-version-of-it"'


def create(service, **members):
    """Create a task; return its path, the task and its ETag."""
    created = service.post(PATH, json={"title": "Tea", **members})
    assert created == answer(201)
    return f"{PATH}/{created.json['id']}", created.json, tag_of(created)


def tag_of(reply):
    """Return the ETag of an answer; it has to be a strong one."""
    tag = reply.headers.get("ETag")
    assert tag is not None, 'the answer has to carry a strong ETag, as "12-1" in its quotes; there is none'
    is_strong = re.fullmatch(r'"[!#-~]*"', tag)
    assert is_strong, f'an ETag has to be strong, as "12-1" in its quotes; this one is {tag}'
    return tag


@hint(
    "The ETag names the version of the task that the answer shows",
    "response = jsonify(task); response.set_etag('12-1') puts the quotes around it",
    "One function makes the answer of POST, GET, PUT and PATCH: body, status and ETag",
)
@requires("location_leads_to_the_task", "patch_changes_what_is_sent", "put_replaces_everything")
def test_answers_have_an_etag(service):
    """POST, GET, HEAD, PUT and PATCH of one task send its ETag, all the same one

    Who gets the tag with the answer of a change need not ask again before the next one
    """
    path, _, tag = create(service)
    for method in ("GET", "HEAD"):
        assert tag_of(service.request(method, path)) == tag
    for method, body in WRITES:
        changed = service.request(method, path, json=body)
        assert changed == answer(200)
        assert tag_of(changed) == tag_of(service.get(path))


@hint(
    "Another state, another tag; the same state, the same tag",
    "A column version that starts at 1 and is raised by every UPDATE, or a hash of the whole answer",
    "values(version=row['version'] + 1, …) and response.set_etag(f\"{row['id']}-{row['version']}\")",
)
@requires("answers_have_an_etag", "same_values_change_nothing")
@fresh
def test_etags_tell_versions_apart(service):
    """Every change makes a new ETag; no change, another task or a restart keeps it

    A tag that stays after a change lets the next one overwrite it; one that moves without refuses good writes
    """
    path, _, tag = create(service)
    seen = [tag]
    for name, value in MEMBERS.items():
        changed = service.patch(path, json={name: value})
        assert changed == answer(200)
        seen.append(tag_of(changed))
        assert tag_of(service.patch(path, json={name: value})) == seen[-1]
        assert tag_of(service.patch(path, json={})) == seen[-1]
    seen.append(tag_of(service.put(path, json={"title": "Mate"})))
    assert tag_of(service.put(path, json={"title": "Mate"})) == seen[-1]
    assert {"different ETags": len(set(seen))} == {"different ETags": len(MEMBERS) + 2}
    other, _, _ = create(service)
    assert service.patch(other, json={"priority": 1}) == answer(200)
    assert tag_of(service.get(path)) == seen[-1]
    service.restart()
    assert tag_of(service.get(path)) == seen[-1]


@hint(
    "With the present tag, and with *, the write goes ahead as if there was no If-Match",
    "request.if_match of Flask has read the header: tags, lists and *",
    "if 'If-Match' in request.headers and tag not in request.if_match: abort(412)",
)
@requires("answers_have_an_etag", "delete_then_404")
def test_present_etag_lets_writes_pass(service):
    """PUT, PATCH and DELETE with the present ETag, a list that holds it, or * go ahead

    A caller with several copies at hand may send all their tags; the standard says that one is enough
    """
    for tags in ("{tag}", OLD + ', {tag}, "x"', f'"x", {OLD}, {{tag}}', "*"):
        path, _, tag = create(service)
        for method, body in (*WRITES, ("PATCH", {"tags": ["a"]}), ("PATCH", {})):
            changed = service.request(method, path, json=body, headers={"If-Match": tags.format(tag=tag)})
            assert changed == answer(200)
            tag = tag_of(changed)
        assert service.delete(path, headers={"If-Match": tags.format(tag=tag)}) == answer(204)
        assert service.get(path) == problem(404, "not_found")


@hint(
    "With another tag than the present one nothing happens, and the answer says so: 412",
    "The same test stands before PUT, PATCH and DELETE, so it is a function",
    "abort(problem(412)) before anything is written",
)
@requires("present_etag_lets_writes_pass")
def test_old_etag_is_412(service):
    """PUT, PATCH and DELETE with an old or a foreign ETag are a 412 and change nothing

    Two people edit one task; without a 412 the one who saves last wipes out the other's work unseen
    """
    path, _, old = create(service)
    _, _, foreign = create(service, title="Coffee")
    changed = service.patch(path, json={"priority": 4}, headers={"If-Match": old})
    assert changed == answer(200)
    for tags in (old, OLD, f'{OLD}, {old}, "x"', foreign, '"a*b"', '"*"'):
        for method, body in (*WRITES, ("PATCH", {"priority": 4}), ("PATCH", {})):
            reply = service.request(method, path, json=body, headers={"If-Match": tags})
            assert reply == problem(412, "precondition_failed")
        assert service.delete(path, headers={"If-Match": tags}) == problem(412, "precondition_failed")
    reply = service.get(path)
    assert reply == answer(200, changed.json)
    assert tag_of(reply) == tag_of(changed)
    assert service.patch(path, json={"priority": 2}) == answer(200, {**changed.json, "priority": 2,
                                                                     "updated_at": anything})  # fmt: skip
    # Once more: a tag of whole seconds is another one by chance now and then, but not twice in a row.
    path, _, old = create(service)
    assert service.patch(path, json={"priority": 4}, headers={"If-Match": old}) == answer(200)
    reply = service.patch(path, json={"priority": 2}, headers={"If-Match": old})
    assert reply == problem(412, "precondition_failed")


@hint(
    "404 when there is no task, then 412 when it is another version, then 422",
    "Look for the task, compare its tag, and answer with the faults of the body only then",
    "task = find(task_id); check_if_match(task); if faults: abort(problem(422, errors=faults))",
)
@requires("old_etag_is_412", "404_goes_before_422")
def test_412_stands_between_404_and_422(service):
    """No task is a 404 whatever If-Match says; an old ETag a 412 before any 422

    Whoever has an old copy must look again first: the faults of their form may be those of old data
    """
    path, task, tag = create(service)
    for method, body in (*WRITES, ("PATCH", {"priority": 9}), ("PUT", {})):
        for tags in (tag, "*"):
            reply = service.request(method, f"{PATH}/999999999", json=body, headers={"If-Match": tags})
            assert reply == problem(404, "not_found")
    assert service.delete(f"{PATH}/999999999", headers={"If-Match": tag}) == problem(404, "not_found")
    for method, body in (("PATCH", {"priority": 9}), ("PUT", {}), ("PATCH", {"owner": 1})):
        reply = service.request(method, path, json=body, headers={"If-Match": OLD})
        assert reply == problem(412, "precondition_failed")
    reply = service.patch(path, json={"priority": 9}, headers={"If-Match": tag})
    assert reply == problem(422, "validation_failed", {"priority": "too_large"})
    assert service.get(path) == answer(200, task)


def at_once(service, database, requests, **headers):
    """Send (method, path, body) requests while somebody else holds the database, so that none is done first.

    A service that looks first and writes later has looked for all of them before it writes for one.
    """
    tables = database.tables()
    table = next((table for table in tables if "title" in database.columns(table)), tables[0])

    def send(number):
        method, path, body = requests[number]
        more = {} if body is None else {"json": body}
        return service.request(method, path, headers=headers, **more)

    with database.locked(table, seconds=0.4):
        return service.parallel(len(requests), send)


@hint(
    "Between your look at the tag and your write another request may write: look and write in one step",
    "UPDATE … WHERE id = … AND version = … changes no row when somebody was faster",
    "if connection.execute(update(tasks).where(id, version).values(…)).rowcount == 0: look again, or 412",
)
@requires("old_etag_is_412")
@fresh
def test_one_of_many_writers_wins(service, database):
    """Of eight writers with the same If-Match at once, one succeeds

    A check before the write that is not part of the write works in every test with one user
    """
    for _ in range(2):
        path, _, tag = create(service)
        writes = [(("PATCH", "PUT")[number % 2], path, {"title": f"Coffee {number}"}) for number in range(8)]
        replies = at_once(service, database, writes, **{"If-Match": tag})
        assert sorted(reply.status for reply in replies) == [200] + [412] * 7
        (winner,) = [reply for reply in replies if reply.status == 200]
        assert service.get(path) == answer(200, winner.json)
        assert tag_of(service.get(path)) == tag_of(winner)


@hint(
    "DELETE with If-Match may be overtaken as well: by a change of the task",
    "DELETE … WHERE id = … AND version = … deletes nothing when the task has changed meanwhile",
    "if rowcount == 0: look again, and answer 404 or 412",
)
@requires("one_of_many_writers_wins")
@fresh
def test_delete_does_not_overtake(service, database):
    """Of a DELETE and seven changes with the same If-Match at once, one succeeds

    Deleted on the strength of an old copy: what somebody has just added is gone with it
    """
    for _ in range(3):
        path, _, tag = create(service)
        writes = [("PATCH", path, {"title": f"Coffee {number}"}) for number in range(7)]
        replies = at_once(service, database, [*writes, ("DELETE", path, None)], **{"If-Match": tag})
        done = [reply.status for reply in replies if reply.status < 300]
        assert {"writes that succeeded": len(done)} == {"writes that succeeded": 1}
        refusal = 404 if done == [204] else 412
        refused = {reply.status for reply in replies if reply.status >= 300}
        assert refused <= {refusal, 412}
        assert service.get(path).status == (404 if done == [204] else 200)


@hint(
    "Write only the members that change, or look again when somebody was faster",
    "An UPDATE of every column writes back old values that somebody else has just changed",
    "while True: read the row; UPDATE … WHERE version = …; if rowcount: break",
)
@requires("answers_have_an_etag", "same_values_change_nothing")
@fresh
def test_changes_of_other_members_are_kept(service, database):
    """Six changes of six members at once are all there afterwards

    Lost changes raise no error and show in no log; people just stop trusting the tool
    """
    for _ in range(2):
        path, task, tag = create(service)
        writes = [("PATCH", path, {name: value}) for name, value in MEMBERS.items()]
        for reply in at_once(service, database, writes):
            assert reply == answer(200)
        reply = service.get(path)
        assert reply == answer(200, {**task, **MEMBERS, "updated_at": anything})
        assert tag_of(reply) != tag
