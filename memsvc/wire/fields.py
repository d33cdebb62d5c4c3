"""Bounded field types: every string, number and time that a client sends goes through one of these."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError

from memsvc.wire.json_bounds import check_filter, check_object, check_text

__all__ = [
    "MAX_CONTENT_CHARS",
    "NAME_PATTERN",
    "Content",
    "Filter",
    "Instant",
    "Metadata",
    "Name",
    "Principal",
    "Question",
    "Reason",
    "Role",
    "Utterance",
]

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}$"
MAX_CONTENT_CHARS = 10_000_000
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _encodable(value: object) -> object:
    """Refuse lone surrogates by name; pydantic's own message does not say what is wrong."""
    if isinstance(value, str):
        check_text(value)
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "must not be empty or only white space")
    return value


def _rfc3339(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise PydanticCustomError("time", "must be an RFC 3339 time with an offset such as 2024-05-01T12:00:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("time", "must have an offset or time zone; write datetime(..., tzinfo=UTC)")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time", "must lie in the years 1 to 9999 of UTC") from None


Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME_PATTERN), BeforeValidator(_encodable)]
Role: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=32), BeforeValidator(_encodable), AfterValidator(_not_blank)
]
Utterance: TypeAlias = Annotated[str, StringConstraints(max_length=MAX_CONTENT_CHARS), BeforeValidator(_encodable)]
Content: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_CONTENT_CHARS),
    BeforeValidator(_encodable),
    AfterValidator(_not_blank),
]
Question: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=32_000),
    BeforeValidator(_encodable),
    AfterValidator(_not_blank),
]
Reason: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=500), BeforeValidator(_encodable), AfterValidator(_not_blank)
]
Principal: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=256), BeforeValidator(_encodable), AfterValidator(_not_blank)
]
Instant: TypeAlias = Annotated[datetime, BeforeValidator(_rfc3339), AfterValidator(_in_utc)]
Metadata: TypeAlias = Annotated[
    dict[str, JsonValue],
    AfterValidator(check_object),
    Field(description="Any JSON object of at most 16 KiB and 8 levels; numbers finite and within 64 bits."),
]
Filter: TypeAlias = Annotated[
    dict[str, JsonValue],
    AfterValidator(check_filter),
    Field(
        description='A condition such as {"field": "metadata.tag", "op": "eq", "value": "a"}, {"and": [...]}, '
        '{"or": [...]} or {"not": {...}}; see docs/api.md.',
        json_schema_extra={"examples": [{"field": "metadata.tag", "op": "eq", "value": "a"}]},
    ),
]
