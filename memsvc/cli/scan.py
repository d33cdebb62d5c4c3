"""`memsvc guard scan`: look through a whole memory for poison."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memsvc.cli import options
from memsvc.cli.connection import Connection, Target, joined
from memsvc.cli.failures import BAD_INPUT, FAILURE
from memsvc.cli.formats.files import STDIN
from memsvc.cli.guard_lines import canary_line, flagged_lines, notable
from memsvc.cli.output import report, say
from memsvc.cli.scanned_file import ScannedFormat
from memsvc.domain.notes import Origin
from memsvc.errors import InvalidInput

if TYPE_CHECKING:
    from memsvc.client import Client
    from memsvc.wire import ScanReport

__all__ = ["scan"]


def scan(
    namespace: options.Namespace = "default",
    file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Scan this file instead, in memory, without a running service, and keep nothing of it; - for "
            "standard input.",
        ),
    ] = None,
    format: Annotated[ScannedFormat, typer.Option("--format", "-f", help="What --from is.")] = ScannedFormat.AUTO,
    origin: Annotated[
        Origin | None,
        typer.Option(
            help="With --from: whom its notes come from at most, where they do not say so themselves; by default "
            "an untrusted document."
        ),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Quarantine what is found.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with the flagged places marked.", metavar="FILE")
    ] = None,
    fail_on_flagged: Annotated[
        bool, typer.Option("--fail-on-flagged", help="Exit with code 1 when anything is flagged.")
    ] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    json: options.Json = False,
) -> None:
    """Look at every note and canary with all detectors; flagged notes are listed, and hidden only with --apply.

    What cannot be read of a file is named and left out; the exit code is then 2.
    """
    if file is not None and apply:
        raise InvalidInput("--from scans a file in memory and keeps nothing of it: leave out --apply")
    if file is None and (origin is not None or format is not ScannedFormat.AUTO):
        raise InvalidInput("--origin and --format are for --from FILE only")
    from memsvc_evals.figures import check_folder

    check_folder(html)
    target = Target(url, api_key, data_dir)
    with _scanned(target, namespace, file, format, origin) as (connection, refused):
        found = _scan(connection, namespace, apply=apply)
        if html is not None:
            _write_page(html, connection.client, found, source=str(file or namespace))
    for problem in refused:
        say(f"memsvc: {file}: {problem}")
    for name in found.degraded:
        say(f"memsvc: not asked: {name}")
    report(found.model_dump(mode="json"), _lines(found), as_json=json)
    flagged = FAILURE if found.flagged and fail_on_flagged else 0
    raise typer.Exit(BAD_INPUT if refused else flagged)


@contextmanager
def _scanned(
    target: Target, namespace: str, file: Path | None, format: ScannedFormat, origin: Origin | None
) -> Iterator[tuple[Connection, list[str]]]:
    """Yield the service to scan, and what of the file could not be read."""
    from memsvc.cli.scanned_file import loaded

    if file is None:
        with joined(target, namespace=namespace) as connection:
            yield connection, []
        return
    if file != STDIN and not file.is_file():
        raise InvalidInput(f"cannot read {file}: there is no such file")
    with loaded(file, format, namespace=namespace, origin=origin or Origin.UNTRUSTED_DOCUMENT) as found:
        yield found


def _scan(connection: Connection, namespace: str, *, apply: bool) -> ScanReport:
    """Scan with progress on standard error where the service runs in this process."""
    if connection.app is None:
        return connection.client.using(timeout=None).scan(apply=apply)
    from memsvc.api.convert.guarding import scan_report
    from memsvc.domain.receipts import Actor
    from memsvc.domain.scope import LOCAL_TENANT, Scope
    from memsvc_evals.terminal import progress_bar

    held = connection.client.stats().notes
    total = sum(count for status, count in held.items() if status in ("active", "limited", "pending"))
    with progress_bar("scan", total) as advance:
        found = connection.app.service.scan(
            Scope.of(LOCAL_TENANT, namespace), actor=Actor("local"), apply=apply, on_note=advance
        )
    return scan_report(found)


def _write_page(path: Path, client: Client, found: ScanReport, *, source: str) -> None:
    from memsvc.cli.scan_page import scan_page

    named = [
        each.note.id
        for each in found.flagged
        if any(s.key is not None or s.detector == "invisible" for s in notable(each.assessment.signals))
    ]
    known = {note: client.explain(note) for note in named}
    keys = {note: each.keys for note, each in known.items()}
    originals = {note: each.original for note, each in known.items() if each.original is not None}
    path.write_text(scan_page(found, source=source, keys=keys, originals=originals), encoding="utf-8")


def _lines(found: ScanReport) -> Iterator[str]:
    for flagged in found.flagged:
        yield from flagged_lines(flagged)
    yield from (canary_line(check) for check in found.canaries if check.entered or check.left)
    hidden = sum(each.applied for each in found.flagged)
    yield f"{found.notes} notes, {len(found.flagged)} flagged, {hidden} hidden"
