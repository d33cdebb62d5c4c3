"""`memsvc index`: check the vector indexes against the database, or build them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import opened
from memsvc.cli.failures import PROBLEMS_FOUND
from memsvc.cli.output import report
from memsvc.errors import InvalidInput

if TYPE_CHECKING:
    from memsvc.app import App
    from memsvc.domain.scope import Scope

__all__ = ["build_app"]

_One = Annotated[str | None, typer.Option("--namespace", "-n", help="Which namespace.", metavar="NAME")]
_All = Annotated[bool, typer.Option("--all", help="Every namespace of every tenant (the default).")]
_Tenant = Annotated[str, typer.Option(help="Whose namespace.")]


def build_app() -> typer.Typer:
    app = typer.Typer(help="Check and rebuild the vector indexes.", no_args_is_help=True)
    app.command("verify")(verify)
    app.command("rebuild")(rebuild)
    return app


def verify(
    namespace: _One = None,
    all_: _All = False,
    tenant: _Tenant = "local",
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Compare indexes with the database; exit code 3 when they differ (then `memsvc index rebuild`)."""
    with opened(data_dir) as app:
        found = {
            f"{scope.tenant}/{scope.namespace}": app.service.index_verify(scope)
            for scope in _scopes(app, namespace, tenant, everything=all_)
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
    namespace: _One = None,
    all_: _All = False,
    tenant: _Tenant = "local",
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Build indexes anew from the vectors in the database; nothing is embedded again."""
    done = []
    with opened(data_dir) as app:
        for scope in _scopes(app, namespace, tenant, everything=all_):
            app.service.index_rebuild(scope)
            done.append(f"{scope.tenant}/{scope.namespace}")
    report({"rebuilt": done}, [f"{len(done)} rebuilt"], as_json=json)


def _scopes(app: App, namespace: str | None, tenant: str, *, everything: bool) -> list[Scope]:
    from memsvc.domain.scope import Scope

    if everything and namespace is not None:
        raise InvalidInput("give --namespace or --all, not both")
    return app.storage.directory.scopes() if namespace is None else [Scope.of(tenant, namespace)]
