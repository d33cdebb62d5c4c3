"""A model directory in this process: a Llama of one layer, made small and at random."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from memsvc.errors import LlmRefused, LlmUnavailable
from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc_agents.embed.onnx import PACKAGED_MODEL
from memsvc_agents.llm.offline import OFFLINE
from memsvc_agents.llm.transformers import TransformersChat
from tests.support.needed import needed

pytestmark = pytest.mark.slow

TEMPLATE = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}assistant"
ASK = ChatRequest((ChatMessage("user", "name two colours"),), max_tokens=6)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Allow real models in these tests; yield a directory with random weights."""
    transformers, torch = needed("transformers", extra="local"), needed("torch", extra="local")
    path = tmp_path_factory.mktemp("random-llama")
    tokenizer = transformers.BertTokenizerFast(vocab=str(PACKAGED_MODEL / "vocab.txt"))
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(path)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=64,
        eos_token_id=None,
        bos_token_id=None,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(OFFLINE)
        yield path


@pytest.fixture(scope="module")
def model(directory: Path) -> Iterator[TransformersChat]:
    with closing(TransformersChat(directory)) as model:
        yield model


def test_an_answer_counts_its_tokens(directory: Path, model: TransformersChat) -> None:
    reply = model.chat(ASK)
    assert (reply.completion_tokens, reply.finish_reason, reply.model) == (6, "length", directory.name)
    assert reply.prompt_tokens == 5


def test_a_stream_gives_the_same_answer(model: TransformersChat) -> None:
    said: list[str] = []
    streamed = model.stream(ASK, said.append)
    assert "".join(said).split() == streamed.text.split() == model.chat(ASK).text.split()


def test_a_seed_fixes_what_is_drawn(model: TransformersChat) -> None:
    asked = replace(ASK, temperature=5.0, max_tokens=12)
    one, same, other = (model.chat(replace(asked, seed=seed)).text for seed in (1, 1, 2))
    assert one == same != other


def test_a_schema_is_told_in_the_prompt(model: TransformersChat) -> None:
    told = model.chat(replace(ASK, schema={"type": "null"}))
    assert told.prompt_tokens is not None
    assert told.prompt_tokens > 20


def test_a_prompt_over_the_context_is_refused(model: TransformersChat) -> None:
    long = ChatRequest((ChatMessage("user", "canary " * 60),), max_tokens=5)
    with pytest.raises(LlmRefused, match="64 of the local model's context") as caught:
        model.chat(long)
    assert "canary" not in str(caught.value)


def test_what_the_listener_raises_comes_through(model: TransformersChat) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.stream(ASK, stop)


def test_an_answer_past_its_time_is_given_up(directory: Path) -> None:
    seconds = count()
    model = TransformersChat(directory, timeout_seconds=1e-9, clock=lambda: float(next(seconds)))
    with closing(model), pytest.raises(LlmUnavailable, match="did not end its answer"):
        model.chat(replace(ASK, max_tokens=30))


def test_a_directory_without_a_model_is_told(directory: Path, tmp_path: Path) -> None:
    with (
        closing(TransformersChat(tmp_path)) as model,
        pytest.raises(LlmUnavailable, match="cannot load") as caught,
    ):
        model.chat(ASK)
    assert caught.value.place == str(tmp_path)
