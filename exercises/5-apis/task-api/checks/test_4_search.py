"""Search"""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from backroad.checks import answer, fresh, hint, problem, requires

PATH = "/v1/tasks"
STATUSES = ("todo", "doing", "done")
RANK = {status: place for place, status in enumerate(STATUSES)}
SPEAKS_OF = {"status": "status", "priority": "priority", "tag=": "tags", "q=": "title", "title": "title",
             "due": "due_at", "created": "created_at", "updated": "updated_at"}  # fmt: skip
LONG_AGO, FAR_AHEAD = "2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


def create(service, *bodies):
    """Create tasks, each in a millisecond of its own; return them."""
    tasks = []
    for body in bodies:
        created = service.post(PATH, json={"title": "Tea", **body})
        assert created == answer(201)
        tasks.append(created.json)
        time.sleep(0.003)
    return tasks


def lists(service, query, tasks, total=None, limit=20, offset=0):
    """Ask for a list, and compare it with the tasks that are due on it, in this order.

    `query` is a list of (name, value) pairs, or a text that is sent as it is.
    """
    sent = query if isinstance(query, str) else urlencode(query)
    page = {"limit": limit, "offset": offset, "total": len(tasks) if total is None else total}
    reply = service.get(f"{PATH}?{sent}" if sent else PATH)
    assert reply == answer(200)
    # First in brief: forty whole tasks tell nobody which of them is missing.
    listed, due = ([brief(task, sent) for task in each] for each in (reply.json["items"], tasks))
    missing, extra = [one for one in due if one not in listed], [one for one in listed if one not in due]
    assert not missing + extra, told(missing, extra)
    total = "page.total"
    assert {total: reply.json["page"]["total"]} == {total: page["total"]}
    for place, (got, expected) in enumerate(zip(listed, due, strict=False)):
        assert {f"items[{place}]": got} == {f"items[{place}]": expected}
    for item, task in zip(reply.json["items"], tasks, strict=False):
        differing = [name for name in {**task, **item} if item.get(name) != task.get(name)]
        assert {name: item.get(name) for name in differing} == {name: task.get(name) for name in differing}
    assert reply == answer(200, {"items": tasks, "page": page})


def told(missing, extra):
    """Say which tasks are missing in a list, and which should not be there; a few stand for many."""
    words = {"the list leaves out": missing, "the list should not hold": extra}
    return "; ".join(
        f"{word} {' | '.join(found[:3])}" + (f" and {len(found) - 3} more" if len(found) > 3 else "")
        for word, found in words.items()
        if found
    )


def brief(task, sent):
    """Return the id of a task and the members that a query speaks of, in one line."""
    names = [name for word, name in SPEAKS_OF.items() if word in sent]
    return ", ".join([f"id {task['id']}", *(f"{name} {task[name]}" for name in dict.fromkeys(names))])


def refuses(service, query, errors):
    """Ask for a list with a query that is wrong."""
    assert service.get(f"{PATH}?{query}") == problem(400, "invalid_parameter", errors)


@hint(
    "A filter is a condition of the query for the page, and of the one that counts",
    "conditions = [] that each parameter adds to; select(tasks).where(*conditions) takes them all",
    "if statuses := query.many('status'): conditions.append(tasks.c.status.in_(statuses))",
)
@requires("list_shows_the_tasks")
@fresh
def test_filter_by_status_and_priority(service):
    """status, once or often, priority_min and priority_max choose tasks

    Somebody with a thousand tasks asks for what is to be done, and not for all of them
    """
    bodies = [{"status": status, "priority": priority} for status in STATUSES for priority in range(1, 6)]
    tasks = create(service, *bodies)[::-1]
    lists(service, "status=todo", [task for task in tasks if task["status"] == "todo"])
    lists(service, "status=done&status=doing", [task for task in tasks if task["status"] != "todo"])
    lists(service, "priority_min=4", [task for task in tasks if task["priority"] >= 4])
    lists(service, "priority_max=2", [task for task in tasks if task["priority"] <= 2])
    lists(service, "priority_min=3&priority_max=3", [task for task in tasks if task["priority"] == 3])
    lists(service, "status=done&priority_min=5", [task for task in tasks if task["status"] == "done"][:1])
    lists(service, "priority_min=1&priority_max=5", tasks)


