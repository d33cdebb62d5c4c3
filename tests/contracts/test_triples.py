"""Triples: kept once per note, found by head and relation among visible notes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from memsvc.domain.ids import NoteId
from memsvc.domain.triples import Triple
from memsvc.errors import NotFound
from memsvc.ports.storage import Storage
from tests.support.drafts import SCOPE, Interrupted, draft, forget, purge, restore, store

LIVES = Triple("The Alice", "lives in", "Berlin", functional=True)
RUNS = Triple("alice", "ran", "5 km", negated=True, event=True, value=5.0, unit="km")
BOB = Triple("Bob", "lives in", "Rome")


def stored(storage: Storage, *triples: Sequence[Triple]) -> list[NoteId]:
    """Store a note for each list of triples."""
    drafts = [draft(f"thought {number}") for number in range(len(triples))]
    store(storage, *drafts)
    with storage.writer(SCOPE) as writer:
        writer.triples.put({each.id: its for each, its in zip(drafts, triples, strict=True)})
    return [each.id for each in drafts]


def test_triples_come_back_in_order(storage: Storage) -> None:
    note, other = stored(storage, [LIVES, RUNS], [BOB])
    with storage.reader(SCOPE) as reader:
        assert reader.triples.get_many([other, NoteId("unknown"), note]) == {note: (LIVES, RUNS), other: (BOB,)}


def test_a_note_without_triples_is_missing(storage: Storage) -> None:
    (note,) = stored(storage, [])
    with storage.reader(SCOPE) as reader:
        assert reader.triples.get_many([note]) == {}


def test_the_first_triples_stay(storage: Storage) -> None:
    (note,) = stored(storage, [LIVES])
    with storage.writer(SCOPE) as writer:
        writer.triples.put({note: [BOB]})
    with storage.reader(SCOPE) as reader:
        assert reader.triples.get_many([note]) == {note: (LIVES,)}


def test_relations_are_found_with_their_heads(storage: Storage) -> None:
    first, second, third = stored(storage, [LIVES, RUNS], [BOB], [LIVES])
    with storage.reader(SCOPE) as reader:
        kept = reader.triples
        assert kept.with_relation([("alice", "lives in")], limit=9) == [third, first]
        assert kept.with_relation([("alice", "ran"), ("bob", "lives in")], limit=9) == [second, first]
        assert kept.with_relation([("alice", "lives in"), ("bob", "lives in")], limit=2) == [third, second]
        assert kept.with_relation([("bob", "ran")], limit=9) == []
        assert kept.with_relation([("The Alice", "lives in")], limit=9) == []


def test_only_visible_notes_are_found(storage: Storage) -> None:
    first, second = stored(storage, [LIVES], [LIVES])
    forget(storage, second)
    with storage.reader(SCOPE) as reader:
        assert reader.triples.with_relation([("alice", "lives in")], limit=9) == [first]
        assert second in reader.triples.get_many([second])


def test_a_restored_note_is_found_again(storage: Storage) -> None:
    (note,) = stored(storage, [LIVES])
    forget(storage, note)
    restore(storage, note)
    with storage.reader(SCOPE) as reader:
        assert reader.triples.with_relation([("alice", "lives in")], limit=9) == [note]


def test_a_purged_note_leaves_no_triples(storage: Storage) -> None:
    first, second = stored(storage, [LIVES], [LIVES])
    purge(storage, first)
    with storage.reader(SCOPE) as reader:
        assert reader.triples.get_many([first]) == {}
        assert reader.triples.with_relation([("alice", "lives in")], limit=9) == [second]


def test_an_unknown_note_is_refused_and_nothing_kept(storage: Storage) -> None:
    (note,) = stored(storage, [])
    with pytest.raises(NotFound), storage.writer(SCOPE) as writer:
        writer.triples.put({note: [LIVES], NoteId("unknown"): [BOB]})
    with storage.reader(SCOPE) as reader:
        assert reader.triples.get_many([note]) == {}


def test_a_write_that_fails_keeps_no_triples(storage: Storage) -> None:
    (note,) = stored(storage, [])
    with pytest.raises(Interrupted), storage.writer(SCOPE) as writer:  # noqa: PT012
        writer.triples.put({note: [LIVES]})
        raise Interrupted
    with storage.reader(SCOPE) as reader:
        assert reader.triples.with_relation([("alice", "lives in")], limit=9) == []
