"""Export and import of what was derived: a copy has the same attributes, words, links, mentions and triples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.links import LinkType
from memsvc.domain.notes import KeyKind, Kind
from memsvc.domain.records import NoteRecord
from memsvc.domain.triples import Triple
from memsvc.errors import NotFound
from memsvc.ports.storage import Storage
from tests.contracts.test_records import COPY, export, restore_all, without_rows
from tests.support.derived import derive, evolve, link, mention, new_link
from tests.support.drafts import SCOPE, draft, forget, key, store

TEA = Attributes(("tea",), ("drink",), "About a beverage.", Method.LLM)
TRIPLE = Triple("user", "drinks", "tea", functional=True, value=2.5, unit="cups")


def fill(storage: Storage) -> list[NoteId]:
    """Store a round, a thought of it, and a neighbour that evolved from a later note."""
    drafts = [
        draft("green tea", kind=Kind.ROUND, session=SessionId("s"), position=0),
        draft("the user drinks tea", kind=Kind.THOUGHT),
        draft("a later note", session=SessionId("s"), position=1),
    ]
    store(storage, *drafts)
    first, thought, later = ids = [each.id for each in drafts]
    keys = [key("green tea"), key("green tea\ntea\ndrink\nAbout a beverage.", KeyKind.AMEM)]
    evolve(storage, first, TEA, keys, sources=[later])
    derive(storage, thought, first)
    link(storage, new_link(first, later, 0.7), new_link(thought, first, 0.25, LinkType.MANUAL))
    mention(storage, first, "tea", "user")
    with storage.writer(SCOPE) as writer:
        writer.triples.put({thought: [TRIPLE]})
    forget(storage, later)
    return ids


def test_records_have_what_was_derived(storage: Storage) -> None:
    first, thought, later = fill(storage)
    with storage.reader(SCOPE) as reader:
        records = reader.records(after_row=0, limit=9)
    assert [(each.attributes, each.mentions, each.triples) for each in records] == [
        (TEA, ("tea", "user"), ()),
        (None, (), (TRIPLE,)),
        (None, (), ()),
    ]
    assert [[(each.other, each.type) for each in record.links] for record in records] == [
        [],
        [(first, LinkType.MANUAL)],
        [(first, LinkType.ENTITY)],
    ]
    assert [record.derivations for record in records] == [
        (),
        (Derivation(thought, first, Role.THOUGHT),),
        (Derivation(first, later, Role.EVOLUTION),),
    ]


def test_a_copy_has_the_same_records(storage: Storage) -> None:
    fill(storage)
    records = export(storage)
    assert restore_all(storage, records) == [True] * 3
    assert without_rows(export(storage, COPY)) == without_rows(records)


def test_a_copy_is_found_by_the_words_of_its_attributes(storage: Storage) -> None:
    first, thought, _ = fill(storage)
    restore_all(storage, export(storage))
    with storage.reader(COPY) as reader:
        rows = reader.lexical("beverage", limit=9, allowed=None)["lexical_user"].rows.tolist()
        assert [note.id for note in reader.notes_by_row(rows)] == [first]
        assert len(reader.mentions.holders(["tea"], most=9)) == 1
        assert reader.triples.get_many([thought]) == {thought: (TRIPLE,)}


@pytest.mark.parametrize("left_out", ["links", "derivations"])
def test_a_note_whose_relations_lead_nowhere_is_refused(storage: Storage, left_out: str) -> None:
    fill(storage)
    _, record, _ = [record for record, _ in export(storage)]
    bare: NoteRecord = replace(record, **{left_out: ()})
    with pytest.raises(NotFound):
        restore_all(storage, [(bare, [])])
    with storage.reader(COPY) as reader:
        assert reader.notes([record.note.id]) == []
