"""Nothing that a tenant sends distinguishes another tenant's object from a missing one.

Two tenants hold the same content. Each route is probed in two equal worlds: with a name, id or cursor of the
other tenant, and with one that nobody has. The answers must be equal, byte for byte, but for the probe itself,
fresh ids and the request id. A new route fails until it is added here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.routing import APIRoute

from memsvc.domain.changes import Operation
from memsvc.domain.guarding import AuditEvent, Canary
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import NewJob
from memsvc.domain.notes import Status
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.usage import LlmCall

NOW = datetime(2026, 5, 1, tzinfo=UTC)
NS = "/v1/namespaces/{namespace}"
NDJSON = {"Content-Type": "application/x-ndjson"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
HASH = re.compile(r"\b[0-9a-f]{64}\b")
MISSING_NOTE = "019de368-f600-7000-8000-000000000000"
TURNS = [{"role": "user", "content": "I drink green tea"}]


@dataclass(frozen=True)
class Probe:
    """What the caller names: of the other tenant, or of nobody."""

    namespace: str
    note: str
    session: str
    job: str
    canary: str
    head: str
    cursors: dict[str, str]
    export: bytes


ROUTES: dict[tuple[str, str], Any] = {
    ("GET", "/v1/namespaces"): lambda p: {"params": {"cursor": p.cursors["namespaces"]}},
    ("GET", NS): lambda p: {},
    ("DELETE", NS): lambda p: {},
    ("POST", f"{NS}/notes"): lambda p: {
        "json": {"items": [{"content": "new", "supersedes": p.note}, {"content": "newer", "session": p.session}]}
    },
    ("POST", f"{NS}/sessions"): lambda p: {"json": {"sessions": [{"id": p.session, "turns": TURNS}]}},
    ("POST", f"{NS}/ingest"): lambda p: {
        "content": json.dumps({"id": p.session, "turns": TURNS}).encode(),
        "headers": NDJSON,
    },
    ("POST", f"{NS}/recall"): lambda p: {
        "json": {"query": "tea", "k": 1, "cursor": p.cursors["recall"]},
    },
    ("GET", f"{NS}/notes"): lambda p: {"params": {"limit": 1, "cursor": p.cursors["notes"]}},
    ("GET", f"{NS}/notes/{{note}}"): lambda p: {},
    ("PATCH", f"{NS}/notes/{{note}}"): lambda p: {"json": {"metadata": {"a": 1}}, "headers": {"If-Match": '"1"'}},
    ("DELETE", f"{NS}/notes/{{note}}"): lambda p: {},
    ("POST", f"{NS}/notes/{{note}}/restore"): lambda p: {},
    ("GET", f"{NS}/notes/{{note}}/history"): lambda p: {},
    ("GET", f"{NS}/notes/{{note}}/links"): lambda p: {},
    ("PUT", f"{NS}/notes/{{note}}/links/{{other}}"): lambda p: {},
    ("DELETE", f"{NS}/notes/{{note}}/links/{{other}}"): lambda p: {},
    ("GET", f"{NS}/notes/{{note}}/attributes"): lambda p: {},
    ("POST", f"{NS}/notes/{{note}}/evolve"): lambda p: {},
    ("POST", f"{NS}/notes/{{note}}/revert"): lambda p: {"json": {"version": 1}},
    ("POST", f"{NS}/consolidate"): lambda p: {},
    ("POST", f"{NS}/purge"): lambda p: {"json": {"notes": [p.note]}},
    ("GET", f"{NS}/sessions"): lambda p: {"params": {"limit": 1, "cursor": p.cursors["sessions"]}},
    ("GET", f"{NS}/sessions/{{session}}"): lambda p: {},
    ("POST", f"{NS}/thoughts"): lambda p: {"json": {"notes": [p.note], "recalled": [p.note]}},
    ("GET", f"{NS}/thoughts/{{note}}"): lambda p: {},
    ("POST", f"{NS}/thoughts/{{note}}/unmerge"): lambda p: {},
    ("POST", f"{NS}/thoughts/forget"): lambda p: {},
    ("POST", f"{NS}/thoughts/merge"): lambda p: {"json": {"notes": [p.note, p.session]}},
    ("GET", f"{NS}/policy"): lambda p: {},
    ("PUT", f"{NS}/policy"): lambda p: {"json": {"links": {"entity": True}}, "headers": {"If-Match": '"0"'}},
    ("GET", f"{NS}/policy/history"): lambda p: {},
    ("POST", f"{NS}/retention"): lambda p: {},
    ("GET", f"{NS}/graph"): lambda p: {"params": {"seed": p.note}},
    ("GET", f"{NS}/graph/communities"): lambda p: {},
    ("GET", f"{NS}/guard/quarantine"): lambda p: {"params": {"limit": 1, "cursor": p.cursors["quarantine"]}},
    ("POST", f"{NS}/guard/quarantine/{{note}}/release"): lambda p: {"json": {"reason": "harmless"}},
    ("POST", f"{NS}/guard/quarantine/{{note}}/reject"): lambda p: {"json": {"reason": "harmful"}},
    ("GET", f"{NS}/guard/notes/{{note}}"): lambda p: {},
    ("GET", f"{NS}/guard/blast-radius"): lambda p: {"params": {"note": p.note}},
    ("POST", f"{NS}/guard/rollback"): lambda p: {"json": {"note": p.note, "dry_run": False, "reason": "harmful"}},
    ("POST", f"{NS}/guard/scan"): lambda p: {"json": {"apply": True}},
    ("GET", f"{NS}/guard/canaries"): lambda p: {},
    ("PUT", f"{NS}/guard/canaries/{{canary}}"): lambda p: {"json": {"question": "tea?"}},
    ("DELETE", f"{NS}/guard/canaries/{{canary}}"): lambda p: {},
    ("POST", f"{NS}/guard/canaries/check"): lambda p: {},
    ("GET", f"{NS}/guard/audit"): lambda p: {"params": {"limit": 1, "cursor": p.cursors["audit"]}},
    ("GET", f"{NS}/guard/audit/verify"): lambda p: {"params": {"head": p.head}},
    ("GET", f"{NS}/export"): lambda p: {},
    ("POST", f"{NS}/import"): lambda p: {"content": p.export, "headers": NDJSON},
    ("GET", "/v1/jobs"): lambda p: {"params": {"limit": 1, "cursor": p.cursors["jobs"]}},
    ("GET", "/v1/jobs/{job}"): lambda p: {},
    ("POST", "/v1/jobs/{job}/cancel"): lambda p: {},
    ("POST", "/v1/jobs/{job}/retry"): lambda p: {},
    ("GET", "/v1/usage"): lambda p: {"params": {"since": "2026-05-01", "namespace": p.namespace}},
}


class World:
    """Tenants A and B with the same content; A has a namespace of a name of its own besides."""

    def __init__(self, api, number: str) -> None:
        self.api = api
        self.a, self.b = api.mint(f"a{number}"), api.mint(f"b{number}")
        for tenant in (f"a{number}", f"b{number}"):
            with api.parts.storage.writer(Scope.of(tenant, "ns")) as writer:
                for name in ("one", "two"):
                    writer.enqueue(NewJob("sweep", name), at=NOW)
        spent = LlmCall("link", "small", "answered", NOW, prompt_tokens=7)
        for namespace in ("ns", "only-a"):
            api.parts.storage.llm_ledger.record(Scope.of(f"a{number}", namespace), spent)
        self._number = number
        self._fill("ns", self.a, "a")
        self._fill("ns", self.b, "b")
        self._fill("only-a", self.a, "a")

    def _fill(self, namespace: str, key: str, tenant: str) -> None:
        self.api.remember("tea is green", "tea is black", namespace=namespace, key=key)
        body = {"sessions": [{"id": f"talk-{i}-{tenant}", "turns": TURNS} for i in range(2)]}
        self.api.call("POST", f"/v1/namespaces/{namespace}/sessions", json=body, key=key)
        odd = self.api.remember("odd tea", "odder tea", namespace=namespace, key=key)
        with self.api.parts.storage.writer(Scope.of(f"{tenant}{self._number}", namespace)) as writer:
            for note in map(NoteId, odd):
                hidden = StatusChange(note, Operation.QUARANTINED, Status.QUARANTINED, NOW, "local")
                writer.change_status(hidden)
                writer.guard.append(AuditEvent.ASSESSED, note=note, detail={}, at=NOW, actor="local")
            writer.guard.put_canary(Canary(f"watch-{tenant}", "tea?", (NoteId(odd[0]),), 5, NOW, "local"))

    def _get(self, path: str, **arguments: Any) -> Any:
        return self.api.call("GET", path, key=self.a, **arguments).json()

    def statuses(self) -> list[str]:
        return [job["status"] for job in self._get("/v1/jobs")["items"]]

    def theirs(self, namespace: str) -> Probe:
        base = "/v1/namespaces/ns"
        recalled = self.api.call("POST", f"{base}/recall", json={"query": "tea", "k": 1}, key=self.a).json()
        cursors = {
            "namespaces": self._get("/v1/namespaces", params={"limit": 1})["next"],
            "notes": self._get(f"{base}/notes", params={"limit": 1})["next"],
            "sessions": self._get(f"{base}/sessions", params={"limit": 1})["next"],
            "recall": recalled["next"],
            "jobs": self._get("/v1/jobs", params={"limit": 1})["next"],
            "quarantine": self._get(f"{base}/guard/quarantine", params={"limit": 1})["next"],
            "audit": self._get(f"{base}/guard/audit", params={"limit": 1})["next"],
        }
        assert all(cursors.values())
        note = self._get(f"{base}/notes")["items"][0]["id"]
        session = self._get(f"{base}/sessions")["items"][0]["id"]
        job = self._get("/v1/jobs")["items"][0]["id"]
        export = self.api.call("GET", f"{base}/export", key=self.a).content
        head = self._get(f"{base}/guard/audit/verify")["head"]
        return Probe(namespace, note, session, job, "watch-a", head, cursors, export)

    def nobodys(self, namespace: str) -> Probe:
        theirs = self.theirs(namespace)
        cursors = {name: cursor[::-1] for name, cursor in theirs.cursors.items()}
        export = re.sub(rb"f600-7[0-9a-f]{3}", b"ffff-7abc", theirs.export)
        return Probe(namespace, MISSING_NOTE, "talk-9-none", MISSING_NOTE, "watch-9", "0" * 64, cursors, export)


def _answer(world: World, route: tuple[str, str], probe: Probe) -> tuple[int, dict[str, str], str]:
    method, template = route
    names = {name: getattr(probe, name) for name in ("namespace", "note", "session", "job", "canary")}
    path = template.format(other=probe.note, **names)
    response = world.api.call(method, path, key=world.b, **ROUTES[route](probe))
    text = response.text
    for secret in (probe.namespace, probe.session):
        text = text.replace(f"/{secret}", "/<probe>").replace(f'"{secret}"', '"<probe>"')
    text = re.sub(r"key:[0-9a-f]{16}", "<own key>", UUID.sub("<id>", text))
    text = re.sub(r'"request_id":"\w+"', "", HASH.sub("<hash>", text.replace(probe.canary, "<probe>")))
    kept = {k: v for k, v in response.headers.items() if k not in ("x-request-id", "content-length")}
    return response.status_code, kept, text


def two_worlds(api) -> tuple[World, World]:
    return World(api, "1"), World(api, "2")


def test_every_route_is_probed(api):
    routes = {(m, r.path) for r in api.app.routes if isinstance(r, APIRoute) for m in r.methods}

    assert {route for route in routes if route[1].startswith("/v1")} == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_another_tenants_objects_in_ones_own_namespace_are_as_missing(make_api, route):
    one, other = two_worlds(make_api(auth="keys"))

    assert _answer(one, route, one.theirs("ns")) == _answer(other, route, other.nobodys("ns"))


@pytest.mark.parametrize("route", [r for r in ROUTES if "{namespace}" in r[1]], ids=" ".join)
def test_another_tenants_namespace_is_as_missing(make_api, route):
    one, other = two_worlds(make_api(auth="keys"))

    assert _answer(one, route, one.theirs("only-a")) == _answer(other, route, other.nobodys("only-x"))


@pytest.mark.parametrize("route", [r for r in ROUTES if r[0] != "GET"], ids=" ".join)
def test_no_probe_changes_what_the_other_tenant_has(make_api, route):
    world = World(make_api(auth="keys"), "1")
    before = (world.theirs("ns").export, world.statuses())

    _answer(world, route, world.theirs("ns"))

    assert (world.theirs("ns").export, world.statuses()) == before
