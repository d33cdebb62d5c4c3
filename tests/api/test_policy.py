"""Which scope each route needs: a route that is missing here, or weaker than here, fails."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from memsvc.domain.access import AccessScope

READ, WRITE, ADMIN = AccessScope.READ, AccessScope.WRITE, AccessScope.ADMIN
NS = "/v1/namespaces/{namespace}"
POLICY: dict[tuple[str, str], AccessScope | None] = {
    ("GET", "/livez"): None,
    ("GET", "/readyz"): None,
    ("GET", "/metrics"): None,
    ("GET", "/version"): None,
    ("GET", "/openapi.json"): None,
    ("HEAD", "/openapi.json"): None,
    ("GET", "/v1/namespaces"): READ,
    ("GET", NS): READ,
    ("DELETE", NS): ADMIN,
    ("POST", f"{NS}/notes"): WRITE,
    ("POST", f"{NS}/sessions"): WRITE,
    ("POST", f"{NS}/ingest"): WRITE,
    ("POST", f"{NS}/recall"): READ,
    ("GET", f"{NS}/notes"): READ,
    ("GET", f"{NS}/notes/{{note}}"): READ,
    ("PATCH", f"{NS}/notes/{{note}}"): WRITE,
    ("DELETE", f"{NS}/notes/{{note}}"): WRITE,
    ("POST", f"{NS}/notes/{{note}}/restore"): WRITE,
    ("GET", f"{NS}/notes/{{note}}/history"): READ,
    ("GET", f"{NS}/notes/{{note}}/links"): READ,
    ("PUT", f"{NS}/notes/{{note}}/links/{{other}}"): WRITE,
    ("DELETE", f"{NS}/notes/{{note}}/links/{{other}}"): WRITE,
    ("GET", f"{NS}/notes/{{note}}/attributes"): READ,
    ("POST", f"{NS}/notes/{{note}}/evolve"): WRITE,
    ("POST", f"{NS}/notes/{{note}}/revert"): WRITE,
    ("POST", f"{NS}/consolidate"): WRITE,
    ("POST", f"{NS}/purge"): ADMIN,
    ("POST", f"{NS}/thoughts"): WRITE,
    ("GET", f"{NS}/thoughts/{{note}}"): READ,
    ("POST", f"{NS}/thoughts/{{note}}/unmerge"): WRITE,
    ("POST", f"{NS}/thoughts/forget"): WRITE,
    ("POST", f"{NS}/thoughts/merge"): WRITE,
    ("GET", f"{NS}/policy"): READ,
    ("PUT", f"{NS}/policy"): ADMIN,
    ("GET", f"{NS}/policy/history"): READ,
    ("POST", f"{NS}/retention"): WRITE,
    ("GET", f"{NS}/graph"): READ,
    ("GET", f"{NS}/graph/communities"): READ,
    ("GET", f"{NS}/guard/quarantine"): ADMIN,
    ("POST", f"{NS}/guard/quarantine/{{note}}/release"): ADMIN,
    ("POST", f"{NS}/guard/quarantine/{{note}}/reject"): ADMIN,
    ("GET", f"{NS}/guard/notes/{{note}}"): ADMIN,
    ("GET", f"{NS}/guard/blast-radius"): READ,
    ("POST", f"{NS}/guard/rollback"): ADMIN,
    ("POST", f"{NS}/guard/scan"): ADMIN,
    ("GET", f"{NS}/guard/canaries"): ADMIN,
    ("PUT", f"{NS}/guard/canaries/{{canary}}"): ADMIN,
    ("DELETE", f"{NS}/guard/canaries/{{canary}}"): ADMIN,
    ("POST", f"{NS}/guard/canaries/check"): ADMIN,
    ("GET", f"{NS}/guard/audit"): ADMIN,
    ("GET", f"{NS}/guard/audit/verify"): ADMIN,
    ("GET", f"{NS}/sessions"): READ,
    ("GET", f"{NS}/sessions/{{session}}"): READ,
    ("GET", f"{NS}/export"): READ,
    ("POST", f"{NS}/import"): ADMIN,
    ("GET", "/v1/jobs"): READ,
    ("GET", "/v1/jobs/{job}"): READ,
    ("POST", "/v1/jobs/{job}/cancel"): WRITE,
    ("POST", "/v1/jobs/{job}/retry"): WRITE,
    ("GET", "/v1/usage"): READ,
}
GUARDED = [(method, path, scope) for (method, path), scope in POLICY.items() if scope is not None]
BODIES = {
    f"{NS}/notes": {"items": [{"content": "tea"}]},
    f"{NS}/sessions": {"sessions": [{"turns": [{"role": "user", "content": "tea"}]}]},
    f"{NS}/recall": {"query": "tea"},
    f"{NS}/notes/{{note}}": {"metadata": {}},
    f"{NS}/notes/{{note}}/revert": {"version": 1},
    f"{NS}/purge": {"notes": ["x"]},
    f"{NS}/thoughts": {"notes": ["n1"]},
    f"{NS}/policy": {},
    f"{NS}/guard/quarantine/{{note}}/release": {"reason": "harmless"},
    f"{NS}/guard/quarantine/{{note}}/reject": {"reason": "harmful"},
    f"{NS}/guard/rollback": {"note": "n1", "reason": "harmful"},
    f"{NS}/guard/canaries/{{canary}}": {"question": "tea?"},
}

QUERIES = {f"{NS}/graph": "?seed=n1", f"{NS}/guard/blast-radius": "?note=n1"}


def _send(api, method, path, *, key):
    target = path.format(namespace="ns", note="n1", session="s1", job="j1", other="n2", canary="c1")
    target += QUERIES.get(path, "")
    headers = {"If-Match": "*"} if method in ("PATCH", "PUT") else {}
    if path.endswith(("/ingest", "/import")):
        return api.call(method, target, key=key, content=b"", headers={"Content-Type": "application/x-ndjson"})
    body = BODIES.get(path) if method in ("POST", "PATCH", "PUT") else None
    return api.call(method, target, key=key, json=body, headers=headers)


def test_every_route_needs_exactly_the_scope_of_the_policy(api):
    found = {}
    for route in api.app.routes:
        extra = (route.openapi_extra or {}) if isinstance(route, APIRoute) else {}
        found.update({(method, route.path): extra.get("x-scope") for method in route.methods})

    assert found == POLICY


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_a_route_refuses_a_caller_without_a_key(make_api, method, path, scope):
    assert _send(make_api(auth="keys"), method, path, key=None).status_code == 401


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_a_route_refuses_a_key_with_all_other_scopes(make_api, method, path, scope):
    api = make_api(auth="keys")
    others = {READ, WRITE} - {scope}

    response = _send(api, method, path, key=api.mint("acme", *others))

    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_a_route_takes_a_key_with_its_scope_alone(make_api, method, path, scope):
    api = make_api(auth="keys")

    assert _send(api, method, path, key=api.mint("acme", scope)).status_code in (200, 201, 404)


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_admin_may_do_everything(make_api, method, path, scope):
    api = make_api(auth="keys")

    assert _send(api, method, path, key=api.mint("acme", ADMIN)).status_code in (200, 201, 404)
