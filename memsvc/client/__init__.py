"""The client SDK: `Client` and its asynchronous twin `AsyncClient`.

Results are the models of `memsvc.wire`, errors the tree of `memsvc.errors`; `memsvc.client.testing` has transports
for tests without a server.
"""

from __future__ import annotations

from memsvc.client._async.client import AsyncClient
from memsvc.client._effects import AsyncEffects, Effects
from memsvc.client._exchange import AsyncTransport, Transport
from memsvc.client._options import ItemOptions, ListOptions, RecallOptions, SessionOptions
from memsvc.client._sync.client import Client

__all__ = [
    "AsyncClient",
    "AsyncEffects",
    "AsyncTransport",
    "Client",
    "Effects",
    "ItemOptions",
    "ListOptions",
    "RecallOptions",
    "SessionOptions",
    "Transport",
]
