"""What the designs of the task manager are measured at."""

from backroad.checks import answer

TASKS = 60


def _fill(service):
    """Store tasks with tags, so that a list has something to show."""
    for number in range(TASKS):
        task = {"title": f"Task {number}", "priority": number % 5 + 1, "tags": ["work", f"week-{number % 7}"]}
        assert service.post("/v1/tasks", json=task).status == 201


def statements_of_a_list(service, measure):
    """SQL per GET /v1/tasks"""
    _fill(service)
    service.get("/v1/tasks", {"limit": TASKS})
    with measure.statements():
        reply = service.get("/v1/tasks", {"limit": TASKS})
    assert reply == answer(200)
    assert len(reply.json["items"]) == TASKS


def statements_of_a_change(service, measure):
    """SQL per PATCH of a task"""
    path = f"/v1/tasks/{service.post('/v1/tasks', json={'title': 'Tea'}).json['id']}"
    with measure.statements(per=10):
        for number in range(10):
            assert service.patch(path, json={"title": f"Tea {number}"}) == answer(200)


def list_of_tasks(service, measure):
    """GET /v1/tasks"""
    _fill(service)
    measure.requests("GET", "/v1/tasks", {"limit": TASKS})