@hint(
    "A task is listed when it has every tag that was asked for, each as a whole",
    r"In a JSON list each tag stands in quotes; one inside of a tag, \", looks alike: store it as \u0022",
    r"""'"' + json.dumps(tag)[1:-1].replace(r'\"', r'\u0022') + '"', both stored and in contains()""",
)
@requires("list_shows_the_tasks")
@fresh
def test_filter_by_tag(service):
    """tag lists tasks with this tag, several list those with all of them

    A filter that finds homework for work is no filter; people stop trusting what it leaves out
    """
    sets = [["work"], ["homework"], ["work", "urgent"], ["urgent", "home"], [], ["works"], ["a b", "50%"],
            ["a_b", '"work"'], ["500", "work, urgent"], ["aub"], ["é\\n"],
            ['5"home', 'home"work'], ["home\\"]]  # fmt: skip
    tasks = create(service, *({"tags": tags} for tags in sets))[::-1]

    def having(*tags):
        return [task for task in tasks if set(tags) <= set(task["tags"])]

    for tag in (
        "work",
        "urgent",
        "home",
        "a b",
        "50%",
        "a_b",
        '"work"',
        "work, urgent",
        "é\\n",
        '5"home',
        "home\\",
        "nothing",
        ",",
    ):
        lists(service, [("tag", tag)], having(tag))
    lists(service, [("tag", "work"), ("tag", "urgent")], having("work", "urgent"))
    lists(service, [("tag", "urgent"), ("tag", "homework")], [])
    lists(service, [("tag", " WORK ")], having("work"))


@hint(
    "q is a part of the title or of the description, in any case, and nothing in it is special",
    "LIKE knows % and _ as wildcards; icontains(…, autoescape=True) takes their meaning away",
    "or_(tasks.c.title.icontains(q, autoescape=True), tasks.c.description.icontains(q, autoescape=True))",
)
@requires("list_shows_the_tasks")
@fresh
def test_search_in_texts(service):
    """q finds a text in title and description, in any case, without wildcards

    A search for 100% that finds everything looks like a database that lost its index
    """
    texts = [("Buy milk", ""), ("Call", "about the MILK"), ("Rate 100%", "x_y"), ("Rate 1000", "xzy"),
             ("C:\\temp", ""), ("C:/temp", "a+b"), ("Milky way", ""), ("It's", "l'eau -- x")]  # fmt: skip
    bodies = ({"title": title, "description": words, "tags": ["juice"]} for title, words in texts)
    tasks = create(service, *bodies)[::-1]
    for words in ("milk", "MILK", "ilk", "100%", "%", "_", "x_y", "\\", "\\t", "/", "a+b", "y w", "'", "--",
                  "nowhere", "0", "e", "milk ", " milk", "juice", "todo"):  # fmt: skip
        found = [task for task in tasks if words.lower() in f"{task['title']}\n{task['description']}".lower()]
        lists(service, [("q", words)], found)


@hint(
    "due_before is a time that tasks are due before, due_after one that they are due at or later",
    "The times in the database and the one asked for have to be of one form: UTC, milliseconds",
    "tasks.c.due_at < format_time(parse_time(sent)); a NULL is on neither side by itself",
)
@requires("list_shows_the_tasks", "times_become_utc")
@fresh
def test_filter_by_due_time(service):
    """due_before and due_after compare moments; tasks without a time are in neither

    A list for today that begins an hour late is right only in one time zone, and for half of the year
    """
    times = ["2026-03-01T09:29:59.999Z", "2026-03-01T09:30:00.000Z", "2026-03-01T09:30:00.001Z", None]
    early, exact, late, _ = create(service, *({"due_at": due_at} for due_at in times))
    for sent in ("2026-03-01T09:30:00Z", "2026-03-01T10:30:00.000+01:00", "2026-03-01T04:30:00.0009-05:00",
                 "2026-03-01t09:30:00z"):  # fmt: skip
        lists(service, [("due_before", sent)], [early])
        lists(service, [("due_after", sent)], [late, exact])
    span = [("due_after", "2026-03-01T09:30:00Z"), ("due_before", "2026-03-01T09:30:00.001Z")]
    lists(service, span, [exact])
    lists(service, [("due_after", "2027-01-01T00:00:00Z")], [])


