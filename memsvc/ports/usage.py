"""The ledger of calls to language models, and the answers that need not be bought twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from memsvc.domain.ids import NamespaceName, TenantId
from memsvc.domain.scope import Scope
from memsvc.domain.usage import DailyLimits, LlmCall, UsageLine

__all__ = ["KeptAnswer", "LlmLedger", "PurgeMark"]


@dataclass(frozen=True, slots=True)
class PurgeMark:
    """Where a namespace stood: what was purged from it after that may be in a prompt made before."""

    namespace_row: int
    sequence: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer to keep under the hash of its prompt, unless the namespace was purged since the mark."""

    prompt_hash: str
    answer: str = field(repr=False)
    since: PurgeMark


class LlmLedger(Protocol):
    """Each method is one short transaction of its own; never called inside another one. Thread-safe."""

    def mark(self, scope: Scope) -> PurgeMark | None:
        """Return where the namespace stands now; None when nothing was ever written to it."""

    def answer(self, scope: Scope, prompt_hash: str) -> str | None:
        """Return the answer that is kept in the namespace."""

    def reserve(self, scope: Scope, call: LlmCall, limits: DailyLimits) -> int:
        """Count a call at the most that it may take, and return its number; raises LlmBudgetSpent.

        What all callers reserve never exceeds the limits, however many ask at the same time.
        """

    def settle(self, scope: Scope, number: int, call: LlmCall, *, keep: KeptAnswer | None = None) -> None:
        """Replace what was reserved by what was used, and keep the answer."""

    def record(self, scope: Scope, call: LlmCall) -> None:
        """Count a call that needs no budget."""

    def usage(
        self, tenant: TenantId, *, since: date, until: date, namespace: NamespaceName | None = None
    ) -> Sequence[UsageLine]:
        """Return the tenant's calls of those days, both included, by day, operation and model."""

    def prune(self, *, answers_before: datetime, calls_before: datetime) -> int:
        """Delete answers and calls of all tenants that are older; return how many."""
