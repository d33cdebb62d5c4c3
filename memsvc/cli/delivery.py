"""Sending the entries of a file, and counting what became of them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import TYPE_CHECKING

from memsvc.cli.failures import BAD_INPUT, FAILURE
from memsvc.cli.formats.entries import Entry, Place, Refused
from memsvc.errors import InvalidInput, PayloadTooLarge, error_class
from memsvc.wire import IngestOutcome, NewItem, NewSession, Outcome

if TYPE_CHECKING:
    from memsvc.client import Client

__all__ = ["Tally", "deliver"]

_ITEMS_PER_CALL = 100
_LISTED = 20


@dataclass
class Tally:
    """What became of the entries; `problems` holds the first of those that were not stored."""

    sessions: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    exit_code: int = 0
    problems: list[Refused] = field(default_factory=list)

    def refuse(self, refusal: Refused) -> None:
        self.refused += 1
        if len(self.problems) < _LISTED:
            self.problems.append(refusal)
        kind = error_class(refusal.code, 422)
        bad_input = issubclass(kind, InvalidInput | PayloadTooLarge)
        self.exit_code = BAD_INPUT if bad_input and self.exit_code != FAILURE else FAILURE

    def count(self, entry: Entry, outcome: IngestOutcome | Outcome) -> None:
        if isinstance(outcome, Outcome):
            self.notes[outcome.status] += 1
            parts: tuple[Outcome, ...] = ()
        else:
            self.sessions[outcome.status] += 1
            self.notes.update(each.status for each in outcome.rounds)
            parts = outcome.rounds
        for part in (outcome, *parts):
            if part.status in ("failed", "blocked") and part.error is not None:
                self.refuse(Refused(entry.place, part.error.code, part.error.detail))


def deliver(
    client: Client,
    places: Iterable[Place],
    tally: Tally,
    *,
    namespace: str,
    advance: Callable[[Place], None],
) -> None:
    """Store every entry in order, in batches; a wrong one does not stop the others.

    The tally is right at every moment, so also when the service fails half-way.
    """
    entries = _accepted(places, tally, advance)
    for (target, kind), group in groupby(entries, key=lambda e: (e.namespace or namespace, type(e.payload))):
        there = client.using(namespace=target)
        send = _sessions if kind is NewSession else _items
        for entry, outcome in send(there, group):
            tally.count(entry, outcome)
            advance(entry)


def _accepted(places: Iterable[Place], tally: Tally, advance: Callable[[Place], None]) -> Iterator[Entry]:
    for place in places:
        if isinstance(place, Refused):
            tally.refuse(place)
            advance(place)
        else:
            yield place


def _sessions(client: Client, entries: Iterable[Entry]) -> Iterator[tuple[Entry, IngestOutcome]]:
    waiting: deque[Entry] = deque()

    def payloads() -> Iterator[NewSession]:
        for entry in entries:
            waiting.append(entry)
            assert isinstance(entry.payload, NewSession)
            yield entry.payload

    for outcome in client.ingest(payloads()):
        yield waiting.popleft(), outcome


def _items(client: Client, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Outcome]]:
    stream = iter(entries)
    while batch := list(islice(stream, _ITEMS_PER_CALL)):
        items = [entry.payload for entry in batch if isinstance(entry.payload, NewItem)]
        yield from zip(batch, client.remember_items(items), strict=True)
