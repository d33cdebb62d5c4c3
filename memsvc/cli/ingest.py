"""`memsvc ingest`: files of conversations and notes into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Target, connected
from memsvc.cli.formats.files import Format
from memsvc.cli.output import report, say
from memsvc.errors import MemsvcError

if TYPE_CHECKING:
    from memsvc.cli.delivery import Tally
    from memsvc.cli.formats.entries import Place

__all__ = ["ingest", "progress"]


def ingest(
    file: Annotated[Path, typer.Argument(help="File to read; - for JSON Lines on standard input.")],
    namespace: options.Namespace = "default",
    format: Annotated[Format, typer.Option("--format", "-f", help="What the file is.")] = Format.AUTO,
    prefix: Annotated[
        str | None,
        typer.Option(help="LongMemEval: put each question's haystack into the namespace PREFIX + question id."),
    ] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Store a file of conversations and notes.

    Sending the same file again adds nothing. A wrong line is named and left out, the others are stored; the
    exit code is then 2.
    """
    from memsvc.cli.delivery import Tally, deliver
    from memsvc.cli.formats.reading import detect, read_entries

    chosen = detect(file) if format is Format.AUTO else format
    places = read_entries(file, chosen, prefix=prefix)
    tally = Tally()
    try:
        with connected(Target(url, api_key, data_dir)) as client, progress(file, chosen) as advance:
            deliver(client, places, tally, namespace=namespace, advance=advance)
    except MemsvcError:
        if tally.sessions or tally.notes or tally.refused:
            _account(file, tally, as_json=json)
            say(f"memsvc: {file}: stopped before its end; send it again to go on: what is stored adds nothing")
        raise
    _account(file, tally, as_json=json)
    raise typer.Exit(tally.exit_code)


def _account(file: Path, tally: Tally, *, as_json: bool) -> None:
    """Print what became of the entries so far."""
    result = {
        "sessions": dict(tally.sessions),
        "notes": dict(tally.notes),
        "refused": tally.refused,
        "problems": [{"place": p.place, "code": p.code, "detail": p.detail} for p in tally.problems],
    }
    for problem in tally.problems:
        say(f"memsvc: {file}: {problem.place}: {problem.detail}")
    if tally.refused > len(tally.problems):
        say(f"memsvc: {file}: {tally.refused - len(tally.problems)} more were not stored")
    report(result, [_summary("sessions", tally.sessions), _summary("notes", tally.notes)], as_json=as_json)


def _summary(what: str, counts: dict[str, int]) -> str:
    parts = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    return f"{what}: {parts or 'none'}"


@contextmanager
def progress(file: Path, chosen: Format) -> Iterator[Callable[[Place], None]]:
    """Show lines or questions that were stored on standard error, where their number can be known before."""
    from memsvc.cli.formats.reading import count_units
    from memsvc_evals.terminal import progress_bar

    total = count_units(file, chosen)
    if total is None:
        yield lambda _: None
        return
    with progress_bar(file.name, total) as advance:
        yield (lambda _: advance()) if chosen is Format.JSONL else _per_unit(advance)


def _per_unit(advance: Callable[[], None]) -> Callable[[Place], None]:
    """Advance once for each question, whatever the order in which its sessions are stored."""
    seen: set[str] = set()

    def moved(place: Place) -> None:
        if place.unit not in seen:
            seen.add(place.unit)
            advance()

    return moved
