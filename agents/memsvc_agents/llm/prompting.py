"""Words added to what a model is asked."""

from __future__ import annotations

from memsvc.ports.llm import ChatMessage, ChatRequest
from memsvc_agents.llm.schemas import json_instruction

__all__ = ["told_schema", "with_words"]


def with_words(messages: tuple[ChatMessage, ...], text: str) -> tuple[ChatMessage, ...]:
    """Add the user's words; to the last message if it is the user's, as some templates want roles in turn."""
    *before, last = messages
    if last.role == "user":
        return (*before, ChatMessage("user", f"{last.content}\n\n{text}"))
    return (*messages, ChatMessage("user", text))


def told_schema(request: ChatRequest) -> tuple[ChatMessage, ...]:
    """Return the messages with the request's schema in words, if it has one."""
    if request.schema is None:
        return request.messages
    return with_words(request.messages, json_instruction(request.schema))
