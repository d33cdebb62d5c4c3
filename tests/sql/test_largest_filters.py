"""Both databases take the largest filters that can be parsed."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy import event

from memsvc.domain.filters import MAX_FILTER_NODES, MAX_FILTER_VALUES, MAX_PATH_STEPS, parse_filter
from memsvc.domain.selection import Selection
from memsvc_stores.sql import SqlStorage
from tests.support.drafts import SCOPE, draft, store

LEAVES = MAX_FILTER_NODES - 1
KINDS = ["a", 1, True, None]
PLAIN, QUOTED = ("metadata" + f".{step}" * MAX_PATH_STEPS for step in ("a", '"'))


def _lists(field: str) -> list[dict[str, Any]]:
    size = MAX_FILTER_VALUES // LEAVES
    values = (KINDS * size)[:size]
    return [{"field": field, "op": "in", "value": values} for _ in range(LEAVES)]


def _contains(field: str) -> list[dict[str, Any]]:
    return [{"field": field, "op": "contains", "value": "a"} for _ in range(LEAVES)]


@pytest.mark.parametrize("field", [PLAIN, QUOTED], ids=["plain", "quoted"])
@pytest.mark.parametrize("make", [_lists, _contains])
def test_the_largest_filter_is_answered(storage: SqlStorage, make: Any, field: str) -> None:
    for engine in (storage._engines.unpooled, storage._engines.read):
        event.listen(engine, "connect", _default_limit)
    store(storage, draft("a"))
    condition = parse_filter({"and": [{"not": {"or": make(field)[:-2]}}]})
    with storage.reader(SCOPE) as reader:
        found = reader.page(Selection(condition=condition), after_row=0, limit=10)
    assert len(found) == (0 if make is _lists else 1)


def _default_limit(connection: Any, _record: object) -> None:
    """Builds of SQLite differ; 32,766 is what an own build has."""
    if isinstance(connection, sqlite3.Connection):
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32766)
