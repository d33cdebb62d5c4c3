"""Methods that change nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Unpack

from memsvc.client import _reading as calls
from memsvc.client._async.core import Core
from memsvc.client._options import ListOptions, RecallOptions
from memsvc.wire import (
    Change,
    Namespace,
    NamespaceStats,
    Note,
    Readiness,
    RecallResponse,
    Session,
    SessionWithNotes,
    Usage,
    Version,
)

__all__ = ["Reads"]


class Reads(Core):
    """Recall, look up, list."""

    async def recall(self, query: str | None = None, **options: Unpack[RecallOptions]) -> RecallResponse:
        """Return the notes (or sessions) that answer the question best, best first.

        An agent that puts words of tools, web pages or documents into its questions gives `spans` in the place of
        the query: what only such words find is of less than full influence.
        """
        return await self._do(calls.recall(self.namespace, query, options))

    async def recall_pages(
        self,
        query: str | None = None,
        **options: Unpack[RecallOptions],
    ) -> AsyncIterator[RecallResponse]:
        """Yield answer after answer, `k` hits each, until there are no more."""
        cursor = options.get("cursor")
        while True:
            answer = await self._do(calls.recall(self.namespace, query, {**options, "cursor": cursor}))
            yield answer
            if (cursor := answer.next) is None:
                return

    async def get(self, note: str) -> Note:
        """Return a note of any status; raises NotFound."""
        return await self._do(calls.note(self.namespace, note))

    async def notes(self, *, page_size: int = 100, **options: Unpack[ListOptions]) -> AsyncIterator[Note]:
        """Yield notes in the order of storing, fetched page by page."""
        cursor: str | None = None
        while True:
            page = await self._do(calls.notes(self.namespace, options, limit=page_size, cursor=cursor))
            for item in page.items:
                yield item
            if (cursor := page.next) is None:
                return

    async def history(self, note: str) -> tuple[Change, ...]:
        """Return the journal of a note, oldest first; it outlives a purge, without the content."""
        return await self._do(calls.history(self.namespace, note))

    async def session(self, session: str) -> SessionWithNotes:
        """Return a session with its notes in order; raises NotFound."""
        return await self._do(calls.session(self.namespace, session))

    async def sessions(self, *, page_size: int = 100) -> AsyncIterator[Session]:
        """Yield sessions in the order of storing, fetched page by page."""
        cursor: str | None = None
        while True:
            page = await self._do(calls.sessions(self.namespace, limit=page_size, cursor=cursor))
            for item in page.items:
                yield item
            if (cursor := page.next) is None:
                return

    async def stats(self) -> NamespaceStats:
        """Return how much the namespace holds, and the state of its index."""
        return await self._do(calls.stats(self.namespace))

    async def namespaces(self, *, page_size: int = 100) -> AsyncIterator[Namespace]:
        """Yield the namespaces that the key may see, by name."""
        cursor: str | None = None
        while True:
            page = await self._do(calls.namespaces(limit=page_size, cursor=cursor))
            for item in page.items:
                yield item
            if (cursor := page.next) is None:
                return

    async def usage(
        self, *, since: date | None = None, until: date | None = None, namespace: str | None = None
    ) -> Usage:
        """Return what language models took for the key's tenant, on the days from `since` to `until` (UTC).

        By default those are the last 30 days.
        """
        return await self._do(calls.usage(since, until, namespace))

    async def ready(self) -> Readiness:
        """Return whether the service can answer; an unready one is an answer, not an error."""
        return await self._do(calls.ready())

    async def version(self) -> Version:
        """Return the version of the service."""
        return await self._do(calls.version())
