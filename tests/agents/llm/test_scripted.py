from __future__ import annotations

import pytest

from memsvc.errors import LlmBadReply, LlmUnavailable
from memsvc.ports.llm import ChatMessage, ChatReply, ChatRequest
from memsvc_agents.llm.scripted import ScriptedChat

ASK = ChatRequest((ChatMessage("user", "what colour is it"),), max_tokens=5)


def test_answers_come_in_turn_and_requests_are_kept() -> None:
    model = ScriptedChat(["one", "two words"])
    assert [model.chat(ASK).text, model.chat(ASK).completion_tokens] == ["one", 2]
    assert model.requests == (ASK, ASK)


def test_a_reply_is_given_as_it_is() -> None:
    reply = ChatReply("x", "other-1", 1, 2, "length")
    assert ScriptedChat([reply]).chat(ASK) is reply


def test_an_error_is_raised() -> None:
    with pytest.raises(LlmBadReply, match="garbage"):
        ScriptedChat([LlmBadReply("garbage")]).chat(ASK)


def test_an_empty_queue_is_unavailable() -> None:
    with pytest.raises(LlmUnavailable, match="no scripted answer is left"):
        ScriptedChat([]).chat(ASK)


@pytest.mark.parametrize("text", ["one", "two words", " in\n between \n"])
def test_a_stream_comes_word_by_word(text: str) -> None:
    said: list[str] = []
    model = ScriptedChat([text])
    assert model.stream(ASK, said.append).text == "".join(said) == text
    assert (len(said), model.requests) == (len(text.split()), (ASK,))


def test_a_streamed_error_is_raised_before_a_word() -> None:
    said: list[str] = []
    with pytest.raises(LlmUnavailable):
        ScriptedChat([]).stream(ASK, said.append)
    assert said == []
