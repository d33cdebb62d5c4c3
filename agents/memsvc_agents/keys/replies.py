"""From a model's JSON to the value of a slot; whatever is not of the form raises ValueError."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from memsvc.ports.extraction import Event

__all__ = ["read_events", "read_text", "read_texts"]

_LONGEST = 2_000
_MOST = 100


def read_text(value: object) -> str:
    """Return a text on one line; it may be empty."""
    if not isinstance(value, str):
        raise ValueError(f"expected a text, not {type(value).__name__}")
    text = " ".join(value.split())
    if len(text) > _LONGEST:
        raise ValueError(f"a text of {len(text)} characters is too long")
    # Half a surrogate pair can be neither stored nor embedded.
    text.encode()
    return text


def read_texts(value: object) -> tuple[str, ...]:
    """Return the texts that are not blank, each once."""
    return tuple(dict.fromkeys(text for text in map(read_text, _items(value)) if text))


def read_events(value: object) -> tuple[Event, ...]:
    """Return the events; a day is YYYY/MM/DD or YYYY-MM-DD."""
    return tuple(dict.fromkeys(_event(item) for item in _items(value)))


def _items(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, not {type(value).__name__}")
    if len(value) > _MOST:
        raise ValueError(f"a list of {len(value)} is too long")
    return value


def _event(value: object) -> Event:
    if not isinstance(value, Mapping):
        raise ValueError(f"expected an event, not {type(value).__name__}")
    start, end = (_day(value.get(name)) for name in ("start", "end"))
    text = read_text(value.get("text"))
    if end < start or not text:
        raise ValueError("an event needs a text and must not end before it starts")
    return Event(start, end, text)


def _day(value: object) -> date:
    return date.fromisoformat(read_text(value).replace("/", "-"))
