"""What an endpoint says when it refuses a request, as far as it can be told without repeating what was sent."""

from __future__ import annotations

import json
import re
from typing import Any

from memsvc.errors import LlmRefused, LlmUnavailable

__all__ = ["AnswerLost", "EndpointRefusal", "named_fields", "reason_of"]

# The reasons that endpoints give as identifiers; free text may repeat what was sent and is not shown.
_IDENTIFIER = re.compile(r"[a-z]+(_[a-z]+)+")
_FIELDS = frozenset(
    {
        "max_completion_tokens",
        "max_tokens",
        "output_config",
        "response_format",
        "seed",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
    }
)
_OTHER_NAMES = {"json_schema": "response_format", "json_object": "response_format", "grammar": "response_format"}


class AnswerLost(LlmUnavailable):
    """The endpoint was asked, and its answer did not come whole; it may have to be paid for."""


class EndpointRefusal(LlmRefused):
    """The endpoint refuses the request; `fields` are those of its options that it names."""

    def __init__(self, detail: str, *, fields: frozenset[str] = frozenset()) -> None:
        super().__init__(detail)
        self.fields = fields


def reason_of(answer: bytes) -> str:
    """Return the identifier of the reason in brackets, or nothing."""
    error = _error(answer)
    given = [error.get("code"), error.get("type")]
    known = [reason for reason in given if isinstance(reason, str) and _IDENTIFIER.fullmatch(reason)]
    return f" ({known[0]})" if known else ""


def named_fields(answer: bytes) -> frozenset[str]:
    """Return the options that the refusal is about: the one in its `param`, or else all that it mentions."""
    param = _error(answer).get("param")
    text = param if isinstance(param, str) and param else answer.decode("utf-8", "replace")
    names = {_OTHER_NAMES.get(word, word) for word in re.findall(r"[a-z]+(?:_[a-z]+)*", text.lower())}
    return frozenset(names & _FIELDS)


def _error(answer: bytes) -> dict[str, Any]:
    try:
        error = json.loads(answer)["error"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}
