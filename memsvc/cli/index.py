"""`memsvc index`: look at the vector indexes, check them against the database, tidy them, build them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from memsvc.cli import options
from memsvc.cli.connection import opened
from memsvc.cli.failures import PROBLEMS_FOUND
from memsvc.cli.output import report
from memsvc.cli.scopes import All, One, Tenant, chosen_scopes

if TYPE_CHECKING:
    from memsvc.domain.scope import Scope

__all__ = ["build_app"]


def build_app() -> typer.Typer:
    app = typer.Typer(help="Look at, check, compact and rebuild the vector indexes.", no_args_is_help=True)
    app.command("verify")(verify)
    app.command("rebuild")(rebuild)
    app.command("stats")(stats)
    app.command("compact")(compact)
    return app


def verify(
    namespace: One = None,
    all_: All = False,
    tenant: Tenant = "local",
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Compare indexes with the database; exit code 3 when they differ (then `memsvc index rebuild`)."""
    with opened(data_dir) as app:
        found = {
            f"{scope.tenant}/{scope.namespace}": app.service.index_verify(scope)
            for scope in chosen_scopes(app, namespace, tenant, everything=all_)
        }
    lines = [f"{name}: {p.kind}: {p.detail}" for name, problems in found.items() for p in problems]
    result = {
        "checked": len(found),
        "problems": [
            {"scope": name, "kind": p.kind, "detail": p.detail} for name, ps in found.items() for p in ps
        ],
    }
    report(result, [*lines, f"{len(found)} checked, {len(lines)} problems"], as_json=json)
    raise typer.Exit(PROBLEMS_FOUND if lines else 0)


def rebuild(
    namespace: One = None,
    all_: All = False,
    tenant: Tenant = "local",
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Build indexes anew from the vectors in the database; nothing is embedded again."""
    with opened(data_dir) as app:
        scopes = chosen_scopes(app, namespace, tenant, everything=all_)
        done = _each(scopes, app.service.index_rebuild)
    report({"rebuilt": done}, [f"{len(done)} rebuilt"], as_json=json)


def stats(
    namespace: One = None,
    all_: All = False,
    tenant: Tenant = "local",
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show the form, vectors, sequence, RAM and disk of indexes, once they are up to date."""
    found = []
    with opened(data_dir) as app:
        for scope in chosen_scopes(app, namespace, tenant, everything=all_):
            figures = asdict(app.service.index_stats(scope))
            found.append({"scope": f"{scope.tenant}/{scope.namespace}", **figures})
    lines = [
        f"{it['scope']}: {it['form']}, {it['vectors']} vectors to sequence {it['applied_sequence']}, "
        f"{it['memory_bytes']} bytes of RAM, {it['disk_bytes']} on disk"
        for it in found
    ]
    report({"indexes": found}, lines, as_json=json)


def compact(
    namespace: One = None,
    all_: All = False,
    tenant: Tenant = "local",
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Bring indexes up to date on disk and give back what removed notes have left."""
    with opened(data_dir) as app:
        scopes = chosen_scopes(app, namespace, tenant, everything=all_)
        done = _each(scopes, app.service.index_compact)
    report({"compacted": done}, [f"{len(done)} compacted"], as_json=json)


def _each(scopes: Sequence[Scope], work: Callable[[Scope], None]) -> list[str]:
    """Do the work for each scope, and return their names."""
    for scope in scopes:
        work(scope)
    return [f"{scope.tenant}/{scope.namespace}" for scope in scopes]
