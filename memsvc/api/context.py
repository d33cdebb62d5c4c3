"""What a request handler gets: the service, and the one call that it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from anyio import CapacityLimiter
from pydantic import BaseModel
from starlette.requests import Request

from memsvc.api.auth import Caller, Gate
from memsvc.api.cursors import Cursors
from memsvc.api.metrics import Metrics
from memsvc.api.validation import parse
from memsvc.domain.ids import NamespaceName
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.memory.service import MemoryService
from memsvc.ports.embedding import Embedder
from memsvc.ports.storage import Storage
from memsvc.settings import Settings

__all__ = ["Backend", "Call"]

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that handlers use, built once per app; `threads` bounds the requests in work."""

    service: MemoryService
    storage: Storage
    settings: Settings
    gate: Gate
    cursors: Cursors
    metrics: Metrics
    threads: CapacityLimiter
    embedder: Embedder | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request; `body` is empty for routes that take none or stream it."""

    backend: Backend
    caller: Caller
    request: Request
    body: bytes = b""

    @property
    def service(self) -> MemoryService:
        return self.backend.service

    @property
    def actor(self) -> Actor:
        return self.caller.actor

    def scope(self, namespace: str) -> Scope:
        """Return the namespace of the caller's tenant: the only way from a request to a scope."""
        return Scope(self.caller.tenant, NamespaceName(namespace))

    def parse(self, model: type[T]) -> T:
        return parse(model, self.body)
