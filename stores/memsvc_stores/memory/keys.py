"""The API keys of a MemoryStorage."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Lock

from memsvc.domain.access import ApiKey
from memsvc.domain.ids import TenantId
from memsvc.errors import Conflict

__all__ = ["MemoryApiKeys"]


class MemoryApiKeys:
    def __init__(self) -> None:
        self._lock = Lock()
        self._keys: dict[str, ApiKey] = {}

    def add(self, key: ApiKey) -> None:
        with self._lock:
            if key.id in self._keys:
                raise Conflict(f"an API key {key.id} exists already")
            self._keys[key.id] = key

    def find(self, key_id: str) -> ApiKey | None:
        return self._keys.get(key_id)

    def list(self, tenant: TenantId | None) -> list[ApiKey]:
        with self._lock:
            found = [key for key in self._keys.values() if tenant in (None, key.tenant)]
        return sorted(found, key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, at: datetime) -> bool:
        with self._lock:
            key = self._keys.get(key_id)
            if key is None or key.revoked_at is not None:
                return False
            self._keys[key_id] = replace(key, revoked_at=at)
            return True
