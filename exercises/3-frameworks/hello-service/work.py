"""What the designs of the first service are measured at."""

from backroad.checks import answer


def greeting(service, measure):
    """GET /v1/hello"""
    assert service.get("/v1/hello", {"name": "Ada"}) == answer(200, {"message": "Hello, Ada!"})
    measure.requests("GET", "/v1/hello", {"name": "Ada"})


def thousand_numbers(service, measure):
    """POST /v1/sum of 1,000"""
    numbers = list(range(1_000))
    assert service.post("/v1/sum", json={"numbers": numbers}) == answer(200, {"sum": 499_500, "count": 1_000})
    measure.requests("POST", "/v1/sum", json={"numbers": numbers})
