"""`memsvc evolve`, `revert`, `consolidate` and `history`: how what is known of notes changes."""

from __future__ import annotations

import json as json_
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.links import attribute_lines
from memsvc.cli.output import one_line, report, say

if TYPE_CHECKING:
    from memsvc.wire import Change

__all__ = ["consolidate", "evolve", "history", "revert"]

_Note: TypeAlias = Annotated[str, typer.Argument(metavar="NOTE", help="The id of a note.")]
_PATCH = 200


def evolve(
    note: _Note,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Construct a note's attributes anew, link it, and let it evolve its neighbours."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        done = client.evolve(note)
    for reason in done.degraded:
        say(f"memsvc: degraded: {reason}")
    lines = [*attribute_lines(done.attributes), f"{len(done.changed)} notes changed, {done.links} new links"]
    report(done.model_dump(mode="json"), lines, as_json=json)


def revert(
    note: _Note,
    to: Annotated[int, typer.Argument(metavar="VERSION", min=1, help="As `memsvc history` shows it.")],
    version: Annotated[int | None, typer.Option(help="Refuse unless the note is at this version.", min=1)] = None,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Give a note the attributes back that it had at a version."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.revert(note, to, version=version)
    lines = [f"{found.id} has its attributes of version {to}; it is at version {found.version}"]
    report(found.model_dump(mode="json"), lines, as_json=json)


def consolidate(
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Top up what is missing of attributes, keys and links, by rules; a repeat changes nothing."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        done = client.consolidate()
    line = f"{done.notes} notes: {done.attributes} got attributes, {done.keys} new keys, {done.links} new links"
    report(done.model_dump(mode="json"), [line], as_json=json)


def history(
    note: _Note,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List everything that happened to a note, oldest first."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        changes = client.history(note)
    result = {"items": [change.model_dump(mode="json") for change in changes]}
    report(result, _lines(changes), as_json=json)


def _lines(changes: tuple[Change, ...]) -> Iterator[str]:
    for change in changes:
        patch = one_line(json_.dumps(change.patch, ensure_ascii=False)) if change.patch else ""
        shown = patch if len(patch) <= _PATCH else patch[: _PATCH - 1] + "…"
        yield f"{change.version:4}  {change.at:%Y-%m-%d %H:%M}  {change.operation:10}  {change.actor}  {shown}"
