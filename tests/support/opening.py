"""Opening SQL stores by URL."""

from __future__ import annotations

from importlib import import_module

import pytest

from memsvc.ports.storage import Storage

__all__ = ["open_sql"]


def open_sql(url: str) -> Storage:
    sql = import_module("memsvc_stores.sql")
    if not hasattr(sql, "open_storage"):
        pytest.skip("there is no SQL store yet")
    opened: Storage = sql.open_storage(url)
    return opened