@hint(
    "true: due in the past and not done; false: every task that is not in that list",
    "NOT of a comparison with NULL is NULL: tasks without due_at fall out of both lists",
    "late = and_(tasks.c.due_at.is_not(None), tasks.c.due_at < format_time(now()), …); not_(late) for false",
)
@requires("filter_by_due_time")
@fresh
def test_filter_overdue(service):
    """overdue=true lists what is late and not done, overdue=false all the rest

    Each task has to be in one of two lists that are called opposites; NULL is how one gets lost
    """
    times = (LONG_AGO, FAR_AHEAD, None)
    tasks = create(
        service, *({"status": status, "due_at": due_at} for status in STATUSES for due_at in times)
    )
    tasks.reverse()
    late = [task for task in tasks if str(task["due_at"]) < "2002" and task["status"] != "done"]
    lists(service, "overdue=true", late)
    lists(service, "overdue=false", [task for task in tasks if task not in late])
    lists(service, "overdue=true&status=doing", [task for task in late if task["status"] == "doing"])
    now = datetime.now(UTC)
    near = [(now + timedelta(seconds=seconds)).isoformat() for seconds in (-5, 3600)]
    just_late, soon = create(service, *({"due_at": due_at} for due_at in near))
    with service.another(env={"TZ": "Asia/Tokyo"}) as abroad:
        for place in (service, abroad):
            lists(place, "overdue=true", [just_late, *late])
            lists(place, "overdue=false", [soon, *(task for task in tasks if task not in late)])


@hint(
    "sort names the keys to order by; a minus in front turns one around",
    "A dictionary from the names to columns; .desc() for a minus; func.lower() for titles",
    "case({'todo': 0, 'doing': 1, 'done': 2}, value=tasks.c.status) orders by the place in that list",
)
@requires("list_shows_the_tasks")
@fresh
def test_sort_by_one_key(service):
    """Each sort key works in both directions; titles sort in any case

    Sorted by the database's first idea, Zebra comes before apple, and done before todo
    """
    words = ["banana", "Apples and pears and nuts", "cherry", "Date", "apples and pears and figs"]
    bodies = [
        {
            "title": words[i],
            "priority": [3, 1, 5, 2, 4][i],
            "due_at": f"2026-03-0{[4, 2, 5, 1, 3][i]}T09:30:00Z",
        }
        for i in range(5)
    ]
    tasks = create(service, *bodies)
    # So that updated_at has another order than created_at, and completed_at is a time of its own.
    edit = {"description": "changed"}
    for place, change in ((2, {"status": "done"}), (2, edit), (0, edit)):
        path = f"{PATH}/{tasks[place]['id']}"
        assert service.patch(path, json=change) == answer(200)
        shown = service.get(path)
        assert shown == answer(200)
        tasks[place] = shown.json
        time.sleep(0.003)
    keys = {
        "created_at": lambda task: task["created_at"],
        "updated_at": lambda task: task["updated_at"],
        "due_at": lambda task: task["due_at"],
        "priority": lambda task: task["priority"],
        "title": lambda task: task["title"].lower(),
    }
    for name, key in keys.items():
        lists(service, f"sort={name}", sorted(tasks, key=key))
        lists(service, f"sort=-{name}", sorted(tasks, key=key, reverse=True))
    lists(service, "", sorted(tasks, key=keys["created_at"], reverse=True))


@hint(
    "Statuses have an order of their own, and a task without a time comes last, both ways",
    "Each database puts NULL somewhere else; sort by whether it is NULL first",
    "order_by(tasks.c.due_at.is_(None), tasks.c.due_at.desc())",
)
@requires("sort_by_one_key")
@fresh
def test_sort_status_and_missing_times(service):
    """status sorts todo, doing, done; no due_at comes last in both directions

    The most urgent task stands on page one only if those without a date do not push it away
    """
    statuses = ["doing", "done", "todo"]
    dates = [None, "2026-03-02T09:30:00Z", None, "2026-03-01T09:30:00Z"]
    bodies = [{"status": status, "due_at": due_at} for due_at in dates for status in statuses]
    tasks = create(service, *bodies)
    by_status = sorted(tasks, key=lambda task: RANK[task["status"]])
    lists(service, "sort=status", by_status)
    lists(service, "sort=-status", sorted(tasks, key=lambda task: -RANK[task["status"]]))
    dated = [task for task in tasks if task["due_at"]]
    undated = [task for task in tasks if not task["due_at"]]
    lists(service, "sort=due_at", [*sorted(dated, key=lambda task: task["due_at"]), *undated])
    lists(service, "sort=-due_at", [*dated, *undated])


