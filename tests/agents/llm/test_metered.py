"""Calls that are counted, bounded and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pydantic import BaseModel

from memsvc.domain.usage import DailyLimits, Prices, UsageLine
from memsvc.errors import LlmBadReply, LlmBudgetSpent, LlmRefused, LlmUnavailable, MemsvcError, StorageBusy
from memsvc.ports.llm import ChatMessage, ChatReply, ChatRequest
from memsvc_agents.llm.metered import MeteredChat, MeteredModels, Metering
from memsvc_agents.llm.refusals import AnswerLost
from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_agents.llm.sections import Section, words
from memsvc_agents.llm.structured import structured
from memsvc_stores.memory import MemoryStorage
from tests.support.drafts import SCOPE, draft, purge, store

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ASK = ChatRequest((ChatMessage("user", "what colour is it"),), max_tokens=50)
SCHEMA = {"type": "object", "required": ["colour"]}
REPLY = ChatReply("blue", "small-1", 100, 10, "stop")
SECRET = draft("secret")


class Bench:
    """A metered model over a store with one note."""

    def __init__(self, answers: Iterable[str | ChatReply | MemsvcError], metering: Metering | None = None) -> None:
        self.storage = MemoryStorage()
        store(self.storage, SECRET)
        self.script = ScriptedChat(answers, name="small")
        self.models = MeteredModels(
            self.script, self.storage.llm_ledger, metering or Metering(), clock=lambda: NOW
        )

    def model(self) -> MeteredChat:
        return self.models(SCOPE, "link")

    def line(self) -> UsageLine:
        today = date(2026, 3, 5)
        (line,) = self.storage.llm_ledger.usage(SCOPE.tenant, since=today, until=today)
        return line


def test_an_answered_call_counts_the_models_own_tokens_and_their_price() -> None:
    bench = Bench([REPLY], Metering(prices=Prices(prompt=2.0, completion=10.0)))
    assert bench.model().chat(ASK) == REPLY
    line = bench.line()
    assert (line.operation, line.model, line.calls, line.failed) == ("link", "small", 1, 0)
    assert (line.prompt_tokens, line.completion_tokens, line.cost) == pytest.approx((100, 10, 0.0003))


def test_a_model_that_counts_nothing_is_estimated_high() -> None:
    bench = Bench([replace(REPLY, text="a" * 30, prompt_tokens=None, completion_tokens=None)])
    bench.model().chat(ASK)
    assert (bench.line().prompt_tokens, bench.line().completion_tokens) == (14, 10)


@pytest.mark.parametrize(
    ("error", "tokens"),
    [(LlmUnavailable("429"), (0, 0)), (LlmBadReply("?"), (14, 0)), (AnswerLost("hung"), (14, 50))],
    ids=lambda value: type(value).__name__,
)
def test_a_call_without_an_answer_counts_what_may_be_billed(error: MemsvcError, tokens: tuple[int, int]) -> None:
    bench = Bench([error])
    with pytest.raises(type(error)):
        bench.model().chat(ASK)
    assert (bench.line().failed, bench.line().prompt_tokens, bench.line().completion_tokens) == (1, *tokens)


def test_the_same_prompt_is_asked_once() -> None:
    bench = Bench([REPLY])
    assert bench.model().chat(ASK) == bench.model().chat(ASK) == REPLY
    assert (bench.line().calls, bench.line().cached, bench.line().prompt_tokens) == (1, 1, 100)


@pytest.mark.parametrize(
    "other",
    [
        replace(ASK, messages=(ChatMessage("user", "what size is it"),)),
        replace(ASK, messages=(ChatMessage("assistant", "what colour is it"),)),
        replace(ASK, max_tokens=49),
        replace(ASK, schema=SCHEMA),
        replace(ASK, seed=1),
    ],
    ids=["text", "role", "limit", "schema", "seed"],
)
def test_another_request_is_asked_anew(other: ChatRequest) -> None:
    bench = Bench([REPLY, replace(REPLY, text="red")])
    bench.model().chat(ASK)
    assert bench.model().chat(other).text == "red"


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        (replace(ASK, temperature=0.7), REPLY),
        (ASK, replace(REPLY, finish_reason="length")),
        (replace(ASK, schema=SCHEMA), REPLY),
        (replace(ASK, schema=SCHEMA), replace(REPLY, text='{"size": 1}')),
        (replace(ASK, schema=SCHEMA), replace(REPLY, text='["colour"]')),
    ],
    ids=["temperature", "cut", "no json", "other json", "a list"],
)
def test_answers_that_may_be_better_the_next_time_are_not_kept(request_: ChatRequest, reply: ChatReply) -> None:
    bench = Bench([reply, REPLY])
    bench.model().chat(request_)
    assert bench.model().chat(request_) == REPLY


def test_an_answer_of_the_schema_is_kept() -> None:
    good = replace(REPLY, text='{"colour": "\\ud83d blue"}')
    bench = Bench([good])
    asked = replace(ASK, schema=SCHEMA)
    assert bench.model().chat(asked) == bench.model().chat(asked) == good


def test_what_the_asker_does_not_accept_is_asked_for_anew() -> None:
    bench = Bench([REPLY, replace(REPLY, text="red"), replace(REPLY, text="green")])
    picky = replace(ASK, accept=lambda reply: reply.text == "red")
    assert [bench.model().chat(picky).text for _ in range(3)] == ["blue", "red", "red"]


def test_what_was_kept_and_is_not_accepted_any_more_is_asked_for_anew() -> None:
    bench = Bench([REPLY, replace(REPLY, text="red")])
    bench.model().chat(ASK)
    assert bench.model().chat(replace(ASK, accept=lambda reply: reply.text == "red")).text == "red"


class _Colour(BaseModel):
    colour: list[str]


def test_answers_that_are_not_of_the_form_are_asked_for_anew_by_the_next_attempt() -> None:
    bench = Bench(['{"colour": 5}', '{"colour": 6}', "nonsense", '{"colour": ["blue"]}'])
    sections = (Section("colour", "separated by commas", words),)
    with pytest.raises(LlmBadReply):
        structured(bench.model(), ASK, _Colour, sections=sections)
    assert structured(bench.model(), ASK, _Colour, sections=sections).value.colour == ["blue"]
    assert structured(bench.model(), ASK, _Colour, sections=sections).value.colour == ["blue"]
    assert (bench.line().calls, bench.line().cached) == (4, 1)


def test_the_cache_can_be_switched_off() -> None:
    bench = Bench([REPLY, REPLY], Metering(cache=False))
    bench.model().chat(ASK)
    bench.model().chat(ASK)
    assert bench.line().calls == 2


def test_nothing_is_kept_for_a_model_that_was_given_out_before_a_purge() -> None:
    bench = Bench([REPLY, REPLY])
    model = bench.model()
    purge(bench.storage, SECRET.id)
    model.chat(ASK)
    bench.model().chat(ASK)
    assert bench.line().calls == 2


def test_a_stream_is_counted_and_kept_as_well() -> None:
    bench = Bench(["deep blue"])
    said: list[str] = []
    bench.model().stream(ASK, said.append)
    bench.model().stream(ASK, said.append)
    assert said == ["deep", " blue", "deep blue"]
    assert (bench.line().calls, bench.line().cached, bench.line().completion_tokens) == (1, 1, 2)


@pytest.mark.parametrize(
    ("error", "prompt_tokens"), [(LlmUnavailable("x"), 0), (LlmRefused("x"), 0), (LlmBadReply("x"), 14)]
)
def test_a_failed_call_is_counted_as_such(error: MemsvcError, prompt_tokens: int) -> None:
    bench = Bench([error])
    with pytest.raises(type(error)):
        bench.model().chat(ASK)
    assert (bench.line().failed, bench.line().prompt_tokens, bench.line().completion_tokens) == (
        1,
        prompt_tokens,
        0,
    )


def test_a_call_that_its_listener_breaks_off_counts_at_its_most() -> None:
    bench = Bench(["deep blue"])

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.model().stream(ASK, stop)
    assert (bench.line().failed, bench.line().completion_tokens) == (1, 50)


def test_a_spent_budget_refuses_before_the_model_is_asked() -> None:
    bench = Bench([REPLY], Metering(limits=DailyLimits(tenant_tokens=60)))
    with pytest.raises(LlmBudgetSpent, match="TENANT_DAILY_TOKENS"):
        bench.model().chat(ASK)
    assert bench.script.requests == ()


def test_a_kept_answer_needs_no_budget() -> None:
    bench = Bench([REPLY], Metering(limits=DailyLimits(tokens=110)))
    bench.model().chat(ASK)
    assert bench.model().chat(ASK) == REPLY


def test_a_budget_of_money_counts_the_dearest_outcome() -> None:
    metering = Metering(prices=Prices(completion=1_000_000.0), limits=DailyLimits(cost=49.0))
    with pytest.raises(LlmBudgetSpent, match="DAILY_COST"):
        Bench([REPLY], metering).model().chat(ASK)


def test_a_long_prompt_is_refused_before_the_model_is_asked() -> None:
    bench = Bench([REPLY], Metering(prompt_tokens=13))
    with pytest.raises(
        LlmRefused, match=r"prompt of link has about 14 tokens, more than the 13 .*CALL_PROMPT_TOKENS"
    ):
        bench.model().chat(ASK)
    assert bench.script.requests == ()


def test_a_schema_counts_as_part_of_the_prompt() -> None:
    bench = Bench([REPLY], Metering(prompt_tokens=20))
    with pytest.raises(LlmRefused, match="about"):
        bench.model().chat(replace(ASK, schema=json.loads(json.dumps(SCHEMA))))


def test_the_length_of_an_answer_is_bounded() -> None:
    bench = Bench([REPLY], Metering(completion_tokens=20))
    bench.model().chat(ASK)
    assert bench.script.requests[0].max_tokens == 20


def test_an_answer_is_not_lost_to_a_busy_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench([REPLY])
    ledger = bench.storage.llm_ledger

    def busy(*_: object, **__: object) -> None:
        raise StorageBusy("busy")

    monkeypatch.setattr(ledger, "settle", busy)
    assert bench.model().chat(ASK) == REPLY
    assert (bench.line().calls, bench.line().completion_tokens) == (1, 50)
