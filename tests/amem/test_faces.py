"""Links and attributes over REST and in the SDK."""

from __future__ import annotations

import pytest

from memsvc.client import Client
from memsvc.client.testing import in_process_transport
from memsvc.domain.access import AccessScope
from memsvc.errors import Conflict, InvalidInput, NotFound, PreconditionFailed
from tests.api.conftest import api, database, make_api, pytest_generate_tests

__all__ = ["api", "database", "make_api", "pytest_generate_tests"]

NS = "/v1/namespaces/ns"


@pytest.fixture
def memory(api):
    with Client(transport=in_process_transport(api.app), namespace="ns", retries=0) as client:
        yield client


@pytest.fixture
def pair(api):
    return api.remember("My puppy Rex chews shoes", "Puppy training takes patience")


def test_a_manual_link_is_made_seen_and_removed(memory, pair):
    first, second = pair

    made = memory.link(first, second)

    assert (made.note, made.other, made.type, made.weight, made.method) == (first, second, "manual", 1.0, "user")
    assert [link.other for link in memory.links(second)] == [first]
    assert memory.link(first, second) == made
    assert memory.unlink(second, first) == ()
    assert memory.links(first) == ()


def test_links_are_listed_by_type(memory, pair):
    memory.link(*pair)

    assert memory.links(pair[0], types=["related"]) == ()
    assert len(memory.links(pair[0], types=["related", "manual"])) == 1


def test_wrong_links_are_refused(memory, pair):
    first, second = pair

    with pytest.raises(InvalidInput, match="itself"):
        memory.link(first, first)
    with pytest.raises(NotFound):
        memory.link(first, "none")
    with pytest.raises(NotFound, match="manual"):
        memory.unlink(first, second)
    assert memory.links(first) == ()


def test_a_type_that_does_not_exist_is_refused(api, pair):
    assert api.call("GET", f"{NS}/notes/{pair[0]}/links", params={"type": "friend"}).status_code == 422


def test_a_note_evolves_and_is_reverted(memory, pair):
    first, _ = pair
    with pytest.raises(NotFound, match="evolve"):
        memory.attributes(first)

    done = memory.evolve(first)

    assert memory.attributes(first) == done.attributes
    assert (done.attributes.note, done.attributes.version, done.attributes.method) == (first, 2, "rules")
    assert done.changed == (first,)
    assert done.degraded == ()
    assert memory.revert(first, 1, version=2).version == 3
    with pytest.raises(NotFound):
        memory.attributes(first)


def test_what_is_forgotten_evolves_only_when_restored(memory, pair):
    memory.forget(pair[0])
    with pytest.raises(Conflict, match="restore it"):
        memory.evolve(pair[0])


def test_a_revert_needs_the_version_that_is_there(memory, pair):
    memory.evolve(pair[0])

    with pytest.raises(PreconditionFailed):
        memory.revert(pair[0], 1, version=7)
    with pytest.raises(InvalidInput):
        memory.revert(pair[0], 9)


def test_the_attributes_have_the_notes_etag(api, pair):
    api.call("POST", f"{NS}/notes/{pair[0]}/evolve")

    answer = api.call("GET", f"{NS}/notes/{pair[0]}/attributes")

    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert set(answer.json()) == {"note", "version", "keywords", "tags", "context", "method"}


def test_consolidation_says_what_it_did(memory, pair):
    memory.set_policy({"amem": {"work": "rules"}, "links": {"tau": 1.0}})
    assert memory.consolidate().attributes == 2
    assert memory.consolidate().model_dump() == {"notes": 2, "attributes": 0, "keys": 0, "links": 0}


def test_evolution_is_in_the_history(memory, pair):
    memory.evolve(pair[0])

    last = memory.history(pair[0])[-1]

    assert last.operation == "evolved"
    assert set(last.patch) >= {"keywords", "tags", "context", "method"}


def test_recall_by_attributes_brings_linked_notes_along(memory, pair):
    first, second = pair
    memory.link(first, second)

    found = memory.recall("puppy Rex chews shoes", mode="amem", k=1).hits

    assert [hit.note.id for hit in found] == [first, second]
    assert [(hit.linked_from, hit.link) for hit in found] == [(None, None), (first, "manual")]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "notes/{}/links/{}"),
        ("DELETE", "notes/{}/links/{}"),
        ("POST", "notes/{}/evolve"),
        ("POST", "notes/{}/revert"),
        ("POST", "consolidate"),
    ],
)
def test_changes_need_the_scope_to_write(make_api, method, path):
    api = make_api(auth="keys")
    key = api.mint("acme", AccessScope.READ)

    answer = api.call(method, f"{NS}/{path.format('a', 'b')}", json={"version": 1}, key=key)

    assert answer.status_code == 403
