"""The ledger of calls to language models."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, or_, select, update

from memsvc.domain.ids import NamespaceName, TenantId
from memsvc.domain.scope import Scope
from memsvc.domain.time import to_microseconds
from memsvc.domain.usage import ASKED, CallStatus, DailyLimits, LlmCall, Spent, UsageLine, check_limits
from memsvc.ports.usage import KeptAnswer, PurgeMark
from memsvc_stores.sql import llm_answers
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.llm_tables import llm_calls as calls
from memsvc_stores.sql.namespace import read_namespace

__all__ = ["SqlLlmLedger"]

_EPOCH = date(1970, 1, 1).toordinal()
# On PostgreSQL, so that no two callers see the same rest of a budget; SQLite has one writer at a time.
_LOCK = "LOCK TABLE llm_calls IN SHARE ROW EXCLUSIVE MODE"
_TOKENS = func.coalesce(func.sum(calls.c.prompt_tokens + calls.c.completion_tokens), 0)
_COST = func.coalesce(func.sum(calls.c.cost), 0)
_ALL_SPENT = select(_TOKENS, _COST).where(calls.c.day == bindparam("on_day"))
_TENANT_SPENT = _ALL_SPENT.where(calls.c.tenant == bindparam("of_tenant"))
_INSERT = (
    insert(calls)
    .values({column.name: bindparam(column.name) for column in calls.c if column.name != "row"})
    .returning(calls.c.row)
)
_SETTLE = (
    update(calls)
    .where(
        calls.c.row == bindparam("number"),
        calls.c.tenant == bindparam("of_tenant"),
        calls.c.namespace == bindparam("of_namespace"),
        calls.c.outcome == ASKED,
    )
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("outcome", "prompt_tokens", "completion_tokens", "cost", "milliseconds")
        }
    )
)
_CACHED = calls.c.outcome == CallStatus.CACHED.value
_WENT_WELL = or_(_CACHED, calls.c.outcome == ASKED, calls.c.outcome == CallStatus.ANSWERED.value)
_USAGE = (
    select(
        calls.c.day,
        calls.c.operation,
        calls.c.model,
        func.sum(case((_CACHED, 0), else_=1)),
        func.sum(case((_CACHED, 1), else_=0)),
        func.sum(case((_WENT_WELL, 0), else_=1)),
        func.sum(calls.c.prompt_tokens),
        func.sum(calls.c.completion_tokens),
        func.sum(calls.c.cost),
        func.sum(calls.c.milliseconds),
    )
    .where(
        calls.c.tenant == bindparam("of_tenant"),
        calls.c.day >= bindparam("first_day"),
        calls.c.day <= bindparam("last_day"),
        func.coalesce(bindparam("of_namespace", type_=calls.c.namespace.type), calls.c.namespace)
        == calls.c.namespace,
    )
    .group_by(calls.c.day, calls.c.operation, calls.c.model)
    .order_by(calls.c.day, calls.c.operation, calls.c.model)
)
_PRUNE = delete(calls).where(calls.c.day < bindparam("first_day"))


class SqlLlmLedger:
    """Each method is a transaction of its own."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[Executor]],
        write: Callable[[], AbstractContextManager[Executor]],
    ) -> None:
        self._read = read
        self._write = write

    def mark(self, scope: Scope) -> PurgeMark | None:
        with self._read() as executor:
            namespace = read_namespace(executor, scope, lock=False)
        return None if namespace is None else PurgeMark(namespace.row, namespace.last_sequence)

    def answer(self, scope: Scope, prompt_hash: str) -> str | None:
        with self._read() as executor:
            return llm_answers.read(executor, scope, prompt_hash)

    def reserve(self, scope: Scope, call: LlmCall, limits: DailyLimits) -> int:
        with self._write() as executor:
            if limits.any:
                _check(executor, scope.tenant, call, limits)
            number: int = executor.one(_INSERT, **_row(scope, call))[0]
            return number

    def settle(self, scope: Scope, number: int, call: LlmCall, *, keep: KeptAnswer | None = None) -> None:
        with self._write() as executor:
            executor.run(
                _SETTLE,
                number=number,
                of_tenant=scope.tenant,
                of_namespace=scope.namespace,
                new_outcome=call.outcome,
                new_prompt_tokens=call.prompt_tokens,
                new_completion_tokens=call.completion_tokens,
                new_cost=call.cost,
                new_milliseconds=call.milliseconds,
            )
            if keep is not None:
                llm_answers.keep(executor, scope, keep, at=call.at)

    def record(self, scope: Scope, call: LlmCall) -> None:
        with self._write() as executor:
            executor.one(_INSERT, **_row(scope, call))

    def usage(
        self, tenant: TenantId, *, since: date, until: date, namespace: NamespaceName | None = None
    ) -> list[UsageLine]:
        first, last = since.toordinal() - _EPOCH, until.toordinal() - _EPOCH
        with self._read() as executor:
            found = executor.all(_USAGE, of_tenant=tenant, first_day=first, last_day=last, of_namespace=namespace)
        return [_line(row) for row in found]

    def prune(self, *, answers_before: datetime, calls_before: datetime) -> int:
        with self._write() as executor:
            pruned = executor.run(_PRUNE, first_day=_day(calls_before))
            return pruned + llm_answers.prune(executor, answers_before)


def _check(executor: Executor, tenant: TenantId, call: LlmCall, limits: DailyLimits) -> None:
    if not executor.backend.is_sqlite:
        executor.command(_LOCK)
    day = _day(call.at)
    store = executor.one(_ALL_SPENT, on_day=day)
    own = executor.one(_TENANT_SPENT, on_day=day, of_tenant=tenant)
    check_limits(limits, store=Spent(int(store[0]), store[1]), tenant=Spent(int(own[0]), own[1]), call=call)


def _row(scope: Scope, call: LlmCall) -> dict[str, Any]:
    return {
        "tenant": scope.tenant,
        "namespace": scope.namespace,
        "day": _day(call.at),
        "at": to_microseconds(call.at),
        "operation": call.operation,
        "model": call.model,
        "outcome": call.outcome,
        "prompt_tokens": call.prompt_tokens,
        "completion_tokens": call.completion_tokens,
        "cost": call.cost,
        "milliseconds": call.milliseconds,
    }


def _day(moment: datetime) -> int:
    """Return the days since 1970 in UTC."""
    return to_microseconds(moment) // 86_400_000_000


def _line(row: Any) -> UsageLine:
    day, operation, model, made, cached, failed, prompt, completion, cost, milliseconds = row
    return UsageLine(
        day=date.fromordinal(day + _EPOCH),
        operation=operation,
        model=model,
        calls=int(made),
        cached=int(cached),
        failed=int(failed),
        prompt_tokens=int(prompt),
        completion_tokens=int(completion),
        cost=cost,
        milliseconds=int(milliseconds),
    )
