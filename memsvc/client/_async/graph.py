"""Methods for links as a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from memsvc.client import _graph as calls
from memsvc.client._async.core import Core
from memsvc.client._options import GraphOptions
from memsvc.wire import Communities, Graph, LinkType

__all__ = ["Graphs"]


class Graphs(Core):
    """What is linked with what."""

    async def graph(self, *seeds: str, **options: Unpack[GraphOptions]) -> Graph:
        """Return the notes around these, and their links; raises NotFound."""
        return await self._do(calls.graph(self.namespace, seeds, options))

    async def graphml(self, *seeds: str, **options: Unpack[GraphOptions]) -> str:
        """Return what `graph` does, as GraphML for other programs."""
        return await self._do(calls.graphml(self.namespace, seeds, options))

    async def communities(self, *, types: Sequence[LinkType] | None = None) -> Communities:
        """Return notes that are linked more among themselves than with others; of at most 10,000 visible notes."""
        return await self._do(calls.communities(self.namespace, types))
