"""`memsvc keys`: who may use the service, and by which texts notes are found."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from memsvc.cli import key_texts, options
from memsvc.cli.connection import opened
from memsvc.cli.output import report
from memsvc.domain.notes import Origin
from memsvc.errors import NotFound

__all__ = ["build_app"]


class ScopeOption(StrEnum):
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


def build_app() -> typer.Typer:
    app = typer.Typer(
        help="API keys (create, list, revoke), and the keys of notes (rebuild).", no_args_is_help=True
    )
    app.command("create")(create)
    app.command("list")(list_)
    app.command("revoke")(revoke)
    app.command("rebuild")(key_texts.rebuild)
    return app


def create(
    name: Annotated[str, typer.Option(help="What the key is for.")] = "default",
    tenant: Annotated[str, typer.Option(help="Whose memory it opens.")] = "local",
    scope: Annotated[
        list[ScopeOption] | None, typer.Option(help="What it allows; may be repeated (default: read, write).")
    ] = None,
    origin: Annotated[
        Origin,
        typer.Option(help="The most trusted origin of what is written with it: for a tool's key, that tool's."),
    ] = Origin.DIRECT_USER,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Make a key and print it: the only time that its secret is seen."""
    from memsvc.api import mint_key
    from memsvc.domain.access import AccessScope
    from memsvc.domain.scope import Scope

    owner = Scope.of(tenant, "default").tenant
    scopes = [AccessScope(s.value) for s in scope or (ScopeOption.READ, ScopeOption.WRITE)]
    key, token = mint_key(owner, name=name, scopes=scopes, at=datetime.now(UTC), ceiling=origin)
    with opened(data_dir) as app:
        app.storage.api_keys.add(key)
    result = {"id": key.id, "tenant": tenant, "name": name, "scopes": sorted(scopes), "origin": origin.value}
    report({**result, "key": token}, [token], as_json=json)


def list_(
    tenant: Annotated[str | None, typer.Option(help="Only the keys of this tenant.")] = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List the keys, revoked ones too; secrets are not kept and cannot be shown."""
    from memsvc.domain.ids import TenantId

    with opened(data_dir) as app:
        keys = app.storage.api_keys.list(None if tenant is None else TenantId(tenant))
    items: list[dict[str, Any]] = [
        {
            "id": key.id,
            "tenant": key.tenant,
            "name": key.name,
            "scopes": sorted(key.scopes),
            "origin": key.ceiling.value,
            "created_at": key.created_at.isoformat(),
            "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
        }
        for key in keys
    ]
    lines = [
        f"{i['id']}  {i['tenant']}  {i['name']}  {','.join(i['scopes'])}  {i['origin']}  {i['created_at'][:10]}"
        + (f"  revoked {i['revoked_at'][:10]}" if i["revoked_at"] else "")
        for i in items
    ]
    report({"items": items}, lines or ["no keys yet"], as_json=json)


def revoke(
    key_id: Annotated[str, typer.Argument(help="The id, as `memsvc keys list` shows it.")],
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Make a key useless from now on."""
    with opened(data_dir) as app:
        revoked = app.storage.api_keys.revoke(key_id, datetime.now(UTC))
    if not revoked:
        raise NotFound(f"there is no key {key_id} that is not revoked; see `memsvc keys list`")
    report({"revoked": key_id}, [f"{key_id} is revoked"], as_json=json)
