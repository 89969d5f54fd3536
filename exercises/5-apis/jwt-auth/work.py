"""What services with accounts are measured at."""

from uuid import uuid4

from backroad.checks import answer

PASSWORD = "correct horse battery"


def _log_in(service):
    """Register somebody new, and return the token pair."""
    account = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}
    assert service.post("/v1/auth/register", json=account) == answer(201)
    reply = service.post("/v1/auth/login", json=account)
    assert reply == answer(200)
    return reply.json


def statements_of_a_question(service, measure):
    """SQL per GET /v1/me"""
    caller = {"Authorization": f"Bearer {_log_in(service)['access_token']}"}
    with measure.statements(per=10):
        for _ in range(10):
            assert service.get("/v1/me", headers=caller) == answer(200)


def statements_of_a_refresh(service, measure):
    """SQL per refresh"""
    token = _log_in(service)["refresh_token"]
    with measure.statements(per=10):
        for _ in range(10):
            reply = service.post("/v1/auth/refresh", json={"refresh_token": token})
            assert reply == answer(200)
            token = reply.json["refresh_token"]


def question(service, measure):
    """GET /v1/me"""
    measure.requests("GET", "/v1/me", headers={"Authorization": f"Bearer {_log_in(service)['access_token']}"})
