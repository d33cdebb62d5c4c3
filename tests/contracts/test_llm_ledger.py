"""The ledger of calls to language models: counting, budgets, kept answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from memsvc.domain.scope import Scope
from memsvc.domain.usage import DailyLimits, LlmCall, UsageLine
from memsvc.errors import LlmBudgetSpent
from memsvc.ports.storage import Storage
from memsvc.ports.usage import KeptAnswer, PurgeMark
from tests.support.drafts import ACTOR, SCOPE, T0, draft, forget, purge, store

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
TODAY = date(2026, 3, 5)
OTHER = Scope.of("tenant-b", SCOPE.namespace)
ASKED = LlmCall("link", "small", "asked", NOON, prompt_tokens=100, completion_tokens=50, cost=0.5)
ANSWERED = replace(ASKED, outcome="answered", prompt_tokens=80, completion_tokens=7, cost=0.25, milliseconds=40)
NO_LIMITS = DailyLimits()


def spend(storage: Storage, call: LlmCall = ASKED, limits: DailyLimits = NO_LIMITS, scope: Scope = SCOPE) -> int:
    return storage.llm_ledger.reserve(scope, call, limits)


def lines(storage: Storage, scope: Scope = SCOPE, since: date = TODAY, until: date = TODAY) -> list[UsageLine]:
    return list(storage.llm_ledger.usage(scope.tenant, since=since, until=until))


def mark(storage: Storage) -> PurgeMark:
    found = storage.llm_ledger.mark(SCOPE)
    assert found is not None
    return found


def keep(storage: Storage, since: PurgeMark, *, answer: str = "[1]", scope: Scope = SCOPE) -> str | None:
    """Settle a call whose answer is kept; return what is kept then."""
    storage.llm_ledger.settle(scope, spend(storage, scope=scope), ANSWERED, keep=KeptAnswer("h", answer, since))
    return storage.llm_ledger.answer(scope, "h")


def test_a_reserved_call_counts_at_its_most(storage: Storage) -> None:
    spend(storage)
    assert lines(storage) == [UsageLine(TODAY, "link", "small", 1, 0, 0, 100, 50, 0.5, 0)]


def test_a_settled_call_counts_what_it_used(storage: Storage) -> None:
    storage.llm_ledger.settle(SCOPE, spend(storage), ANSWERED)
    assert lines(storage) == [UsageLine(TODAY, "link", "small", 1, 0, 0, 80, 7, 0.25, 40)]


def test_a_call_is_settled_once(storage: Storage) -> None:
    number = spend(storage)
    storage.llm_ledger.settle(SCOPE, number, ANSWERED)
    storage.llm_ledger.settle(SCOPE, number, replace(ANSWERED, prompt_tokens=1))
    assert lines(storage)[0].prompt_tokens == 80


def test_another_scope_does_not_settle_it(storage: Storage) -> None:
    number = spend(storage)
    for scope in (OTHER, Scope.of(SCOPE.tenant, "space-2")):
        storage.llm_ledger.settle(scope, number, ANSWERED)
    assert lines(storage)[0].prompt_tokens == 100


def test_kept_and_failed_calls_are_told_apart(storage: Storage) -> None:
    storage.llm_ledger.record(SCOPE, replace(ANSWERED, outcome="cached", prompt_tokens=0, completion_tokens=0))
    storage.llm_ledger.settle(SCOPE, spend(storage), replace(ANSWERED, outcome="llm-bad-reply"))
    storage.llm_ledger.settle(SCOPE, spend(storage), ANSWERED)
    (line,) = lines(storage)
    assert (line.calls, line.cached, line.failed) == (2, 1, 1)


def test_usage_is_by_day_operation_and_model(storage: Storage) -> None:
    for change in ({}, {"operation": "judge"}, {"model": "large"}, {"at": NOON - timedelta(days=1)}):
        spend(storage, replace(ASKED, **change))
    found = lines(storage, since=TODAY - timedelta(days=1))
    assert [(line.day, line.operation, line.model) for line in found] == [
        (TODAY - timedelta(days=1), "link", "small"),
        (TODAY, "judge", "small"),
        (TODAY, "link", "large"),
        (TODAY, "link", "small"),
    ]


def test_usage_keeps_to_the_days_asked_for(storage: Storage) -> None:
    for days in range(-2, 3):
        spend(storage, replace(ASKED, at=NOON + timedelta(days=days)))
    found = lines(storage, since=TODAY - timedelta(days=1), until=TODAY)
    assert [line.day for line in found] == [TODAY - timedelta(days=1), TODAY]


def test_a_tenant_sees_its_own_usage_only(storage: Storage) -> None:
    spend(storage)
    assert lines(storage, OTHER) == []


def test_usage_of_one_namespace(storage: Storage) -> None:
    spend(storage)
    spend(storage, scope=Scope.of(SCOPE.tenant, "space-2"))
    ledger = storage.llm_ledger
    (line,) = ledger.usage(SCOPE.tenant, since=TODAY, until=TODAY, namespace=SCOPE.namespace)
    assert line.calls == 1


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (DailyLimits(tokens=299), "DAILY_TOKENS"),
        (DailyLimits(cost=0.99), "DAILY_COST"),
        (DailyLimits(tenant_tokens=299), "TENANT_DAILY_TOKENS"),
        (DailyLimits(tenant_cost=0.99), "TENANT_DAILY_COST"),
    ],
)
def test_a_call_over_a_budget_is_refused_and_not_counted(
    storage: Storage, limits: DailyLimits, setting: str
) -> None:
    spend(storage, limits=limits)
    with pytest.raises(LlmBudgetSpent, match=f"MEMSVC_LLM__{setting}") as caught:
        spend(storage, limits=limits)
    assert caught.value.retry_after == 12 * 3600
    assert lines(storage)[0].calls == 1


def test_a_budget_may_be_used_to_its_end(storage: Storage) -> None:
    limits = DailyLimits(tokens=300, cost=1.0, tenant_tokens=300, tenant_cost=1.0)
    spend(storage, limits=limits)
    spend(storage, limits=limits)
    assert lines(storage)[0].calls == 2


def test_what_was_not_used_is_given_back(storage: Storage) -> None:
    limits = DailyLimits(tokens=240)
    storage.llm_ledger.settle(SCOPE, spend(storage, limits=limits), ANSWERED)
    spend(storage, limits=limits)
    assert lines(storage)[0].calls == 2


def test_another_day_has_a_budget_of_its_own(storage: Storage) -> None:
    limits = DailyLimits(tokens=150)
    spend(storage, limits=limits)
    spend(storage, replace(ASKED, at=NOON + timedelta(hours=12)), limits)
    assert len(lines(storage, until=TODAY + timedelta(days=1))) == 2


def test_a_tenant_does_not_use_up_the_budget_of_another(storage: Storage) -> None:
    limits = DailyLimits(tenant_tokens=150)
    spend(storage, limits=limits)
    spend(storage, limits=limits, scope=OTHER)
    assert lines(storage, OTHER)[0].calls == 1


def test_all_tenants_share_the_budget_of_the_store(storage: Storage) -> None:
    limits = DailyLimits(tokens=150)
    spend(storage, limits=limits)
    with pytest.raises(LlmBudgetSpent):
        spend(storage, limits=limits, scope=OTHER)


def test_callers_at_the_same_time_do_not_exceed_a_budget(storage: Storage) -> None:
    limits = DailyLimits(tokens=5 * 150)

    def attempt(_: int) -> bool:
        try:
            spend(storage, limits=limits)
        except LlmBudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(attempt, range(12))) == 5


def test_a_namespace_that_was_never_written_to_has_no_mark(storage: Storage) -> None:
    assert storage.llm_ledger.mark(SCOPE) is None


def test_an_answer_is_kept(storage: Storage) -> None:
    store(storage, draft("a"))
    assert keep(storage, mark(storage)) == "[1]"


def test_the_first_answer_stays(storage: Storage) -> None:
    store(storage, draft("a"))
    keep(storage, mark(storage))
    assert keep(storage, mark(storage), answer="[2]") == "[1]"


@pytest.mark.parametrize("scope", [OTHER, Scope.of(SCOPE.tenant, "space-2")], ids=["tenant", "namespace"])
def test_an_answer_is_of_its_namespace_alone(storage: Storage, scope: Scope) -> None:
    store(storage, draft("a"))
    store(storage, draft("a"), scope=scope)
    keep(storage, mark(storage))
    assert storage.llm_ledger.answer(scope, "h") is None


def test_a_purge_deletes_the_answers(storage: Storage) -> None:
    secret = draft("a")
    store(storage, secret, draft("b"))
    keep(storage, mark(storage))
    purge(storage, secret.id)
    assert storage.llm_ledger.answer(SCOPE, "h") is None


def test_a_dropped_namespace_deletes_the_answers(storage: Storage) -> None:
    store(storage, draft("a"))
    keep(storage, mark(storage))
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
    assert storage.llm_ledger.answer(SCOPE, "h") is None


def test_an_answer_that_was_asked_for_across_a_purge_is_not_kept(storage: Storage) -> None:
    secret = draft("a")
    store(storage, secret, draft("b"))
    before = mark(storage)
    purge(storage, secret.id)
    assert keep(storage, before) is None


def test_an_answer_that_was_asked_for_across_a_drop_is_not_kept(storage: Storage) -> None:
    store(storage, draft("a"))
    before = mark(storage)
    with storage.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
    store(storage, draft("b"))
    assert keep(storage, before) is None


def test_other_changes_in_between_do_not_matter(storage: Storage) -> None:
    first = draft("a")
    store(storage, first)
    before = mark(storage)
    store(storage, draft("b"))
    forget(storage, first.id)
    assert keep(storage, before) == "[1]"


def test_a_purge_leaves_the_figures(storage: Storage) -> None:
    secret = draft("a")
    store(storage, secret)
    spend(storage)
    purge(storage, secret.id)
    assert lines(storage)[0].calls == 1


def test_old_calls_and_answers_can_be_pruned(storage: Storage) -> None:
    store(storage, draft("a"))
    keep(storage, mark(storage))
    ledger = storage.llm_ledger
    later = NOON + timedelta(days=1)
    assert ledger.prune(answers_before=NOON, calls_before=NOON) == 0
    assert ledger.prune(answers_before=later, calls_before=later) == 2
    assert (ledger.answer(SCOPE, "h"), lines(storage)) == (None, [])
