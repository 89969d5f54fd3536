"""State and methods"""

from backroad.checks import a, answer, hint, problem, requires

# Five at once, since that many connections wait at the plainest servers; more would be tried again after
# seconds. One round finds a counter without a lock as good as always, six leave nothing to chance.
ROUNDS = 6
CALLERS = 5
CLICKS = 10
ENVIRONMENTS = ("development", "test", "production")


@hint(
    "The number lives in memory between two requests, outside of the views",
    "A view for GET and a view for POST on the same path; a tuple (body, 201) sets the status",
    '@app.post("/v1/counter") above a function that adds one and does: return {"value": value}, 201',
)
def test_counter_counts(service):
    """POST /v1/counter adds one and answers 201, GET only looks

    Browsers, proxies and crawlers repeat a GET as they please; it must change nothing
    """
    reply = service.get("/v1/counter")
    assert reply == answer(200, {"value": a(int)})
    before = reply.json["value"]
    assert service.post("/v1/counter") == answer(201, {"value": before + 1})
    assert service.get("/v1/counter") == answer(200, {"value": before + 1})
    assert service.post("/v1/counter") == answer(201, {"value": before + 2})
    assert service.get("/v1/counter") == answer(200, {"value": before + 2})


@hint(
    "A new instance knows nothing of the others and of earlier runs: no file, no database",
    "The counter is made when the service starts, with the value 0",
    "counter = Counter() in create_app(), with self.value = 0 in its __init__()",
)
@requires("counter_counts")
def test_counter_starts_at_zero(service):
    """Each instance counts from 0, in its own memory

    This is why platforms that restart or add instances want state in a database, the next step of the road
    """
    service.post("/v1/counter")
    with service.another() as fresh:
        assert fresh.get("/v1/counter") == answer(200, {"value": 0})
        assert fresh.post("/v1/counter") == answer(201, {"value": 1})


@hint(
    "Reading, adding and writing are three steps; another thread may come in between",
    "A threading.Lock around all three, and the value for the answer is taken inside as well",
    "with self.lock: self.value += 1; return self.value",
)
@requires("counter_counts")
def test_counter_survives_parallel_clicks(service):
    """50 clicks of five callers at once count as 50, each with its own value

    Lost updates raise no error and show in no log: one of two orders, seats or payments is just gone
    """
    for _ in range(ROUNDS):
        before = service.get("/v1/counter").json["value"]
        clicks = service.parallel(CALLERS, lambda _: [service.post("/v1/counter") for _ in range(CLICKS)])
        replies = [reply for own in clicks for reply in own]
        assert {reply.status for reply in replies} == {201}
        assert service.get("/v1/counter") == answer(200, {"value": before + CALLERS * CLICKS})
        values = [reply.json["value"] for reply in replies]
        twice = sorted({value for value in values if values.count(value) > 1})
        assert {"values given twice": twice} == {"values given twice": []}
        assert sorted(values) == list(range(before + 1, before + CALLERS * CLICKS + 1))


@hint(
    "The debugger of Werkzeug is a Python prompt for everybody who can reach the port",
    "It comes with debug mode: debug=True, use_debugger=True, FLASK_DEBUG",
    "app.run(host=…, port=…) and nothing about debug",
)
def test_debugger_is_off(service):
    """There is no debugger to find, and no PIN in the output

    The interactive debugger runs any code a visitor types; servers were taken over through it
    """
    for environment in ENVIRONMENTS:
        with service.another(env={"APP_ENV": environment}) as other:
            assert other.get("/console") == problem(404, "not_found")
            assert other.get("/?__debugger__=yes&cmd=resource&f=debugger.js") == problem(404, "not_found")
            assert other.get("/v1/boom") == problem(500, "internal_error")
        for words in ("Debugger PIN", "Debugger is active"):
            assert {"lines of the output": lines_with(words, other.log)} == {"lines of the output": []}


@hint(
    "Something prints the settings or the whole environment",
    "Look for print() and logging calls that get app.config or os.environ",
    "Print single names that you chose, never a whole dictionary of settings",
)
def test_output_keeps_secrets(service):
    """The value of SECRET_KEY is never printed

    Logs are copied, searched and kept by many people and systems; a key in a log is a key given away
    """
    secret = "7d1f0c58c2b94e6a"
    with service.another(env={"SECRET_KEY": secret}) as other:
        assert other.get("/healthz") == answer(200)
        assert other.get("/v1/boom").status == 500
    assert {"lines of the output": lines_with(secret, other.log)} == {"lines of the output": []}


def lines_with(words, log):
    """Return the lines of a log that hold the words."""
    return [line for line in log.splitlines() if words in line]


@hint(
    "HEAD asks for everything of a GET but the body; OPTIONS asks which methods a path knows",
    "Flask answers both by itself for a view made with @app.get() or @app.post()",
    "Take HEAD and OPTIONS out of methods=[…] and of your own handlers, and let Flask do it",
)
def test_head_and_options(service):
    """HEAD is GET without a body, OPTIONS lists the methods

    Caches, link checkers and browsers ask this way, and give up on a service that answers something else
    """
    for path in ("/healthz", "/v1/hello?name=Ada", "/v1/echo/abc", "/v1/counter"):
        get, head = service.get(path), service.head(path)
        assert get == answer(200)
        assert head.status == get.status
        assert head.headers.get("Content-Type") == get.headers.get("Content-Type")
        assert head.body == b""
    methods = {"/v1/hello": {"GET"}, "/v1/sum": {"POST"}, "/v1/counter": {"GET", "POST"}}
    for path, known in methods.items():
        reply = service.options(path)
        assert reply.status in (200, 204, 405)
        assert allowed(reply) >= known
        reply = service.delete(path)
        assert reply == problem(405, "method_not_allowed")
        assert allowed(reply) >= known


def allowed(reply):
    """Return the methods that a reply's Allow header lists."""
    assert "Allow" in reply.headers
    return {method.strip() for method in reply.headers["Allow"].split(",")}