@hint(
    "What the keys leave equal stands in the order of creation, whatever the direction of the keys",
    "A last key that is different for every task and grows with each: a number that the database counts",
    "order_by(*keys, tasks.c.id)",
)
@requires("sort_status_and_missing_times")
@fresh
def test_sort_by_several_keys(service, database):
    """Up to three keys sort, and equal tasks stand in order of creation

    Without a last word the database may show equal tasks in another order on every page
    """
    bodies = [
        {
            "title": "ab"[number % 2].upper(),
            "priority": 1 + number // 2 % 2,
            "status": STATUSES[number // 4 % 2],
        }
        for number in range(16)
    ]
    tasks = create(service, *bodies)
    signs = {"priority": lambda task: task["priority"], "status": lambda task: RANK[task["status"]]}
    lists(service, "sort=priority", sorted(tasks, key=signs["priority"]))
    lists(service, "sort=-priority", sorted(tasks, key=lambda task: -task["priority"]))
    lists(service, "sort=title", sorted(tasks, key=lambda task: task["title"]))
    lists(service, "sort=-title", sorted(tasks, key=lambda task: -ord(task["title"])))
    lists(service, "sort=-due_at", tasks)
    two = sorted(tasks, key=lambda task: (-task["priority"], task["title"]))
    lists(service, "sort=-priority,title", two)
    three = sorted(tasks, key=lambda task: (RANK[task["status"]], -ord(task["title"]), task["priority"]))
    lists(service, "sort=status,-title,priority", three)
    add_index(database)
    lists(service, "sort=priority", sorted(tasks, key=signs["priority"]))
    lists(service, "sort=-priority", sorted(tasks, key=lambda task: -task["priority"]))
    latest_first = [task for title in "AB" for task in tasks[::-1] if task["title"] == title]
    lists(service, "sort=title,-created_at", latest_first)


def add_index(database):
    """Do what an administrator may do at any time: with an index, SQLite reads equal rows backwards."""
    for table in database.tables():
        columns = database.columns(table)
        if {"title", "priority"} <= set(columns) and "INT" in columns["priority"]["type"].upper():
            database.execute(f"CREATE INDEX by_priority ON {database.quoted(table)} (priority)")


@hint(
    "limit and offset cut a page out of the whole, sorted list; total counts all that match",
    "select(…).where(…).order_by(…).limit(limit).offset(offset), and a count with the same conditions",
    "query.whole('limit', 20, least=1, most=100), query.whole('offset', 0, least=0, most=100_000)",
)
@requires("sort_by_one_key")
@fresh
def test_pages_show_every_task_once(service):
    """Pages of 7 show each of 45 tasks once; 20 is the usual limit

    A task that two pages show, and one that none shows, is how exports come to disagree with lists
    """
    bodies = [{"priority": 1 + number % 3, "status": STATUSES[number % 2]} for number in range(45)]
    tasks = create(service, *bodies)
    newest = tasks[::-1]
    lists(service, "", newest[:20], total=45, limit=20)
    lists(service, "offset=20", newest[20:40], total=45, limit=20, offset=20)
    ordered = sorted(tasks, key=lambda task: task["priority"])
    for offset in range(0, 49, 7):
        page = ordered[offset : offset + 7]
        lists(service, f"sort=priority&limit=7&offset={offset}", page, total=45, limit=7, offset=offset)
    todo = [task for task in newest if task["status"] == "todo"]
    lists(service, "status=todo&limit=1&offset=22", todo[22:], total=23, limit=1, offset=22)
    lists(service, "limit=1", newest[:1], total=45, limit=1)
    lists(service, "limit=100", newest, limit=100)
    lists(service, "offset=45", [], total=45, offset=45)
    lists(service, "offset=100000", [], total=45, offset=100_000)


@hint(
    "Parameters narrow each other, and each works with every other",
    "Gather all conditions, then use them in one query; an OR among them needs its own brackets",
    "select(tasks).where(*conditions).order_by(*order, tasks.c.id).limit(limit).offset(offset)",
)
@requires("filter_by_status_and_priority")
@fresh
def test_filters_agree_with_a_model(service, rng):
    """25 mixed queries on 40 tasks give what a plain loop over all tasks gives

    Filters that work alone and not together are found by the first customer who uses two
    """
    bodies = [
        {
            "title": f"{rng.choice(('Tea', 'tea pot', 'Milk', 'Sugar 5%'))} {number}",
            "description": rng.choice(("", "strong tea", "a_b", "100%")),
            "status": rng.choice(STATUSES),
            "priority": rng.randint(1, 5),
            "tags": rng.sample(("kitchen", "shop", "urgent"), rng.randint(0, 3)),
            "due_at": rng.choice(
                (None, "2001-01-01T00:00:00Z", "2026-03-01T09:30:00Z", "2999-01-01T00:00:00Z")
            ),
        }
        for number in range(40)
    ]
    tasks = create(service, *bodies)[::-1]
    for _ in range(25):
        query = []
        due = tasks
        for name, choices in FILTERS.items():
            if rng.random() < 0.4:
                value = rng.choice(choices)
                query.append((name, value))
                due = [task for task in due if HOLDS[name](task, value)]
        lists(service, [*query, ("limit", "50")], due, limit=50)


FILTERS = {
    "status": STATUSES,
    "priority_min": ("2", "3"),
    "priority_max": ("3", "4"),
    "tag": ("kitchen", "urgent"),
    "q": ("tea", "%", "_", "5"),
    "due_before": ("2026-03-01T09:30:00Z", "2027-01-01T00:00:00Z"),
    "due_after": (LONG_AGO, "2026-03-01T09:30:00Z"),
    "overdue": ("true", "false"),
}
HOLDS = {
    "status": lambda task, value: task["status"] == value,
    "priority_min": lambda task, value: task["priority"] >= int(value),
    "priority_max": lambda task, value: task["priority"] <= int(value),
    "tag": lambda task, value: value in task["tags"],
    "q": lambda task, value: value in f"{task['title']}\n{task['description']}".lower(),
    "due_before": lambda task, value: task["due_at"] is not None and task["due_at"][:19] < value[:19],
    "due_after": lambda task, value: task["due_at"] is not None and task["due_at"][:19] >= value[:19],
    "overdue": lambda task, value: is_late(task) is (value == "true"),
}


def is_late(task):
    """Whether a task is due in the past and not done; the checks' times are far from now, or of 2026-03."""
    return task["due_at"] is not None and task["due_at"] < "2026-04" and task["status"] != "done"


@hint(
    "A number is written in the digits 0 to 9 and lies within its limits; nothing is silently corrected",
    "int() takes 1_0, +5, blanks and the digits of other scripts; query.whole() of given.query does not",
    "query.whole('limit', 20, least=1, most=100), and query.finish() at the end",
)
@requires("list_shows_the_tasks")
def test_bad_numbers_are_refused(service):
    """limit, offset and priorities that are no number, or out of range, are a 400

    A limit of 1000 that is silently made 100 ends loops early: the rest is never fetched and nobody notices
    """
    digits = ("abc", "5.0", "%2B5", "1_0", quote("١٢"), "%205", "5%20", "", "0x10", "1e1")
    ranges = {"limit": (0, 101), "offset": (None, 100_001), "priority_min": (0, 6), "priority_max": (0, 6)}
    for name, (low, high) in ranges.items():
        for wrong in digits:
            refuses(service, f"{name}={wrong}", {name: "type"})
        reply = service.get(f"{PATH}?{name}=-1")
        assert reply.status == 400
        assert {error["field"] for error in reply.json["errors"]} == {name}
        if low is not None:
            refuses(service, f"{name}={low}", {name: "too_small"})
        refuses(service, f"{name}={high}", {name: "too_large"})
    for good in ("limit=1", "limit=100", "offset=0", "offset=100000", "priority_min=1", "priority_max=5"):
        assert service.get(f"{PATH}?{good}") == answer(200)


@hint(
    "Each parameter has values that are right; everything else is refused by its name",
    "query.refuse(name, code, message) notes a fault, query.finish() answers with all of them",
    "if value not in STATUSES: query.refuse('status', 'choice', '…')",
)
@requires("filter_by_status_and_priority")
def test_bad_filters_are_refused(service):
    """Unknown statuses, times without an offset, blank words and the like are a 400

    A filter that is ignored because it is misspelt shows everything, and the caller deletes everything
    """
    for query, errors in {
        "status=open": {"status": "choice"},
        "status=": {"status": "choice"},
        "status=todo&status=Done": {"status": "choice"},
        "status=todo,doing": {"status": "choice"},
        "overdue=yes": {"overdue": "choice"},
        "overdue=": {"overdue": "choice"},
        "overdue=1": {"overdue": "choice"},
        "due_before=yesterday": {"due_before": "format"},
        "due_before=2026-03-01T09:30:00": {"due_before": "format"},
        "due_after=2026-03-01": {"due_after": "format"},
        "due_after=2026-02-30T09:30:00Z": {"due_after": "format"},
        "due_after=": {"due_after": "format"},
        "q=": {"q": "blank"},
        f"q={'x' * 101}": {"q": "too_long"},
        "tag=": {"tag": "blank"},
        "tag=%20": {"tag": "blank"},
        f"tag={'x' * 31}": {"tag": "too_long"},
        "tag=work&tag=": {"tag": "blank"},
    }.items():
        refuses(service, query, errors)
    assert service.get(f"{PATH}?q={'x' * 100}&tag={'x' * 30}") == answer(200)


@hint(
    "sort is a list of known names, each once, at most three; other parameters come once as well",
    "sent.split(','), name.removeprefix('-'); query.one() refuses a parameter that comes twice",
    "choice for an unknown key, duplicate for a key twice, too_many for a fourth",
)
@requires("sort_by_one_key")
def test_bad_sorts_and_repeats_are_refused(service):
    """Unknown and repeated sort keys, a fourth one, and parameters twice are a 400

    Which of two limits counts is decided by chance: proxies, frameworks and languages take another one each
    """
    for query, errors in {
        "sort=id": {"sort": "choice"},
        "sort=Title": {"sort": "choice"},
        "sort=%2Bpriority": {"sort": "choice"},
        "sort=--priority": {"sort": "choice"},
        "sort=priority,": {"sort": "choice"},
        "sort=title,%20priority": {"sort": "choice"},
        "sort=title,owner": {"sort": "choice"},
        "sort=title,title": {"sort": "duplicate"},
        "sort=title,priority,-title": {"sort": "duplicate"},
        "sort=title,status,priority,due_at": {"sort": "too_many"},
        "limit=1&limit=1": {"limit": "duplicate"},
        "offset=1&offset=2": {"offset": "duplicate"},
        "priority_min=1&priority_min=2": {"priority_min": "duplicate"},
        "priority_max=1&priority_max=2": {"priority_max": "duplicate"},
        "sort=title&sort=title": {"sort": "duplicate"},
        "q=a&q=b": {"q": "duplicate"},
        "overdue=true&overdue=true": {"overdue": "duplicate"},
        "due_before=2026-03-01T09:30:00Z&due_before=2026-03-01T09:30:00Z": {"due_before": "duplicate"},
        "due_after=2026-03-01T09:30:00Z&due_after=2026-03-02T09:30:00Z": {"due_after": "duplicate"},
    }.items():
        refuses(service, query, errors)
    assert service.get(f"{PATH}?sort=-title,status,-priority") == answer(200)


@hint(
    "What is no parameter of the list is refused as well, and everything wrong is told together",
    "Query('status', …) takes the names that there are; other names are faults from the start",
    "Read every parameter first, then query.finish()",
)
@requires("bad_numbers_are_refused", "bad_filters_are_refused", "bad_sorts_and_repeats_are_refused")
def test_all_bad_parameters_are_told(service):
    """Unknown parameters are refused, and every wrong one is in the answer

    ?stauts=done that shows all tasks looks like an answer; a 400 with the word in it is one
    """
    refuses(service, "color=red", {"color": "unknown_field"})
    refuses(service, "Limit=5", {"Limit": "unknown_field"})
    refuses(service, "limit=0&color=red", {"limit": "too_small", "color": "unknown_field"})
    query = "limit=x&offset=100001&status=open&sort=id&overdue=2&q=&tag=&due_before=x&due_after=y"
    everything = {
        "limit": "type", "offset": "too_large", "status": "choice", "sort": "choice", "overdue": "choice",
        "q": "blank", "tag": "blank", "due_before": "format", "due_after": "format",
        "priority_min": "too_small", "priority_max": "too_large", "page": "unknown_field",
    }  # fmt: skip
    refuses(service, f"{query}&priority_min=0&priority_max=6&page=2", everything)
