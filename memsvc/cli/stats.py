"""`memsvc stats`: how much is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import report

if TYPE_CHECKING:
    from memsvc.wire import NamespaceStats

__all__ = ["stats"]


def stats(
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="One namespace in detail.", metavar="NAME")
    ] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show the namespaces and their sizes, or one in detail."""
    with connected(Target(url, api_key, data_dir)) as client:
        if namespace is not None:
            one = client.using(namespace=namespace).stats()
            report(one.model_dump(mode="json"), _details(one), as_json=json)
            return
        items = list(client.namespaces())
    lines = [f"{item.name}: {item.notes} notes, model {item.model.id}" for item in items]
    result = {"items": [item.model_dump(mode="json") for item in items]}
    report(result, lines or ["no namespaces yet"], as_json=json)


def _details(one: NamespaceStats) -> Iterator[str]:
    yield f"namespace: {one.name}"
    yield "notes: " + (", ".join(f"{n} {status}" for status, n in sorted(one.notes.items())) or "none")
    yield f"sessions: {one.sessions}"
    yield f"keys: {one.keys}"
    index = one.index
    yield (
        f"index: {index.form}, {index.vectors} vectors, {index.memory_bytes:,} bytes in memory, "
        f"{index.disk_bytes:,} on disk, current up to {index.applied_sequence} of {one.last_sequence}"
    )
