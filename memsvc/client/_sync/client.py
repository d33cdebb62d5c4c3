"""The client itself: construction, views and the end of its life."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType
from typing import Self

from memsvc.client._effects import Effects
from memsvc.client._exchange import Transport
from memsvc.client._http import HttpTransport
from memsvc.client._sync.bulk import Bulk
from memsvc.client._sync.core import Core, Line
from memsvc.client._sync.graph import Graphs
from memsvc.client._sync.guarding import Guarding
from memsvc.client._sync.jobs import Jobs
from memsvc.client._sync.links import Links
from memsvc.client._sync.policies import Policies
from memsvc.client._sync.reads import Reads
from memsvc.client._sync.thoughts import Thoughts
from memsvc.client._sync.writes import Writes
from memsvc.client._unset import UNSET, Unset

__all__ = ["Client"]


class Client(Writes, Reads, Links, Jobs, Policies, Thoughts, Graphs, Guarding, Bulk):
    """A memory service behind typed methods; one client keeps its connections and is meant to live long.

    `timeout` is in seconds per attempt, None for no limit. A failed request is sent again up to `retries`
    times where that is safe. Every error is a MemsvcError of `memsvc.errors`, the class that the server raised.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8800",
        *,
        api_key: str | None = None,
        namespace: str = "default",
        timeout: float | None = 30.0,
        retries: int = 2,
        transport: Transport | None = None,
        effects: Effects | None = None,
    ) -> None:
        super().__init__(
            Line(
                transport=transport or HttpTransport(base_url),
                effects=effects or Effects(),
                namespace=namespace,
                timeout=timeout,
                retries=retries,
                api_key=api_key,
            )
        )

    def using(
        self,
        *,
        namespace: str | None = None,
        retries: int | None = None,
        timeout: float | Unset | None = UNSET,
    ) -> Self:
        """Return a view with other settings over the same connections; closing either closes both."""
        line = self._line
        changed = replace(
            line,
            namespace=line.namespace if namespace is None else namespace,
            retries=line.retries if retries is None else retries,
            timeout=line.timeout if isinstance(timeout, Unset) else timeout,
        )
        view = type(self).__new__(type(self))
        Core.__init__(view, changed)
        return view

    def close(self) -> None:
        """Close the connections."""
        self._line.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
