"""Chat exports: OpenAI-style messages, and ChatGPT's conversations.json."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from memsvc.cli.formats.entries import Place, Refused, entry_of
from memsvc.errors import InvalidInput
from memsvc.wire import NewSession

__all__ = ["read_chat"]


def read_chat(data: bytes, name: str) -> Iterator[Place]:
    """Yield a session for each conversation; `name` (of the file) makes ids that stay the same next time.

    Raises InvalidInput when the whole is no JSON list or object.
    """
    try:
        document = json.loads(data)
    except RecursionError:
        raise InvalidInput(f"{name}: nested too deep") from None
    except ValueError as error:
        raise InvalidInput(f"{name}: not valid JSON in UTF-8: {error}") from None
    for index, conversation in enumerate(_conversations(document, name)):
        yield _session(conversation, f"conversation {index + 1}", f"{name}/{index}")


def _conversations(document: object, name: str) -> list[object]:
    if isinstance(document, dict):
        return [document]
    if not isinstance(document, list) or not document:
        raise InvalidInput(f"{name}: must be a list of messages, or an object with messages, or a list of those")
    first = document[0]
    if isinstance(first, dict) and "role" in first:
        return [{"messages": document}]
    return document


def _session(conversation: object, place: str, origin: str) -> Place:
    if not isinstance(conversation, dict):
        return Refused(place, "invalid-input", "must be an object with messages")
    messages = _messages(conversation)
    if messages is None:
        return Refused(place, "invalid-input", "must have messages (a list) or mapping (as ChatGPT exports)")
    turns = [turn for message in messages if (turn := _turn(message)) is not None]
    given = conversation.get("id") or conversation.get("conversation_id")
    fields: dict[str, Any] = {
        "id": given if isinstance(given, str) else "chat-" + hashlib.sha256(origin.encode()).hexdigest()[:24],
        "turns": turns,
    }
    started = _moment(conversation.get("create_time") or conversation.get("created"))
    if started is not None:
        fields["started_at"] = started
    if isinstance(conversation.get("title"), str):
        fields["metadata"] = {"title": conversation["title"]}
    return entry_of(NewSession, fields, place)


def _messages(conversation: Mapping[str, Any]) -> list[Any] | None:
    messages, mapping = conversation.get("messages"), conversation.get("mapping")
    if isinstance(messages, list):
        return messages
    return _thread(mapping, conversation.get("current_node")) if isinstance(mapping, dict) else None


def _thread(mapping: Mapping[str, Any], last: object) -> list[Any]:
    """Return the messages of the branch that the user saw, oldest first."""
    nodes = {name: node for name, node in mapping.items() if isinstance(node, dict)}
    here = last if isinstance(last, str) and last in nodes else next(reversed(nodes), None)
    thread: list[Any] = []
    while here in nodes:
        node = nodes.pop(here)
        if isinstance(node.get("message"), dict):
            thread.append(node["message"])
        here = node.get("parent")
    return thread[::-1]


def _turn(message: object) -> dict[str, Any] | object | None:
    """Return the fields of a turn; None for a message without text, which is nothing to remember."""
    if not isinstance(message, dict):
        return message
    author = message.get("author")
    role = author.get("role") if isinstance(author, dict) else message.get("role")
    text = _text(message.get("content"))
    if isinstance(text, str) and not text.strip():
        return None
    turn = {"role": role, "content": text}
    moment = _moment(message.get("create_time"))
    return turn if moment is None else {**turn, "at": moment}


def _text(content: object) -> object:
    """Return the text of a plain content, of OpenAI's parts or of ChatGPT's."""
    if isinstance(content, dict):
        content = content.get("parts", content.get("text", ""))
    if content is None:
        return ""
    if not isinstance(content, list):
        return content
    texts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(text for text in texts if isinstance(text, str))


def _moment(value: object) -> datetime | str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (OverflowError, ValueError, OSError):
            return str(value)
    return value if isinstance(value, str) else None
