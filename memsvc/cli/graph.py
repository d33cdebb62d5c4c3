"""`memsvc graph`: what is linked with what."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import one_line, report
from memsvc.errors import InvalidInput

if TYPE_CHECKING:
    from memsvc.client._options import GraphOptions
    from memsvc.wire import Communities, Graph

__all__ = ["build_app"]

_SNIPPET = 100


class FormatOption(StrEnum):
    JSON = "json"
    GRAPHML = "graphml"


def build_app() -> typer.Typer:
    app = typer.Typer(help="Links of notes as a graph (around, communities).", no_args_is_help=True)
    app.command("around")(around)
    app.command("communities")(communities)
    return app


def around(
    seeds: Annotated[list[str], typer.Argument(help="Ids of notes to look around.", metavar="NOTE...")],
    namespace: options.Namespace = "default",
    hops: Annotated[int, typer.Option(help="How many links away.", min=0, max=4)] = 2,
    per_note: Annotated[int, typer.Option(help="Links of each note, heaviest first.", min=1, max=100)] = 10,
    content: Annotated[bool, typer.Option("--content", help="With the notes' contents.")] = False,
    export: Annotated[FormatOption | None, typer.Option(help="Write node-link JSON or GraphML instead.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file for --export.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show the notes around some, and their links."""
    if output is not None and export is None:
        raise InvalidInput("--output needs --export json or --export graphml")
    wanted: GraphOptions = {"hops": hops, "per_note": per_note, "content": content}
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        if export is FormatOption.GRAPHML:
            _write(client.graphml(*seeds, **wanted), output)
            return
        found = client.graph(*seeds, **wanted)
    if export is FormatOption.JSON:
        _write(found.model_dump_json(exclude_none=True), output)
        return
    report(found.model_dump(mode="json", exclude_none=True), _lines(found), as_json=json)


def communities(
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Find notes that are linked more among themselves than with others (Louvain)."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.communities()
    report(found.model_dump(mode="json"), _groups(found), as_json=json)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text + "\n")
    else:
        output.write_text(text + "\n", encoding="utf-8")


def _lines(graph: Graph) -> Iterator[str]:
    for note in graph.nodes:
        text = f"  {one_line(note.content)[:_SNIPPET]}" if note.content is not None else ""
        yield f"{'*' if note.seed else ' '} {note.id}  {note.kind}  {note.event_time:%Y-%m-%d}{text}"
    for link in graph.links:
        yield f"{link.source} - {link.target}  {link.type} {link.weight:.3f}"
    if graph.graph.truncated:
        yield "there was no room for more notes"


def _groups(found: Communities) -> Iterator[str]:
    for community in found.items:
        yield f"{len(community.notes)} notes: {' '.join(community.notes)}"
    yield f"{len(found.items)} communities, modularity {found.modularity:.3f}"
