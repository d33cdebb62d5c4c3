"""`memsvc guard audit`: the guard's log, a chain of hashes."""

from __future__ import annotations

from itertools import islice
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.failures import PROBLEMS_FOUND
from memsvc.cli.output import one_line, report

if TYPE_CHECKING:
    from memsvc.wire import AuditEntry

__all__ = ["build_app"]


def build_app() -> typer.Typer:
    app = typer.Typer(help="The guard's log (list, verify).", no_args_is_help=True)
    app.command("list")(list_)
    app.command("verify")(verify)
    return app


def list_(
    namespace: options.Namespace = "default",
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 100,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List the entries of the log, oldest first."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        items = list(islice(client.audit(page_size=min(limit, 200)), limit))
    result = {"items": [item.model_dump(mode="json") for item in items]}
    report(result, [_line(item) for item in items] or ["the log is empty"], as_json=json)


def verify(
    head: Annotated[
        str | None, typer.Option(help="A hash noted earlier, which must still be in the log.", metavar="HASH")
    ] = None,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Check the chain of hashes; exit code 3 when it is broken. Keep the head that is printed somewhere else."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.verify_audit(head=head)
    lines = [f"{found.entries} entries, head {found.head or '(none)'}"]
    if found.broken is not None:
        lines.append(f"BROKEN at entry {found.broken.sequence}: {one_line(found.broken.why)}")
    report(found.model_dump(mode="json"), lines, as_json=json)
    raise typer.Exit(0 if found.broken is None else PROBLEMS_FOUND)


def _line(entry: AuditEntry) -> str:
    about = f"  {entry.note}" if entry.note is not None else ""
    told = one_line(dumps(entry.detail))
    return f"{entry.sequence}  {entry.at:%Y-%m-%d %H:%M}  {entry.actor}  {entry.event}{about}  {told}"
