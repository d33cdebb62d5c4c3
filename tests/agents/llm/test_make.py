from __future__ import annotations

import pytest

from memsvc.errors import InvalidInput
from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc_agents.llm.make import ChatSpec, chat_model_from

ASK = ChatRequest((ChatMessage("user", "hello"),), max_tokens=5)


def test_an_openai_spec_gives_a_model_of_that_name() -> None:
    assert chat_model_from(ChatSpec(url="http://127.0.0.1:9/v1", model="small")).name == "small"


def test_a_scripted_spec_gives_its_answers() -> None:
    assert chat_model_from(ChatSpec(kind="scripted", answers=("hi",))).chat(ASK).text == "hi"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (ChatSpec(model="small"), "needs a url and a model"),
        (ChatSpec(url="http://127.0.0.1/v1"), "needs a url and a model"),
        (ChatSpec(url="127.0.0.1:80/v1", model="small"), "must begin with http"),
        (ChatSpec(url="http:///v1", model="small"), "name a host"),
        (ChatSpec(url="http://host:port/v1", model="small"), "url of the chat model is none"),
        (ChatSpec(url="http://127.0.0.1/v1", model="small", api_key="käse\n"), "no key has"),
    ],
    ids=["no url", "no model", "no scheme", "no host", "no url at all", "a key of other letters"],
)
def test_a_wrong_spec_is_named(spec: ChatSpec, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        chat_model_from(spec)


def test_the_key_is_not_in_the_specs_repr() -> None:
    assert "sk-1" not in repr(ChatSpec(api_key="sk-1"))
