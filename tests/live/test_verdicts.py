"""The same verdicts, check by check, on every database: `make test-live` starts the servers.

Each solution of an exercise that needs a database is judged on what the kit serves by itself, and on each
server that the environment names; each mutant by the checks that it names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest
from tests.solutions import EXERCISES, named_trees, trees

from backroad.audit.toolchain import missing
from backroad.content.layers import Tree
from backroad.model import Need
from backroad.referee import plan_for
from backroad.referee.engine import Engine
from backroad.referee.servers import CHOICE, DOCUMENT_SERVER, SQL_SERVERS

OWN = {CHOICE: "sqlite"}
NAMED = {
    **{
        name: (Need.SQL, {variable: os.environ.get(variable, ""), CHOICE: name})
        for name, variable in SQL_SERVERS.items()
    },
    "documents": (Need.DOCUMENTS, {DOCUMENT_SERVER: os.environ.get(DOCUMENT_SERVER, "")}),
}
SERVERS = {name: named for name, named in NAMED.items() if all(named[1].values())}


def cases() -> Iterator[object]:
    """Yield (slug, name of the tree, name of the server)."""
    for exercise in EXERCISES.values():
        servers = [name for name, (need, _) in SERVERS.items() if need in exercise.needs]
        for name, tree, _ in trees(exercise) if servers else ():
            for server in servers:
                if not (server in SQL_SERVERS and tree.service().store):
                    yield pytest.param(exercise.slug, name, server, id=f"{exercise.slug} {name} on {server}")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """The engine of all runs."""
    with Engine() as made:
        yield made


def verdicts(
    engine: Engine, slug: str, tree: Tree, names: tuple[str, ...], environ: dict[str, str]
) -> dict[str, str]:
    """Return the verdict of each check."""
    with plan_for(EXERCISES[slug], tree, names=names, environ=environ) as plan:
        return {result.name: str(result.verdict) for result in engine.run(plan).results}


@cache
def own_verdicts(engine: Engine, slug: str, name: str) -> dict[str, str]:
    """Return the verdicts on what the kit serves by itself, once for all servers."""
    return verdicts(engine, slug, *named_trees(slug)[name], OWN)


@pytest.mark.skipif(not SERVERS, reason="no server is named: make test-live starts some")
@pytest.mark.parametrize(("slug", "name", "server"), [*cases()])
def test_a_server_gives_the_same_verdicts(engine: Engine, slug: str, name: str, server: str) -> None:
    """Right stays right and wrong stays wrong, by the same checks."""
    tree, names = named_trees(slug)[name]
    lacking = missing(tree, EXERCISES[slug].kind)
    if lacking:
        pytest.skip(lacking)
    assert verdicts(engine, slug, tree, names, SERVERS[server][1]) == own_verdicts(engine, slug, name)
