"""A file of memories, loaded into a store in memory that is thrown away after the scan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from memsvc.cli.configuration import load_settings
from memsvc.cli.connection import Connection, in_process
from memsvc.cli.formats.entries import Entry, Place, Refused
from memsvc.cli.formats.files import STDIN, Format, open_input

if TYPE_CHECKING:
    from memsvc.client import Client
    from memsvc.domain.notes import Origin

__all__ = ["ScannedFormat", "loaded"]

_HEADER = b'"type":"header"'


class ScannedFormat(StrEnum):
    AUTO = "auto"
    EXPORT = "export"
    JSONL = "jsonl"
    LONGMEMEVAL = "longmemeval"
    CHAT = "chat"


@contextmanager
def loaded(
    file: Path, format: ScannedFormat, *, namespace: str, origin: Origin
) -> Iterator[tuple[Connection, list[str]]]:
    """Yield a service that holds what the file has, and what of it could not be read.

    The guard is off while it is loaded, so that nothing is hidden from the scan. Raises InvalidInput for a file
    that cannot be read at all.
    """
    from memsvc.api import configure_logging
    from memsvc.app import build
    from memsvc_stores.memory import MemoryStorage

    configure_logging("warning")
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="memsvc-scan-"))
        chosen = load_settings(data_dir=Path(folder)).model_copy(
            update={"auth": "off", "host": "127.0.0.1", "worker": "separate"}
        )
        app = stack.enter_context(build(chosen, storage=MemoryStorage()))
        client = stack.enter_context(in_process(app, namespace))
        client.set_policy({"guard": {"level": "off"}})
        refused = _load(client, file, format, origin)
        client.set_policy({"guard": {"level": "balanced"}})
        yield Connection(client, app), refused


def _load(client: Client, file: Path, format: ScannedFormat, origin: Origin) -> list[str]:
    """Store what the file holds and return what it has that cannot be taken."""
    if format is ScannedFormat.AUTO and _is_export(file):
        format = ScannedFormat.EXPORT
    if format is ScannedFormat.EXPORT:
        from memsvc.cli.transfer import counted

        with open_input(file) as lines:
            report = client.import_(counted(file, lines))
        return _listed([f"line {each.line}: {each.detail}" for each in report.problems], report.failed)
    from memsvc.cli.delivery import Tally, deliver
    from memsvc.cli.formats.reading import detect, read_entries
    from memsvc.cli.ingest import progress

    tally = Tally()
    chosen = detect(file) if format is ScannedFormat.AUTO else Format(format.value)
    places = _lowered(read_entries(file, chosen, prefix=None), origin)
    with progress(file, chosen) as advance:
        deliver(client, places, tally, namespace=client.namespace, advance=advance)
    return _listed([f"{each.place}: {each.detail}" for each in tally.problems], tally.refused)


def _listed(problems: list[str], count: int) -> list[str]:
    more = count - len(problems)
    return [*problems, f"{more} more could not be read"] if more else problems


def _lowered(places: Iterator[Place], origin: Origin) -> Iterator[Place]:
    for place in places:
        if isinstance(place, Refused) or place.payload.origin is not None:
            yield place
        else:
            payload = place.payload.model_copy(update={"origin": origin.value})
            yield Entry(place.place, payload, place.namespace)


def _is_export(file: Path) -> bool:
    if file == STDIN:
        return False
    with open_input(file) as lines:
        return _HEADER in lines.readline(4096).replace(b" ", b"")
