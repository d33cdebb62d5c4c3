"""A chat model whose calls are counted, bounded by budgets, and not made twice for the same prompt."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from memsvc.domain.scope import Scope
from memsvc.domain.usage import ASKED, CallStatus, DailyLimits, LlmCall, Prices
from memsvc.errors import LlmBadReply, LlmRefused, MemsvcError, StorageFull, StorageReadOnly, Unavailable
from memsvc.ports.clock import Clock
from memsvc.ports.llm import LLM_FAILURES, ChatModel, ChatReply, ChatRequest, Say
from memsvc.ports.usage import KeptAnswer, LlmLedger, PurgeMark
from memsvc_agents.llm.answer_cache import decoded, encoded, is_worth_keeping, prompt_hash
from memsvc_agents.llm.refusals import AnswerLost
from memsvc_agents.llm.tokens import estimated_prompt_tokens, estimated_tokens

__all__ = ["MeteredChat", "MeteredModels", "Metering"]


@dataclass(frozen=True, slots=True)
class Metering:
    """What a call may take and costs; `prompt_tokens` are estimated, one for 3 bytes, before anything is sent."""

    prices: Prices = field(default_factory=Prices)
    limits: DailyLimits = field(default_factory=DailyLimits)
    prompt_tokens: int = 16_000
    completion_tokens: int = 4_000
    cache: bool = True


class MeteredModels:
    """The ChatModels over one model and one ledger."""

    def __init__(self, model: ChatModel, ledger: LlmLedger, metering: Metering, *, clock: Clock) -> None:
        self._model = model
        self._ledger = ledger
        self._metering = metering
        self._clock = clock

    def __call__(self, scope: Scope, operation: str) -> MeteredChat:
        mark = self._ledger.mark(scope) if self._metering.cache else None
        return MeteredChat(self._model, self._meter(scope, operation), mark)

    def fresh(self, scope: Scope, operation: str) -> MeteredChat:
        """Return the model without kept answers: each call asks it."""
        return MeteredChat(self._model, self._meter(scope, operation), None)

    def close(self) -> None:
        """Close the model."""
        self._model.close()

    def _meter(self, scope: Scope, operation: str) -> _Meter:
        return _Meter(self._ledger, scope, operation, self._model.name, self._metering, self._clock)


class MeteredChat:
    """Made by MeteredModels; as safe between threads as its model.

    A call is reserved at the most that it may take before it is made, and settled by what the model counts, or
    the estimate where it counts nothing. One that is refused costs nothing, one with garbage its prompt, one whose
    answer was lost its most.
    """

    def __init__(self, model: ChatModel, meter: _Meter, mark: PurgeMark | None) -> None:
        self._model = model
        self._meter = meter
        self._mark = mark

    @property
    def name(self) -> str:
        return self._model.name

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return one answer; raises what the model raises, LlmBudgetSpent, and LlmRefused for a long prompt."""
        return self._metered(request, self._model.chat, None)

    def stream(self, request: ChatRequest, say: Say) -> ChatReply:
        """Return one answer after its pieces, which is one if it was kept; raises as `chat` does."""
        return self._metered(request, lambda bounded: self._model.stream(bounded, say), say)

    def close(self) -> None:
        """Leave the model open: others use it."""

    def _metered(
        self, request: ChatRequest, ask: Callable[[ChatRequest], ChatReply], say: Say | None
    ) -> ChatReply:
        request = self._meter.bounded(request)
        mark = self._mark if request.temperature == 0 else None
        hashed = prompt_hash(self.name, request)
        kept = self._meter.kept(hashed, request) if mark is not None else None
        if kept is not None:
            if say is not None:
                say(kept.text)
            return kept
        with self._meter.reserved(request) as reservation:
            reply = ask(request)
            worth = mark is not None and is_worth_keeping(request, reply)
            reservation.keep = KeptAnswer(hashed, encoded(reply), mark) if mark is not None and worth else None
            reservation.reply = reply
        return reply


@dataclass(slots=True)
class _Reservation:
    reply: ChatReply | None = None
    keep: KeptAnswer | None = None


@dataclass(frozen=True, slots=True)
class _Meter:
    ledger: LlmLedger
    scope: Scope
    operation: str
    model: str
    metering: Metering
    clock: Clock

    def bounded(self, request: ChatRequest) -> ChatRequest:
        """Return the request with its answer bounded; raises LlmRefused for a prompt that is too long."""
        estimate, most = estimated_prompt_tokens(request), self.metering.prompt_tokens
        if estimate > most:
            raise LlmRefused(
                f"the prompt of {self.operation} has about {estimate} tokens, more than the {most} that "
                "MEMSVC_LLM__CALL_PROMPT_TOKENS allows"
            )
        return replace(request, max_tokens=min(request.max_tokens, self.metering.completion_tokens))

    def kept(self, hashed: str, request: ChatRequest) -> ChatReply | None:
        """Return the kept answer, if it is still accepted, and count it."""
        answer = self.ledger.answer(self.scope, hashed)
        if answer is None or not is_worth_keeping(request, reply := decoded(answer)):
            return None
        with _leniently():
            self.ledger.record(self.scope, self._call(CallStatus.CACHED.value))
        return reply

    @contextlib.contextmanager
    def reserved(self, request: ChatRequest) -> Iterator[_Reservation]:
        """Count the call that the block makes; raises LlmBudgetSpent before it."""
        most = (estimated_prompt_tokens(request), request.max_tokens)
        number = self.ledger.reserve(self.scope, self._call(ASKED, *most), self.metering.limits)
        reservation = _Reservation()
        began = time.monotonic()
        outcome, tokens = CallStatus.BROKEN_OFF.value, most
        try:
            yield reservation
            assert reservation.reply is not None
            outcome, tokens = CallStatus.ANSWERED.value, _used(reservation.reply, most)
        except MemsvcError as error:
            if isinstance(error, LLM_FAILURES):
                outcome, tokens = error.code, _taken_by(error, most)
            raise
        finally:
            call = self._call(outcome, *tokens, milliseconds=round((time.monotonic() - began) * 1000))
            with _leniently():
                self.ledger.settle(self.scope, number, call, keep=reservation.keep)

    def _call(self, outcome: str, prompt: int = 0, completion: int = 0, *, milliseconds: int = 0) -> LlmCall:
        return LlmCall(
            operation=self.operation,
            model=self.model,
            outcome=outcome,
            at=self.clock(),
            prompt_tokens=prompt,
            completion_tokens=completion,
            cost=self.metering.prices.cost(prompt, completion),
            milliseconds=milliseconds,
        )


def _leniently() -> contextlib.suppress:
    """Let an answer that is there not be lost to a busy or full database: what was reserved stays counted."""
    return contextlib.suppress(Unavailable, StorageFull, StorageReadOnly)


def _taken_by(error: MemsvcError, most: tuple[int, int]) -> tuple[int, int]:
    """Return the tokens that a call without a usable answer may be billed with."""
    if isinstance(error, AnswerLost):
        return most
    return (most[0] if isinstance(error, LlmBadReply) else 0, 0)


def _used(reply: ChatReply, most: tuple[int, int]) -> tuple[int, int]:
    prompt = most[0] if reply.prompt_tokens is None else reply.prompt_tokens
    completion = reply.completion_tokens
    return prompt, estimated_tokens(reply.text) if completion is None else completion
