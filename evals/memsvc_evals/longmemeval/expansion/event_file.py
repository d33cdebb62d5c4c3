"""The official file of dated events: `[{question_id, timestamped_facts: [list | null per haystack session]}]`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from memsvc.errors import InvalidInput
from memsvc.ports.extraction import Event

__all__ = ["EventsOfQuestion", "read_event_file", "write_event_file"]

EventsOfQuestion: TypeAlias = tuple[tuple[Event, ...] | None, ...]
"""The events of each session of a haystack in order; None where the extraction failed."""


def read_event_file(path: Path) -> dict[str, EventsOfQuestion]:
    """Return the events by question id; raises InvalidInput that names the file and the place.

    As the official code does, events without a date are passed over; so are those whose date no calendar has. An
    event has one `date`; files of ours may also say in `end` when it ended.
    """
    try:
        data = json.loads(path.read_bytes())
        if not isinstance(data, list):
            raise InvalidInput(f"{path.name}: must be one JSON array, not {type(data).__name__}")
        return dict(_question(item, f"{path.name}: item {place}") for place, item in enumerate(data))
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path.name}: not valid JSON ({error}); is it cut off?") from error


def write_event_file(path: Path, events: Mapping[str, EventsOfQuestion]) -> None:
    """Write the events by question id, whole or not at all; raises InvalidInput when it cannot be written."""
    data = [
        {"question_id": question, "timestamped_facts": [_official(each) for each in of_sessions]}
        for question, of_sessions in events.items()
    ]
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(json.dumps(data), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise InvalidInput(f"cannot write {path}: {error.strerror or error}") from error


def _official(events: Sequence[Event] | None) -> list[dict[str, str]] | None:
    if events is None:
        return None
    return [
        {"date": f"{event.start:%Y/%m/%d}", "event": event.text}
        | ({"end": f"{event.end:%Y/%m/%d}"} if event.end != event.start else {})
        for event in events
    ]


def _question(item: object, where: str) -> tuple[str, EventsOfQuestion]:
    if not isinstance(item, Mapping) or not isinstance(item.get("question_id"), str):
        raise InvalidInput(f"{where}: must be an object with question_id and timestamped_facts")
    sessions = item.get("timestamped_facts")
    if not isinstance(sessions, list):
        raise InvalidInput(f"{where} ({item['question_id']}): timestamped_facts: must be a list")
    return item["question_id"], tuple(_session(each) for each in sessions)


def _session(facts: object) -> tuple[Event, ...] | None:
    if not isinstance(facts, list):
        return None
    events = (_event(fact) for fact in facts if isinstance(fact, Mapping))
    return tuple(event for event in events if event is not None)


def _event(fact: Mapping[str, Any]) -> Event | None:
    start, end = _day(fact.get("date")), _day(fact.get("end"))
    if start is None:
        return None
    return Event(start, end if end and end > start else start, str(fact.get("event", "")))


def _day(text: object) -> date | None:
    try:
        return datetime.strptime(str(text), "%Y/%m/%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
