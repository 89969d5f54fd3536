"""First answers"""

from backroad.checks import answer, hint


@hint(
    "The checks choose a free port and tell it to your service in the environment variable PORT",
    "os.environ holds the environment as texts; app.run() takes the port as a number",
    'app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ["PORT"]))',
)
def test_starts_on_the_given_port(service):
    """Two instances run side by side, each on the port it was given

    Platforms start several instances on one machine; a fixed port lets only the first of them live
    """
    with service.another() as second:
        assert service.get("/healthz") == answer(200)
        assert second.get("/healthz") == answer(200)


@hint(
    "A load balancer asks GET /healthz; it wants 200 and a small JSON object",
    "A Flask view that returns a dict answers 200 with application/json",
    '@app.get("/healthz") above a function that does: return {"status": "ok"}',
)
def test_health_answers(service):
    """GET /healthz answers {"status": "ok"}

    The platform sends no traffic to an instance before this path answers, and restarts it when it stops
    """
    assert service.get("/healthz") == answer(200, {"status": "ok"})


@hint(
    "The name comes in the part of the URL behind the question mark, and may be missing",
    "request.args is a dictionary of the query parameters; its get() takes a default",
    'name = request.args.get("name", "World"), then return {"message": f"Hello, {name}!"}',
)
def test_hello_with_and_without_name(service):
    """GET /v1/hello greets the World, or whoever is named

    Clients read JSON by its member names; a bare text or another member name breaks every one of them
    """
    assert service.get("/v1/hello") == answer(200, {"message": "Hello, World!"})
    assert service.get("/v1/hello?name=Ada") == answer(200, {"message": "Hello, Ada!"})


@hint(
    "JSON needs no care for HTML: only whoever builds a page out of it must escape",
    "Flask has decoded the parameter already; decode, escape and change nothing again",
    "Put the name into the message as it is; drop escape(), unquote(), title() and the like",
)
def test_hello_keeps_the_name_as_it_is(service):
    """A name comes back as it was sent, <b>, percent signs and other scripts too

    Escaping in the wrong place shows people &lt;b&gt;, and decoding twice turns one name into another
    """
    names = {
        "Zo%C3%AB": "Zoë",
        "%E6%9D%8E%E5%B0%8F%E9%BE%99": "李小龙",
        "ada%20%20king": "ada  king",
        "%3Cb%3E%26%22": '<b>&"',
        "%2541": "%41",
        "0": "0",
    }
    for sent, name in names.items():
        assert service.get(f"/v1/hello?name={sent}") == answer(200, {"message": f"Hello, {name}!"})


@hint(
    "People paste names with spaces, tabs and line ends around them",
    "str.strip() takes them off both ends and leaves the inside alone",
    'name = request.args.get("name", "World").strip()',
)
def test_hello_trims_the_name(service):
    """White space around a name is dropped

    Two names that look the same and are not end as two accounts, two orders, two greetings
    """
    assert service.get("/v1/hello?name=%20Ada%20King%20") == answer(200, {"message": "Hello, Ada King!"})
    assert service.get("/v1/hello?name=%09%0D%0AAda%09%0D%0A") == answer(200, {"message": "Hello, Ada!"})
