"""The store on SQLite or PostgreSQL."""

from __future__ import annotations

from memsvc_stores.sql import derived_tables, llm_tables, lsh_tables  # noqa: F401 (METADATA has them now)
from memsvc_stores.sql.schema import current, downgrade, upgrade
from memsvc_stores.sql.storage import SqlStorage, open_storage

__all__ = ["SqlStorage", "current", "downgrade", "open_storage", "upgrade"]
