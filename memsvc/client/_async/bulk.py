"""Methods for any amount of data, as streams of lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from memsvc.client import _lines as calls
from memsvc.client._async.core import Core
from memsvc.wire import ImportReport, IngestOutcome, NewSession

__all__ = ["Bulk"]


class Bulk(Core):
    """Ingest, export, import."""

    async def ingest(self, sessions: Iterable[NewSession | Mapping[str, Any]]) -> AsyncIterator[IngestOutcome]:
        """Store any number of conversations and yield what became of each, numbered from 1.

        They are read and sent in batches, so that memory use stays flat; a wrong one fails alone.
        """
        for batch in calls.session_batches(sessions, self._new_key):
            if not batch.lines:
                outcomes: tuple[IngestOutcome, ...] = batch.refused
            else:
                outcomes = await self._do(calls.ingest(self.namespace, batch))
            for outcome in outcomes:
                yield outcome

    async def export(self) -> AsyncIterator[bytes]:
        """Yield the whole namespace as lines of JSON, which `import_` takes back without loss."""
        splitter = calls.LineSplitter()
        async for chunk in self._chunks(calls.export(self.namespace)):
            for line in splitter.feed(chunk):
                yield line
        for line in splitter.end():
            yield line

    async def import_(self, lines: Iterable[bytes | str]) -> ImportReport:
        """Store exported lines under their own ids, times and history; what is there already is skipped."""
        reports = []
        for batch in calls.line_batches(lines):
            reports.append(await self._do(calls.import_lines(self.namespace, batch)))
        return calls.joined(reports)
