"""The ledger of calls to language models of a MemoryStorage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Lock

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NamespaceName, TenantId
from memsvc.domain.scope import Scope
from memsvc.domain.usage import CallStatus, DailyLimits, LlmCall, Spent, UsageLine, check_limits
from memsvc.ports.usage import KeptAnswer, PurgeMark
from memsvc_stores.memory.state import World

__all__ = ["MemoryLlmLedger"]

_WENT_WELL = frozenset({CallStatus.ASKED, CallStatus.ANSWERED, CallStatus.CACHED})


@dataclass(frozen=True, slots=True)
class _Entry:
    scope: Scope
    call: LlmCall

    @property
    def day(self) -> date:
        return self.call.at.astimezone(UTC).date()


class MemoryLlmLedger:
    """Calls by number and answers by hash, behind one lock."""

    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world
        self._lock = Lock()
        self._last = 0
        self._entries: dict[int, _Entry] = {}
        self._answers: dict[tuple[Scope, str], tuple[KeptAnswer, datetime]] = {}

    def mark(self, scope: Scope) -> PurgeMark | None:
        data = self._world().namespaces.get(scope)
        return None if data is None else PurgeMark(data.row, len(data.journal))

    def answer(self, scope: Scope, prompt_hash: str) -> str | None:
        with self._lock:
            self._forget_purged()
            found = self._answers.get((scope, prompt_hash))
        return None if found is None else found[0].answer

    def reserve(self, scope: Scope, call: LlmCall, limits: DailyLimits) -> int:
        with self._lock:
            entry = _Entry(scope, call)
            today = [each for each in self._entries.values() if each.day == entry.day]
            own = [each for each in today if each.scope.tenant == scope.tenant]
            check_limits(limits, store=_spent(today), tenant=_spent(own), call=call)
            return self._put(entry)

    def settle(self, scope: Scope, number: int, call: LlmCall, *, keep: KeptAnswer | None = None) -> None:
        with self._lock:
            entry = self._entries.get(number)
            if entry is not None and entry.scope == scope and entry.call.outcome == CallStatus.ASKED:
                self._entries[number] = replace(
                    entry, call=replace(call, at=entry.call.at, operation=entry.call.operation)
                )
            if keep is not None and not self._purged_since(scope, keep.since):
                self._answers.setdefault((scope, keep.prompt_hash), (keep, call.at))

    def record(self, scope: Scope, call: LlmCall) -> None:
        with self._lock:
            self._put(_Entry(scope, call))

    def usage(
        self, tenant: TenantId, *, since: date, until: date, namespace: NamespaceName | None = None
    ) -> list[UsageLine]:
        groups: dict[tuple[date, str, str], list[LlmCall]] = defaultdict(list)
        with self._lock:
            for entry in self._entries.values():
                wanted = entry.scope.tenant == tenant and namespace in (None, entry.scope.namespace)
                if wanted and since <= entry.day <= until:
                    groups[entry.day, entry.call.operation, entry.call.model].append(entry.call)
        return [_line(*place, calls) for place, calls in sorted(groups.items())]

    def prune(self, *, answers_before: datetime, calls_before: datetime) -> int:
        first = calls_before.astimezone(UTC).date()
        with self._lock:
            before = len(self._entries) + len(self._answers)
            self._entries = {number: entry for number, entry in self._entries.items() if entry.day >= first}
            self._answers = {place: kept for place, kept in self._answers.items() if kept[1] >= answers_before}
            return before - len(self._entries) - len(self._answers)

    def _put(self, entry: _Entry) -> int:
        self._last += 1
        self._entries[self._last] = entry
        return self._last

    def _forget_purged(self) -> None:
        """Drop what may repeat a note that was purged after it was answered."""
        self._answers = {
            place: kept for place, kept in self._answers.items() if not self._purged_since(place[0], kept[0].since)
        }

    def _purged_since(self, scope: Scope, mark: PurgeMark) -> bool:
        data = self._world().namespaces.get(scope)
        if data is None or data.row != mark.namespace_row:
            return True
        return any(change.operation is Operation.PURGED for change in data.journal[mark.sequence :])


def _spent(entries: Iterable[_Entry]) -> Spent:
    calls = [entry.call for entry in entries]
    return Spent(
        tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
        cost=sum(call.cost for call in calls),
    )


def _line(day: date, operation: str, model: str, calls: list[LlmCall]) -> UsageLine:
    cached = sum(call.outcome == CallStatus.CACHED for call in calls)
    return UsageLine(
        day=day,
        operation=operation,
        model=model,
        calls=len(calls) - cached,
        cached=cached,
        failed=sum(call.outcome not in _WENT_WELL for call in calls),
        prompt_tokens=sum(call.prompt_tokens for call in calls),
        completion_tokens=sum(call.completion_tokens for call in calls),
        cost=sum(call.cost for call in calls),
        milliseconds=sum(call.milliseconds for call in calls),
    )
