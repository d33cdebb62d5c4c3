"""`memsvc guard blast-radius` and `memsvc guard rollback`: what came of a note, and undoing it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import report

if TYPE_CHECKING:
    from memsvc.wire import BlastRadius, RollbackReport

__all__ = ["blast_radius", "rollback"]

_Root: TypeAlias = Annotated[
    str | None, typer.Option("--note", help="The note that it starts from.", metavar="NOTE")
]
_Principal: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--principal", help="Or all that this principal stored, such as key:0123456789abcdef.", metavar="WHO"
    ),
]


def blast_radius(
    note: _Root = None,
    principal: _Principal = None,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List everything that was derived from a note, or from all notes of a principal."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.blast_radius(note=note, principal=principal)
    report(found.model_dump(mode="json"), _reached(found), as_json=json)


def rollback(
    reason: Annotated[str, typer.Option(help="Why; kept in histories and in the audit log.")],
    note: _Root = None,
    principal: _Principal = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without, only say what would be done.")] = False,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Undo a note, or all notes of a principal, with what was made of them: as if they had never been stored."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        done = client.rollback(note=note, principal=principal, reason=reason, dry_run=not apply)
    report(done.model_dump(mode="json"), _steps(done), as_json=json)


def _reached(found: BlastRadius) -> Iterator[str]:
    yield f"roots: {', '.join(found.roots)}"
    for item in found.items:
        made = f"{', '.join(item.roles)} of {', '.join(item.via)}"
        yield f"{'  ' * item.depth}{item.note}  {item.kind}, {item.status}: {made}"
    for gone in found.replaced:
        yield f"  {gone.note} gave way to {gone.by}"
    yield (
        f"{len(found.items)} derived notes, {len(found.links)} links, {len(found.jobs)} jobs, "
        f"attributes of {len(found.attributes)} notes"
    )


def _steps(done: RollbackReport) -> Iterator[str]:
    if done.dry_run:
        yield "a dry run; with --apply this is done:"
    steps = {
        "rolled back before": done.already,
        "quarantined": done.quarantined,
        "restored": done.restored,
        "current again": done.reopened,
        "superseded": tuple(each.older for each in done.closed),
        "attributes as without it": done.reverted,
        "merged anew": tuple(each.note or ", ".join(each.sources) for each in done.remerged),
        "thought anew": done.retold,
        "evidence only, to be looked at": done.limited,
    }
    for name, notes in steps.items():
        if notes:
            yield f"{name}: {', '.join(notes)}"
    yield f"links removed: {done.links_removed}"
    yield from (f"degraded: {reason}" for reason in done.degraded)
