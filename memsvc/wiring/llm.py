"""The language model of the settings, metered by the ledger of the store."""

from __future__ import annotations

from memsvc.domain.usage import DailyLimits, Prices
from memsvc.errors import InvalidInput
from memsvc.ports.clock import Clock
from memsvc.ports.llm import ChatModel
from memsvc.ports.usage import LlmLedger
from memsvc.settings import LlmSettings
from memsvc_agents.llm.make import ChatSpec, chat_model_from
from memsvc_agents.llm.metered import MeteredModels, Metering

__all__ = ["chat_model", "chat_models"]


def chat_models(
    settings: LlmSettings, ledger: LlmLedger, *, clock: Clock, model: ChatModel | None = None
) -> MeteredModels | None:
    """Return the models for operations, or None when there is none; a model given is used for the settings' own.

    Raises InvalidInput for settings that name no model, or a budget of money without prices, which would hold
    nothing back; LlmRefused when real models are switched off.
    """
    if model is None:
        model = chat_model(settings)
    if model is None:
        return None
    prices = Prices(settings.prompt_price, settings.completion_price)
    if prices == Prices() and (settings.daily_cost is not None or settings.tenant_daily_cost is not None):
        raise InvalidInput(
            "a budget of money for language models needs prices: set MEMSVC_LLM__PROMPT_PRICE and "
            "MEMSVC_LLM__COMPLETION_PRICE, or a budget of tokens instead"
        )
    metering = Metering(
        prices=prices,
        limits=DailyLimits(
            tokens=settings.daily_tokens,
            cost=settings.daily_cost,
            tenant_tokens=settings.tenant_daily_tokens,
            tenant_cost=settings.tenant_daily_cost,
        ),
        prompt_tokens=settings.call_prompt_tokens,
        completion_tokens=settings.call_completion_tokens,
        cache=settings.cache,
    )
    return MeteredModels(model, ledger, metering, clock=clock)


def chat_model(settings: LlmSettings) -> ChatModel | None:
    """Return the model of the settings, neither counted nor bounded, or None when there is none."""
    if settings.kind == "none":
        return None
    return chat_model_from(
        ChatSpec(
            kind=settings.kind,
            url=settings.url,
            model=settings.model,
            api_key=settings.api_key.get_secret_value() if settings.api_key else "",
            path=settings.path,
            timeout_seconds=settings.timeout,
            attempts=settings.attempts,
            context_tokens=settings.context_tokens,
            threads=settings.threads,
            offline=settings.offline,
        )
    )
