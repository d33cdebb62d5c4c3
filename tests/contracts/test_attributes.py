"""Writer.set_attributes: attributes, keys, words, version, journal and derivations in one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.attributes import Attributes, Method
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import KeyGroup, KeyKind
from memsvc.errors import Conflict, NotFound, PreconditionFailed, ServerFault
from memsvc.ports.storage import Storage
from tests.support.derived import evolve
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, draft, key, put_vectors, sha256, store

TEA = Attributes(("tea", "leaf"), ("drink",), "About a beverage.", Method.LLM)
AMEM = key("green tea\ntea, leaf\ndrink\nAbout a beverage.", KeyKind.AMEM)
PLAIN = key("green tea")


def tea(storage: Storage) -> NoteId:
    sent = draft("green tea")
    store(storage, sent, draft("black coffee"))
    return sent.id


def attributes(storage: Storage, note: NoteId) -> Attributes | None:
    with storage.reader(SCOPE) as reader:
        return reader.attributes.get_many([note, NoteId("unknown")]).get(note)


def found(storage: Storage, text: str) -> list[str]:
    with storage.reader(SCOPE) as reader:
        rows = reader.lexical(text, limit=9, allowed=None)["lexical_user"].rows
        return [note.content for note in reader.notes_by_row(rows.tolist())]


def test_attributes_are_kept_with_the_keys(storage: Storage) -> None:
    note = tea(storage)
    after = evolve(storage, note, TEA, [PLAIN, AMEM])
    assert attributes(storage, note) == TEA
    with storage.reader(SCOPE) as reader:
        assert reader.keys(note) == [PLAIN, AMEM]
        assert reader.notes([note]) == [after]
        assert reader.count_keyed_otherwise("v2") == 1
    assert after.version == 2


def test_a_note_without_attributes_has_none(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.attributes.get_many([NoteId("x")]) == {}
    assert attributes(storage, tea(storage)) is None


def test_empty_attributes_are_attributes(storage: Storage) -> None:
    note = tea(storage)
    evolve(storage, note, Attributes(), [PLAIN])
    assert attributes(storage, note) == Attributes()


def test_attributes_can_be_taken_away(storage: Storage) -> None:
    note = tea(storage)
    evolve(storage, note, TEA, [PLAIN, AMEM])
    evolve(storage, note, None, [PLAIN], operation=Operation.REVERTED)
    assert attributes(storage, note) is None
    assert found(storage, "beverage") == []
    with storage.reader(SCOPE) as reader:
        assert reader.vectors.get_many(MODEL, [AMEM.text_hash]) == {}


@pytest.mark.parametrize("word", ["leaf", "drink", "beverage"])
def test_words_of_attributes_find_the_note_and_go_with_them(storage: Storage, word: str) -> None:
    note = tea(storage)
    assert found(storage, word) == []
    evolve(storage, note, TEA, [PLAIN])
    assert found(storage, word) == ["green tea"]
    evolve(storage, note, replace(TEA, keywords=("cup",), tags=(), context=""), [PLAIN])
    assert found(storage, word) == []
    assert found(storage, "cup") == ["green tea"]


def test_words_of_attributes_survive_other_keys(storage: Storage) -> None:
    note = tea(storage)
    evolve(storage, note, TEA, [PLAIN])
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [draft("x", keys=["ceremony"])])
        writer.rekey(note, [key("ceremony", KeyKind.FACT)], version="v3", at=T0, actor=ACTOR)
    assert found(storage, "beverage") == found(storage, "ceremony") == ["green tea"]
    assert attributes(storage, note) == TEA


def test_an_amem_key_adds_no_words_of_its_own(storage: Storage) -> None:
    note = tea(storage)
    evolve(storage, note, replace(TEA, context=""), [PLAIN, AMEM])
    assert found(storage, "beverage") == []


def test_the_journal_has_every_part_before_and_after(storage: Storage) -> None:
    note = tea(storage)
    with storage.reader(SCOPE) as reader:
        (other,) = [each.id for each in reader.notes_by_row([1, 2]) if each.id != note]
    evolve(storage, note, TEA, [PLAIN, AMEM], sources=[other])
    with storage.reader(SCOPE) as reader:
        last = reader.history(note)[-1]
    assert (last.operation, last.version, last.actor, last.at) == (Operation.EVOLVED, 2, ACTOR, T0)
    assert last.patch == {
        "keywords": {"old": None, "new": ["tea", "leaf"]},
        "tags": {"old": None, "new": ["drink"]},
        "context": {"old": None, "new": "About a beverage."},
        "method": {"old": None, "new": "llm"},
        "keys": {"old": 1, "new": 2},
        "caused_by": {"old": None, "new": [other]},
    }


def test_the_note_derives_from_all_that_it_ever_evolved_from(storage: Storage) -> None:
    note = tea(storage)
    more = [draft("one"), draft("two")]
    store(storage, *more)
    evolve(storage, note, TEA, [PLAIN], sources=[more[0].id])
    evolve(storage, note, None, [PLAIN], sources=[more[1].id])
    with storage.reader(SCOPE) as reader:
        assert reader.derivations.sources([note]) == [Derivation(note, each.id, Role.EVOLUTION) for each in more]


def test_another_version_changes_nothing(storage: Storage) -> None:
    note = tea(storage)
    evolve(storage, note, TEA, [PLAIN], expected_version=1)
    with pytest.raises(PreconditionFailed, match="version 2"):
        evolve(storage, note, None, [PLAIN], expected_version=1)
    assert attributes(storage, note) == TEA


@pytest.mark.parametrize("sources", [["unknown"], ["itself"]])
def test_bad_sources_change_nothing(storage: Storage, sources: list[str]) -> None:
    note = tea(storage)
    named = [note if source == "itself" else NoteId(source) for source in sources]
    with pytest.raises(Conflict if sources == ["itself"] else NotFound):
        evolve(storage, note, TEA, [PLAIN], sources=named)
    assert attributes(storage, note) is None


def test_a_key_without_vector_changes_nothing(storage: Storage) -> None:
    note = tea(storage)
    with pytest.raises(ServerFault), storage.writer(SCOPE) as writer:
        writer.set_attributes(
            note,
            TEA,
            [AMEM],
            key_version=None,
            operation=Operation.EVOLVED,
            expected_version=None,
            at=T0,
            actor=ACTOR,
        )
    assert attributes(storage, note) is None


def test_an_unknown_note_cannot_evolve(storage: Storage) -> None:
    tea(storage)
    with pytest.raises(NotFound):
        evolve(storage, NoteId("unknown"), TEA, [])


@pytest.mark.parametrize("operation", [Operation.EVOLVED, Operation.REVERTED])
def test_an_index_gets_the_new_vectors(storage: Storage, operation: Operation) -> None:
    note = tea(storage)
    with storage.reader(SCOPE) as reader:
        before = reader.state.last_sequence if reader.state else 0
    evolve(storage, note, TEA, [PLAIN, AMEM], operation=operation)
    with storage.reader(SCOPE) as reader:
        delta = reader.vector_delta(before, group=KeyGroup.AMEM)
        (row,) = [each.row for each in reader.notes([note])]
        assert delta.note_rows.tolist() == [row]
        kept = reader.vectors.get_many(MODEL, [sha256(AMEM.text or "")])
    assert delta.matrix.tolist() == [kept[AMEM.text_hash].tolist()]
