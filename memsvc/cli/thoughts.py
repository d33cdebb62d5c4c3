"""`memsvc thoughts`: what was thought after the replies, and how it is organised."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.output import one_line, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memsvc.wire import Note, ThoughtDetail, ThoughtMerge

__all__ = ["build_app"]

_Thought: TypeAlias = Annotated[str, typer.Argument(metavar="NOTE", help="The thought's id.")]
_Notes: TypeAlias = Annotated[list[str], typer.Argument(metavar="NOTES...", help="Ids of stored notes.")]
_DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


def build_app() -> typer.Typer:
    app = typer.Typer(help="Thoughts (list, show, think, forget, merge, unmerge).", no_args_is_help=True)
    for command in (list_, show, think, forget, merge, unmerge):
        app.command(command.__name__.strip("_"))(command)
    return app


def list_(
    namespace: options.Namespace = "default",
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 50,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """List current thoughts in the order in which they were stored."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        items = list(islice(client.notes(kinds=["thought"], page_size=min(limit, 200)), limit))
    result = {"items": [item.model_dump(mode="json") for item in items]}
    report(result, [_line(item) for item in items] or ["no thoughts"], as_json=json)


def show(
    note: _Thought,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Show a thought with its triples and what it was made of."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        found = client.thought(note)
    report(found.model_dump(mode="json"), _details(found), as_json=json)


def think(
    notes: _Notes,
    recalled: Annotated[
        list[str] | None, typer.Option(help="Id of a note that recall gave for the reply; may be repeated.")
    ] = None,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Make thoughts of stored notes, by the rules or by the model, as the namespace's policy says."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        done = client.post_think(notes, recalled=recalled or ())
    line = f"{len(done.thoughts)} new, {len(done.known)} known, {done.repeated} repeated from recall"
    report(done.model_dump(mode="json"), [line, *_degraded(done.degraded)], as_json=json)


def forget(
    dry_run: _DryRun = False,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Close thoughts that later ones contradict; nothing is deleted."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        done = client.forget_thoughts(dry_run=dry_run)
    words = {"supersede": "is closed by", "conflict": "is in conflict with"}
    lines = [f"{it.older} {words[it.verdict]} {it.newer} ({it.reason})" for it in done.contradictions]
    report(done.model_dump(mode="json"), [*lines, *_degraded(done.degraded)] or ["nothing to do"], as_json=json)


def merge(
    notes: Annotated[
        list[str] | None, typer.Argument(metavar="[NOTES]...", help="Merge exactly these thoughts.")
    ] = None,
    dry_run: _DryRun = False,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Merge thoughts that belong together; `memsvc thoughts unmerge` takes it back."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        done = client.merge_thoughts(dry_run=dry_run, notes=notes or None)
    lines = [*map(_merge_line, done.merges), *_degraded(done.degraded)]
    report(done.model_dump(mode="json"), lines or ["nothing to do"], as_json=json)


def unmerge(
    note: _Thought,
    namespace: options.Namespace = "default",
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Take a merge back: its sources are current again."""
    with connected(Target(url, api_key, data_dir), namespace=namespace) as client:
        items = client.unmerge(note)
    report({"items": [item.model_dump(mode="json") for item in items]}, map(_line, items), as_json=json)


def _line(note: Note) -> str:
    return f"{note.id}  {note.event_time:%Y-%m-%d}  {one_line(note.content)}"


def _merge_line(merge: ThoughtMerge) -> str:
    return f"{merge.note or '(dry run)'}  {one_line(merge.content)}  <- {', '.join(merge.sources)}"


def _degraded(reasons: tuple[str, ...]) -> list[str]:
    return [f"degraded: {reason}" for reason in reasons]


def _details(found: ThoughtDetail) -> Iterator[str]:
    yield _line(found.note)
    for triple in found.triples:
        denied = "not: " if triple.negated else ""
        yield f"  {denied}{one_line(triple.head)} | {one_line(triple.relation)} | {one_line(triple.tail)}"
    for source in found.sources:
        yield f"  {source.role} of {source.note}"
