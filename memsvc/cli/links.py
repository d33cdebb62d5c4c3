"""`memsvc links`: how notes hang together, and what is known of them beside their content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import one_line, report

if TYPE_CHECKING:
    from memsvc.wire import Attributes, Link

__all__ = ["attribute_lines", "attributes", "build_app"]

_Note: TypeAlias = Annotated[str, typer.Argument(metavar="NOTE", help="The id of a note.")]
_Other: TypeAlias = Annotated[str, typer.Argument(metavar="OTHER", help="The id of the other note.")]


def build_app() -> typer.Typer:
    app = typer.Typer(help="Links between notes (list, add, remove).", no_args_is_help=True)
    app.command("list")(list_)
    app.command("add")(add)
    app.command("remove")(remove)
    return app


def list_(
    note: _Note,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List the links of a note, heaviest first."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        _report(client.links(note), as_json=json)


def add(
    note: _Note,
    other: _Other,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Link two notes by hand."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        made = client.link(note, other)
    report(made.model_dump(mode="json"), [_line(made)], as_json=json)


def remove(
    note: _Note,
    other: _Other,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Remove the manual link between two notes, and list those that the first has left."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        _report(client.unlink(note, other), as_json=json)


def attributes(
    note: _Note,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show a note's keywords, tags and context."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.attributes(note)
    report(found.model_dump(mode="json"), attribute_lines(found), as_json=json)


def attribute_lines(found: Attributes) -> Iterator[str]:
    """Yield a line for each attribute."""
    yield f"keywords: {one_line(', '.join(found.keywords))}"
    yield f"tags: {one_line(', '.join(found.tags))}"
    yield f"context: {one_line(found.context)}"
    yield f"by: {found.method}, version {found.version}"


def _report(found: tuple[Link, ...], *, as_json: bool) -> None:
    result = {"items": [each.model_dump(mode="json") for each in found]}
    report(result, [_line(each) for each in found] or ["no links"], as_json=as_json)


def _line(link: Link) -> str:
    return f"{link.other}  {link.type:8}  {link.weight:.3f}  {link.method}  {link.at:%Y-%m-%d %H:%M}"
