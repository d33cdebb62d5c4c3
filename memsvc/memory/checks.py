"""What cannot be remembered, said before anything is stored."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from memsvc.domain.drafts import NewItem, NewSession
from memsvc.domain.notes import Json
from memsvc.errors import FieldError, InvalidInput, PayloadTooLarge
from memsvc.guard.normalize import normalised

__all__ = ["Limits", "check_item", "check_metadata", "check_query_text", "check_reason", "check_session"]

_FUTURE_TOLERANCE = timedelta(days=1)
_LONGEST_EXPANSION = 18
_MOST_NAMED = 1000
_LONGEST_REASON = 1000
_PARTS = "; send it in parts, or raise MEMSVC_MAX_CONTENT_CHARS"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one item; content in characters, metadata in bytes of JSON."""

    content_chars: int = 200_000
    metadata_bytes: int = 16_384
    metadata_depth: int = 8
    turns: int = 10_000
    query_chars: int = 20_000


def check_item(item: NewItem, limits: Limits, now: datetime) -> None:
    """Raise InvalidInput or PayloadTooLarge when a single note cannot be stored."""
    _check_text(item.content, "/content", limits.content_chars, advice=_PARTS)
    if not normalised(item.content).strip():
        raise _invalid("/content", "is empty, or has nothing but invisible characters; send the text")
    _check_time(item.event_time, "/event_time", now)
    check_metadata(item.metadata, limits)
    if item.session is not None:
        _check_id(item.session, "/session")
    _check_count(item.origins, "/origins")
    _check_count(item.parents, "/parents")


def check_session(session: NewSession, limits: Limits, now: datetime) -> None:
    """Raise InvalidInput or PayloadTooLarge when a session cannot be stored."""
    if not session.turns:
        raise _invalid("/turns", "is empty; send at least one turn")
    if len(session.turns) > limits.turns:
        raise PayloadTooLarge(f"/turns has {len(session.turns)} turns; at most {limits.turns}: split the session")
    for index, turn in enumerate(session.turns):
        _check_text(turn.content, f"/turns/{index}/content", limits.content_chars, advice=_PARTS)
        if not turn.role or len(turn.role) > 32:
            raise _invalid(f"/turns/{index}/role", "must be 1 to 32 characters")
        _check_text(turn.role, f"/turns/{index}/role", 32)
        _check_time(turn.at, f"/turns/{index}/at", now)
    if not any(normalised(turn.content).strip() for turn in session.turns):
        raise _invalid("/turns", "has only blank turns")
    _check_time(session.started_at, "/started_at", now)
    check_metadata(session.metadata, limits)
    if session.id is not None:
        _check_id(session.id, "/id")
    _check_count(session.recalled, "/recalled")


def check_query_text(text: str, limits: Limits) -> None:
    """Raise InvalidInput when a question is blank, too long or not Unicode text."""
    if not normalised(text).strip():
        raise _invalid("/query", "is empty; send the question")
    if len(text) > limits.query_chars:
        raise _invalid("/query", f"is longer than {limits.query_chars} characters; shorten the question")
    _check_text(text, "/query", limits.query_chars)


def check_metadata(metadata: Mapping[str, Json], limits: Limits) -> None:
    """Raise InvalidInput or PayloadTooLarge when metadata is no bounded, finite JSON object."""
    if not metadata:
        return
    _check_json(metadata, "/metadata", limits.metadata_depth)
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > limits.metadata_bytes:
        raise PayloadTooLarge(f"/metadata is over {limits.metadata_bytes} bytes of JSON; shorten it")


def check_reason(reason: str) -> None:
    """Raise InvalidInput when what somebody gives as his reason is blank, too long or not Unicode text."""
    if not reason.strip() or len(reason) > _LONGEST_REASON or not _is_text(reason):
        message = f"must say why, in 1 to {_LONGEST_REASON} characters"
        raise InvalidInput(f"/reason {message}", errors=[FieldError("/reason", message)])


def _check_json(value: object, pointer: str, depth: int) -> None:
    if depth < 0:
        raise _invalid(pointer, "is nested too deeply")
    if isinstance(value, str):
        _check_text(value, pointer, None)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise _invalid(pointer, "has a key that is not a string")
            _check_text(key, pointer, None)
            _check_json(item, f"{pointer}/{key}", depth - 1)
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            _check_json(item, f"{pointer}/{index}", depth - 1)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _invalid(pointer, "must be a finite number")
    elif isinstance(value, int):
        if abs(value) >= 2**63:
            raise _invalid(pointer, "must fit into 64 bits")
    elif value is not None:
        raise _invalid(pointer, "is not a JSON value")


def _check_text(text: str, pointer: str, limit: int | None, *, advice: str = "") -> None:
    if limit is not None and len(text) > limit:
        raise PayloadTooLarge(f"{pointer} has {len(text)} characters; at most {limit}{advice}")
    if "\0" in text:
        raise _invalid(pointer, "contains a NUL character; remove it")
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _invalid(pointer, "contains a lone surrogate, which is not Unicode text") from None
    if limit is not None and len(text) * _LONGEST_EXPANSION > limit and (size := len(normalised(text))) > limit:
        raise PayloadTooLarge(f"{pointer} has {size} characters in Unicode's form NFKC; at most {limit}{advice}")


def _check_id(value: str, pointer: str) -> None:
    if not 1 <= len(value) <= 256:
        raise _invalid(pointer, "must be 1 to 256 characters")
    _check_text(value, pointer, 256)


def _check_count(named: Sequence[object], pointer: str) -> None:
    if len(named) > _MOST_NAMED:
        raise _invalid(pointer, f"has {len(named)} members; at most {_MOST_NAMED}")


def _check_time(moment: datetime | None, pointer: str, now: datetime) -> None:
    if moment is None:
        return
    if moment.tzinfo is None:
        raise _invalid(pointer, "has no time zone; send an RFC 3339 time with offset")
    if moment > now + _FUTURE_TOLERANCE:
        raise _invalid(pointer, "lies more than a day in the future; check the clock or the date")


def _invalid(pointer: str, message: str) -> InvalidInput:
    return InvalidInput(f"{pointer} {message}", errors=[FieldError(pointer, message)])


def _is_text(reason: str) -> bool:
    """Return whether it can be stored: no NUL, no half of a pair of surrogates."""
    return "\0" not in reason and not any("\ud800" <= letter <= "\udfff" for letter in reason)
