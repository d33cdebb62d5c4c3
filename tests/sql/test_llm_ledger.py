"""What the ledger of calls really sends: it names the tenant, and looks up by an index."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, event

from memsvc.domain.usage import DailyLimits, LlmCall
from memsvc.ports.usage import KeptAnswer
from memsvc_stores.sql import SqlStorage
from tests.support.drafts import SCOPE, draft, purge, store

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
CALL = LlmCall("link", "small", "asked", NOON, prompt_tokens=9)
OF_ALL_TENANTS = ("WHERE llm_calls.day = ?", "WHERE llm_calls.day < ?", "WHERE llm_answers.at < ?")


@pytest.fixture
def sent(sqlite: SqlStorage) -> list[tuple[str, Any]]:
    """Use everything that the ledger can do; yield the statements on its tables."""
    recorded: list[tuple[str, Any]] = []

    def record(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if "llm_" in sql:
            recorded.append((sql, parameters))

    secret = draft("a")
    store(sqlite, secret)
    event.listen(Engine, "before_cursor_execute", record)
    try:
        _use(sqlite)
        purge(sqlite, secret.id)
    finally:
        event.remove(Engine, "before_cursor_execute", record)
    return recorded


def _use(storage: SqlStorage) -> None:
    ledger = storage.llm_ledger
    mark = ledger.mark(SCOPE)
    assert mark is not None
    number = ledger.reserve(SCOPE, CALL, DailyLimits(tokens=99, tenant_tokens=99))
    ledger.settle(SCOPE, number, CALL, keep=KeptAnswer("h", "[]", mark))
    ledger.record(SCOPE, CALL)
    ledger.answer(SCOPE, "h")
    ledger.usage(SCOPE.tenant, since=date(2026, 3, 1), until=date(2026, 3, 5))
    ledger.prune(answers_before=NOON, calls_before=NOON)


def test_each_statement_names_the_tenant_or_is_meant_for_all(sent: list[tuple[str, Any]]) -> None:
    read = [" ".join(sql.split()) for sql, _ in sent if not sql.startswith("INSERT")]
    unscoped = [sql for sql in read if not re.search(r"tenant = \?", sql)]
    assert len(read) == 8
    assert [sql for sql in unscoped if not sql.endswith(OF_ALL_TENANTS)] == []


def test_no_statement_scans_a_table(sqlite: SqlStorage, sent: list[tuple[str, Any]]) -> None:
    with sqlite._engines.read.begin() as connection:
        plans = {
            sql: "\n".join(
                row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all()
            )
            for sql, parameters in sent
            if not sql.startswith("INSERT")
        }
    assert [sql for sql, plan in plans.items() if re.search(r"\bSCAN\b", plan)] == []
