"""Which namespaces an operator's command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from memsvc.errors import InvalidInput

if TYPE_CHECKING:
    from memsvc.app import App
    from memsvc.domain.scope import Scope

__all__ = ["All", "One", "Tenant", "chosen_scopes"]

One: TypeAlias = Annotated[str | None, typer.Option("--namespace", "-n", help="Which namespace.", metavar="NAME")]
All: TypeAlias = Annotated[bool, typer.Option("--all", help="Every namespace of every tenant (the default).")]
Tenant: TypeAlias = Annotated[str, typer.Option(help="Whose namespace.")]


def chosen_scopes(app: App, namespace: str | None, tenant: str, *, everything: bool) -> list[Scope]:
    """Return the scope named, or all of the store; raises InvalidInput when both were asked for."""
    from memsvc.domain.scope import Scope

    if everything and namespace is not None:
        raise InvalidInput("give --namespace or --all, not both")
    return app.storage.directory.scopes() if namespace is None else [Scope.of(tenant, namespace)]
