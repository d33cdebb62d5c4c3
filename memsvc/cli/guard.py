"""`memsvc guard`: what the guard holds back, why, and what came of it."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, TypeAlias

import typer

from memsvc.cli import audit, canaries, options, rollback, scan
from memsvc.cli.connection import Target, connected
from memsvc.cli.guard_lines import explained_lines, quarantined_lines
from memsvc.cli.output import report

__all__ = ["build_app"]

_Note: TypeAlias = Annotated[str, typer.Argument(metavar="NOTE", help="The note's id.")]
_Reason: TypeAlias = Annotated[str, typer.Option(help="Why; kept in the note's history and in the audit log.")]


def build_app() -> typer.Typer:
    app = typer.Typer(
        help="The guard: review queue, explanations, rollback, scans, canaries, audit log.", no_args_is_help=True
    )
    for command in (quarantine, explain, release, reject):
        app.command(command.__name__)(command)
    app.command("blast-radius")(rollback.blast_radius)
    app.command("rollback")(rollback.rollback)
    app.command("scan")(scan.scan)
    app.add_typer(canaries.build_app(), name="canaries")
    app.add_typer(audit.build_app(), name="audit")
    return app


def quarantine(
    namespace: options.Namespace = "default",
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List notes that wait for a review, with what was found in them."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        items = list(islice(client.quarantine(page_size=min(limit, 200)), limit))
    result = {"items": [item.model_dump(mode="json") for item in items]}
    lines = [line for item in items for line in quarantined_lines(item)]
    report(result, lines or ["nothing waits for a review"], as_json=json)


def explain(
    note: _Note,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show what the guard knows of a note: signals, flagged places, origins, sources, review."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.explain(note)
    report(found.model_dump(mode="json"), explained_lines(found), as_json=json)


def release(
    note: _Note,
    reason: _Reason,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Make a quarantined note active; the guard takes it for an example of what is harmless."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.release(note, reason=reason)
    report(found.model_dump(mode="json"), [f"{note} is {found.status}"], as_json=json)


def reject(
    note: _Note,
    reason: _Reason,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Leave a quarantined note hidden for good; `memsvc guard rollback` undoes what was made of it."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.reject(note, reason=reason)
    report(found.model_dump(mode="json"), [f"{note} is rejected, and stays {found.status}"], as_json=json)
