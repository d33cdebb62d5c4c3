"""Policies and sweeps over REST and in the SDK."""

from __future__ import annotations

import json

import pytest

from memsvc.client import Client
from memsvc.client.testing import in_process_transport
from memsvc.domain.access import AccessScope
from memsvc.errors import InvalidInput, PreconditionFailed
from memsvc.wire import Policy, PolicyVersion
from tests.api.conftest import api, database, make_api, pytest_generate_tests

__all__ = ["api", "database", "make_api", "pytest_generate_tests"]

NS = "/v1/namespaces/ns"
CAPPED = {"retention": {"max_notes": 1}}


def put(api, policy, if_match="*"):
    return api.call("PUT", f"{NS}/policy", json=policy, headers={"If-Match": if_match})


@pytest.fixture
def memory(api):
    with Client(transport=in_process_transport(api.app), namespace="ns", retries=0) as client:
        yield client


def test_everything_is_off_until_a_policy_is_put(api):
    found = api.call("GET", f"{NS}/policy")

    assert (found.headers["etag"], found.json()["version"]) == ('"0"', 0)
    assert found.json()["policy"]["thoughts"]["work"] == "off"
    assert api.call("GET", f"{NS}/policy/history").json() == {"items": []}


def test_a_policy_is_read_as_it_was_put(api):
    answer = put(api, CAPPED, '"0"')
    found = api.call("GET", f"{NS}/policy")

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert found.json() == answer.json()
    assert found.json()["policy"]["retention"]["max_notes"] == 1
    assert api.call("GET", f"{NS}/policy", headers={"If-None-Match": '"1"'}).status_code == 304


def test_another_version_is_412_and_none_428(api):
    put(api, CAPPED)

    assert put(api, {}, '"0"').status_code == 412
    assert api.call("PUT", f"{NS}/policy", json={}).status_code == 428
    assert [item["version"] for item in api.call("GET", f"{NS}/policy/history").json()["items"]] == [1]


@pytest.mark.parametrize(
    ("policy", "pointers"),
    [
        ({"thoughts": {"groups": 15}}, ["/thoughts/groups"]),
        ({"thoughts": {"groups": 0}}, ["/thoughts/groups"]),
        (
            {"retention": {"decay_weight": 0.5, "eviction": "weakest"}},
            ["/retention/half_life_days", "/retention/eviction"],
        ),
        ({"retention": {"admit_after": {"round": 2}}}, ["/retention/admit_after/round"]),
        ({"retention": {"ttl": 1}}, ["/retention/ttl"]),
        ({"amem": {"work": "always"}}, ["/amem/work"]),
    ],
)
def test_a_policy_that_contradicts_itself_is_422_and_changes_nothing(api, policy, pointers):
    refused = put(api, policy)

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, pointers)
    assert api.call("GET", f"{NS}/policy").json()["version"] == 0


def test_a_dry_run_says_what_a_sweep_then_does(api):
    old, new = api.remember("green tea", "black tea")
    put(api, CAPPED)

    dry = api.call("POST", f"{NS}/retention", json={"dry_run": True}).json()
    shown = api.call("GET", f"{NS}/notes").json()["items"]
    done = api.call("POST", f"{NS}/retention").json()

    assert [note["id"] for note in shown] == [old, new]
    assert dry == {**done, "dry_run": True}
    assert [(step["note"], step["action"]) for step in done["steps"]] == [(old, "forget")]
    assert [note["id"] for note in api.call("GET", f"{NS}/notes").json()["items"]] == [new]


def test_pending_notes_are_listed_and_not_recalled(api):
    put(api, {"retention": {"admit_after": {"fact": 2}}})
    (note,) = api.remember("green tea")

    (listed,) = api.call("GET", f"{NS}/notes").json()["items"]
    found = api.call("POST", f"{NS}/recall", json={"query": "tea"}).json()["hits"]

    assert (listed["id"], listed["status"], found) == (note, "pending", [])


def test_only_admins_set_policies(make_api):
    api = make_api(auth="keys")
    key = api.mint("acme", AccessScope.READ, AccessScope.WRITE)

    refused = api.call("PUT", f"{NS}/policy", json={}, headers={"If-Match": "*"}, key=key)

    assert refused.status_code == 403
    assert api.call("POST", f"{NS}/retention", key=key).status_code == 404  # it may sweep; there is nothing yet


def test_a_tenant_sees_nothing_of_anothers_policy(make_api):
    api = make_api(auth="keys")
    mine, theirs = api.mint("acme"), api.mint("other")
    api.call("PUT", f"{NS}/policy", json=CAPPED, headers={"If-Match": "*"}, key=mine)

    assert api.call("GET", f"{NS}/policy", key=theirs).json()["version"] == 0
    assert api.call("GET", f"{NS}/policy/history", key=theirs).json() == {"items": []}


def test_an_export_carries_every_version(api, memory):
    put(api, CAPPED)
    put(api, {})
    api.remember("tea")

    copy = memory.using(namespace="copy")
    for _ in range(2):
        copy.import_(list(memory.export()))

    assert copy.policy_history() == memory.policy_history()


def test_an_export_carries_what_was_counted(memory):
    memory.set_policy({"retention": {"admit_after": {"fact": 3}}})
    (note, _) = (memory.remember("green tea").note for _ in range(2))

    copy = memory.using(namespace="copy")
    copy.import_(list(memory.export()))
    copy.remember("green tea")

    assert copy.get(note).status == "active"


def test_the_client_puts_and_reads_policies(memory):
    first = memory.set_policy(CAPPED, version=0)
    second = memory.set_policy(Policy())

    assert (memory.policy(), memory.policy_history()) == (second, (first, second))
    with pytest.raises(PreconditionFailed):
        memory.set_policy({}, version=1)
    with pytest.raises(InvalidInput) as caught:
        memory.set_policy({"thoughts": {"groups": 3}})
    assert [error.pointer for error in caught.value.errors] == ["/thoughts/groups"]


def test_the_client_sweeps(memory):
    memory.set_policy(CAPPED)
    memory.remember("tea")
    memory.remember("coffee")

    dry, done = memory.sweep(dry_run=True), memory.sweep()

    assert (dry.steps, dry.dry_run, done.dry_run) == (done.steps, True, False)
    assert done.steps[0].reason == "over the cap of 1 notes, oldest first"


def test_an_older_client_reads_a_newer_servers_policy():
    sent = {"version": 1, "policy": {"links": {"entity": True, "new": 1}, "new": {}}, "new": 2}

    assert PolicyVersion.model_validate_json(json.dumps(sent)).policy.links.entity is True


def test_a_sweep_of_no_namespace_is_404(api):
    assert api.call("POST", f"{NS}/retention", json={"dry_run": True}).status_code == 404
