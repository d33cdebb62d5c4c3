"""Keys of another version: rows, words and vectors follow, on every store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memsvc.domain.notes import Key, KeyKind, Status
from memsvc.ports.storage import Storage
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, at, draft, forget, key, put_vectors, sha256, store


def fact(text: str) -> Key:
    return key(text, KeyKind.FACT)


def rekey(storage: Storage, note, *keys: Key, version: str | None = "v2") -> None:
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [draft("x", keys=[k.text for k in keys])] if keys else [])
        writer.rekey(note, list(keys), version=version, at=T0, actor=ACTOR)


def found(storage: Storage, text: str) -> list[int]:
    with storage.reader(SCOPE) as reader:
        return reader.lexical(text, limit=9, allowed=None)["lexical_user"].rows.tolist()


def test_words_of_a_drawn_key_find_the_note(storage: Storage) -> None:
    (added,) = store(storage, draft("green tea", keys=["green tea"]))
    assert found(storage, "beverage") == []
    with storage.reader(SCOPE) as reader:
        note = reader.notes_by_row([added.row])[0]
    rekey(storage, note.id, key("green tea"), fact("The user likes a beverage"))
    assert found(storage, "beverage") == [added.row]
    assert found(storage, "tea") == [added.row]


def test_words_of_a_drawn_key_go_with_it(storage: Storage) -> None:
    sent = draft("green tea", keys=["green tea"])
    store(storage, sent)
    rekey(storage, sent.id, fact("beverage"))
    rekey(storage, sent.id, key("green tea"), version="v3")
    assert found(storage, "beverage") == []


def test_drafts_are_found_by_the_words_of_their_drawn_keys(storage: Storage) -> None:
    tea = replace(draft("green tea"), keys=(key("green tea"), fact("beverage")))
    rows = [added.row for added in store(storage, tea, draft("coffee"))]
    assert found(storage, "beverage") == rows[:1]


def test_scores_after_a_rekey_are_those_of_a_note_stored_so(storage: Storage) -> None:
    keys = (key("green tea"), fact("beverage of leaves"))
    rekeyed, stored = draft("green tea", keys=["green tea"]), replace(draft("green  tea"), keys=keys)
    store(storage, rekeyed, stored, draft("black coffee"))
    rekey(storage, rekeyed.id, *keys)
    with storage.reader(SCOPE) as reader:
        scores = reader.lexical("beverage tea", limit=9, allowed=None)["lexical_user"].scores.tolist()
    assert scores[0] == scores[1]


def test_words_that_the_note_has_already_are_not_counted_again(storage: Storage) -> None:
    plain, repeating = draft("green tea"), replace(draft("green  tea"), keys=(key("green tea"), fact("Green tea")))
    store(storage, plain, repeating, draft("black coffee"))
    with storage.reader(SCOPE) as reader:
        scores = reader.lexical("tea", limit=9, allowed=None)["lexical_user"].scores.tolist()
    assert scores[0] == scores[1]


def test_a_vector_that_only_old_keys_had_is_deleted(storage: Storage) -> None:
    one, two = draft("a", keys=["shared", "own"]), draft("b", keys=["shared"])
    store(storage, one, two)
    rekey(storage, one.id, key("new"))
    with storage.reader(SCOPE) as reader:
        kept = reader.vectors.get_many(MODEL, [sha256(text) for text in ("shared", "own", "new")])
    assert kept.keys() == {sha256("shared"), sha256("new")}


def test_a_note_without_words_can_be_rekeyed(storage: Storage) -> None:
    (added,) = store(storage, sent := draft("the"))
    rekey(storage, sent.id, fact("beverage"))
    assert found(storage, "beverage") == [added.row]


def test_a_hidden_note_is_rekeyed_and_stays_hidden(storage: Storage) -> None:
    store(storage, sent := draft("tea"))
    forget(storage, sent.id)
    rekey(storage, sent.id, fact("beverage"))
    assert found(storage, "beverage") == []
    with storage.reader(SCOPE) as reader:
        assert [note.status for note in reader.notes([sent.id])] == [Status.FORGOTTEN]


def test_notes_keyed_otherwise_are_those_of_another_version_or_none(storage: Storage) -> None:
    sent = [draft("a", key_version="v1"), draft("b", key_version="v2"), draft("c")]
    rows = [added.row for added in store(storage, *sent)]
    with storage.reader(SCOPE) as reader:
        assert [note.id for note in reader.keyed_otherwise("v2", after_row=0, limit=9)] == [sent[0].id, sent[2].id]
        assert [note.row for note in reader.keyed_otherwise("v2", after_row=rows[0], limit=9)] == [rows[2]]
        assert [note.row for note in reader.keyed_otherwise("v2", after_row=0, limit=1)] == [rows[0]]
        assert reader.count_keyed_otherwise("v2") == 2


def test_a_rekeyed_note_has_the_new_version(storage: Storage) -> None:
    store(storage, sent := draft("a", key_version="v1"))
    rekey(storage, sent.id, key("a"), version="v2")
    with storage.reader(SCOPE) as reader:
        assert [record.key_version for record in reader.records(after_row=0, limit=9)] == ["v2"]
        assert reader.count_keyed_otherwise("v2") == 0


@pytest.mark.parametrize("end", [at(5), at(86400)])
def test_an_event_keeps_its_times(storage: Storage, end) -> None:
    store(storage, sent := draft("a"))
    event = Key(KeyKind.EVENT, sha256("a party"), text="a party", event_start=at(5), event_end=end)
    rekey(storage, sent.id, event)
    with storage.reader(SCOPE) as reader:
        assert reader.keys(sent.id) == [event]
