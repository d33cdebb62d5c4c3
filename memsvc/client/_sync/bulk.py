"""Methods for any amount of data, as streams of lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from memsvc.client import _lines as calls
from memsvc.client._sync.core import Core
from memsvc.wire import ImportReport, IngestOutcome, NewSession

__all__ = ["Bulk"]


class Bulk(Core):
    """Ingest, export, import."""

    def ingest(self, sessions: Iterable[NewSession | Mapping[str, Any]]) -> Iterator[IngestOutcome]:
        """Store any number of conversations and yield what became of each, numbered from 1.

        They are read and sent in batches, so that memory use stays flat; a wrong one fails alone.
        """
        for batch in calls.session_batches(sessions, self._new_key):
            if not batch.lines:
                outcomes: tuple[IngestOutcome, ...] = batch.refused
            else:
                outcomes = self._do(calls.ingest(self.namespace, batch))
            yield from outcomes

    def export(self) -> Iterator[bytes]:
        """Yield the whole namespace as lines of JSON, which `import_` takes back without loss."""
        splitter = calls.LineSplitter()
        for chunk in self._chunks(calls.export(self.namespace)):
            yield from splitter.feed(chunk)
        yield from splitter.end()

    def import_(self, lines: Iterable[bytes | str]) -> ImportReport:
        """Store exported lines under their own ids, times and history; what is there already is skipped."""
        reports = []
        for batch in calls.line_batches(lines):
            reports.append(self._do(calls.import_lines(self.namespace, batch)))
        return calls.joined(reports)
