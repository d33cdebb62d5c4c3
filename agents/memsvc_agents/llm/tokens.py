"""Tokens estimated before anything is sent: high for any common vocabulary."""

from __future__ import annotations

import json

from memsvc.ports.llm import ChatRequest
from memsvc_agents.reading.budget import estimated_tokens

__all__ = ["estimated_prompt_tokens", "estimated_tokens"]

_PER_MESSAGE = 8


def estimated_prompt_tokens(request: ChatRequest) -> int:
    """Return the tokens of messages and schema."""
    schema = "" if request.schema is None else json.dumps(request.schema)
    texts = [message.content for message in request.messages]
    return sum(map(estimated_tokens, texts)) + _PER_MESSAGE * len(texts) + estimated_tokens(schema)
