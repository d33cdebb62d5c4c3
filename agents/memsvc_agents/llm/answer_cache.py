"""Which answers are kept, under which hash, in which form."""

from __future__ import annotations

import hashlib
import json

from memsvc.ports.llm import ChatReply, ChatRequest

__all__ = ["decoded", "encoded", "is_worth_keeping", "prompt_hash"]


def prompt_hash(model: str, request: ChatRequest) -> str:
    """Return the SHA-256 of the model's name and all that it is asked with."""
    asked = {
        "model": model,
        "messages": [[message.role, message.content] for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "schema": request.schema,
        "seed": request.seed,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode("ascii")).hexdigest()


def is_worth_keeping(request: ChatRequest, reply: ChatReply) -> bool:
    """Say whether an answer is whole and accepted; without `accept`, an object of the schema's fields, if any.

    One that is not may be better the next time, so that a retry has to ask again.
    """
    if reply.finish_reason != "stop":
        return False
    if request.accept is not None:
        return request.accept(reply)
    if request.schema is None:
        return True
    try:
        answer = json.loads(reply.text)
    except (ValueError, RecursionError):
        return False
    required = request.schema.get("required", ())
    return not required or (isinstance(answer, dict) and all(name in answer for name in required))


def encoded(reply: ChatReply) -> str:
    # ASCII: half a surrogate pair can be stored only escaped, and PostgreSQL takes no NUL.
    return json.dumps([reply.text, reply.model, reply.prompt_tokens, reply.completion_tokens, reply.finish_reason])


def decoded(answer: str) -> ChatReply:
    """Return the reply that was encoded."""
    return ChatReply(*json.loads(answer))
