"""The service is composed with the language model of its settings, or without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from memsvc.app import build
from memsvc.domain.scope import Scope
from memsvc.errors import InvalidInput, LlmBudgetSpent, LlmRefused
from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc.settings import LlmSettings, Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_stores.memory import MemoryStorage

SCOPE = Scope.of("acme", "alice")
ASK = ChatRequest((ChatMessage("user", "hello"),), max_tokens=5)


def test_without_a_kind_there_is_no_model(tmp_path: Path) -> None:
    with build(Settings(data_dir=tmp_path), storage=MemoryStorage(), embedder=HashingEmbedder()) as app:
        assert app.llm is None


def test_a_model_given_is_metered_by_the_settings(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, llm=LlmSettings(tenant_daily_tokens=16))
    model = ScriptedChat(["hi", "hi"])
    with build(settings, storage=MemoryStorage(), embedder=HashingEmbedder(), llm=model) as app:
        assert app.llm is not None
        assert app.llm(SCOPE, "greet").chat(ASK).text == "hi"
        with pytest.raises(LlmBudgetSpent):
            app.llm(SCOPE, "greet").chat(ASK)


@pytest.mark.parametrize(
    ("llm", "message"),
    [
        (LlmSettings(kind="openai"), "needs a url"),
        (LlmSettings(kind="anthropic", model="m"), "API key"),
        (LlmSettings(kind="gguf", path=Path("nowhere.gguf")), "path of a GGUF file"),
        (LlmSettings(kind="transformers"), "path of a model directory"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_settings_that_name_no_model_end_the_start(tmp_path: Path, llm: LlmSettings, message: str) -> None:
    settings = Settings(data_dir=tmp_path, llm=llm)
    with pytest.raises(InvalidInput, match=message):
        build(settings, storage=MemoryStorage(), embedder=HashingEmbedder())


def test_offline_settings_allow_no_model_elsewhere(tmp_path: Path) -> None:
    llm = LlmSettings(kind="openai", url="https://10.0.0.1/v1", model="m", offline=True)
    with pytest.raises(LlmRefused, match="loopback only"):
        build(Settings(data_dir=tmp_path, llm=llm), storage=MemoryStorage(), embedder=HashingEmbedder())


@pytest.mark.parametrize("budget", ["daily_cost", "tenant_daily_cost"])
def test_a_budget_of_money_without_prices_ends_the_start(tmp_path: Path, budget: str) -> None:
    settings = Settings(data_dir=tmp_path, llm=LlmSettings.model_validate({budget: 1.0}))
    with pytest.raises(InvalidInput, match="needs prices"):
        build(settings, storage=MemoryStorage(), embedder=HashingEmbedder(), llm=ScriptedChat([]))
