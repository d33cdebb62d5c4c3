"""API keys and what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from memsvc.domain.ids import TenantId
from memsvc.domain.notes import Origin

__all__ = ["AccessScope", "ApiKey"]


class AccessScope(StrEnum):
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key at rest: its public id and the SHA-256 hex of its 256-bit secret.

    `ceiling` is the most trusted origin that what is written with it can have.
    """

    id: str
    tenant: TenantId
    name: str
    secret_hash: str
    scopes: frozenset[AccessScope]
    created_at: datetime
    revoked_at: datetime | None = None
    ceiling: Origin = Origin.DIRECT_USER
