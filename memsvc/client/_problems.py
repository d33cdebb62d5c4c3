"""From an answer that says no to the error class that the server raised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from memsvc.client._exchange import Answer, Outcome, Silence
from memsvc.errors import FieldError, MemsvcError, NoAnswer, error_class

__all__ = ["checked", "error_of"]


def checked(outcome: Outcome) -> Answer:
    """Return the answer of a success; raise what the server said, or NoAnswer."""
    if isinstance(outcome, Silence):
        raise NoAnswer(outcome.detail + "; check the URL and that `memsvc serve` runs")
    if outcome.status >= 300:
        raise error_of(outcome)
    return outcome


def error_of(answer: Answer) -> MemsvcError:
    """Build the error of an answer from its problem document, or from its status without one."""
    problem = _problem(answer)
    code = problem.get("code")
    kind = error_class(code if isinstance(code, str) else "", answer.status)
    request_id = problem.get("request_id") or answer.headers.get("x-request-id")
    return kind(
        _detail(problem, answer),
        errors=_field_errors(problem.get("errors")),
        retry_after=_retry_after(answer.headers),
        request_id=request_id if isinstance(request_id, str) else None,
    )


def _problem(answer: Answer) -> Mapping[str, object]:
    if "json" not in answer.headers.get("content-type", ""):
        return {}
    try:
        problem = json.loads(answer.body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _detail(problem: Mapping[str, object], answer: Answer) -> str:
    for member in ("detail", "title"):
        text = problem.get(member)
        if isinstance(text, str) and text:
            return text
    return f"the server answered {answer.status} without saying why"


def _field_errors(errors: object) -> list[FieldError]:
    if not isinstance(errors, list):
        return []
    return [
        FieldError(str(entry.get("pointer", "")), str(entry.get("message", entry.get("detail", ""))))
        for entry in errors
        if isinstance(entry, dict)
    ]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header; a date counts from the answer's own Date."""
    value = headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    try:
        then, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return max(0.0, then.timestamp() - now.timestamp())
