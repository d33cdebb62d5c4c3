"""Reader.vector_delta of one group of keys, on every store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.notes import Key, KeyGroup, KeyKind, lexical_fields
from memsvc.domain.time import to_microseconds
from memsvc.ports.ranking import VectorDelta
from memsvc.ports.storage import Storage
from tests.support.drafts import (
    ACTOR,
    MODEL,
    SCOPE,
    T0,
    at,
    draft,
    forget,
    key,
    purge,
    put_vectors,
    store,
    unit_vector,
)

WHOLE, DRAWN = KeyGroup.WHOLE, KeyGroup.DRAWN


def fact(text: str) -> Key:
    return key(text, KeyKind.FACT)


def keyed(content: str, *keys: Key, **fields: object) -> NoteDraft:
    return replace(draft(content, **fields), keys=keys)


def delta(storage: Storage, group: KeyGroup | None, *, after: int = 0, limit: int | None = None) -> VectorDelta:
    with storage.reader(SCOPE) as reader:
        return reader.vector_delta(after, limit=limit, group=group)


def rekey(storage: Storage, sent: NoteDraft, *keys: Key) -> None:
    with storage.writer(SCOPE) as writer:
        put_vectors(writer, [replace(sent, keys=keys)])
        writer.rekey(sent.id, keys, version="v2", at=T0, actor=ACTOR)


def assert_keys(found: VectorDelta, keys: Sequence[tuple[int | None, str]]) -> None:
    """Assert that the delta has just these keys, in the order of their rows."""
    assert found.note_rows.tolist() == [row for row, _ in keys]
    wanted = np.array([unit_vector(text) for _, text in keys], np.float32).reshape(len(keys), MODEL.dimension)
    np.testing.assert_allclose(found.matrix, wanted, atol=1e-3)


def test_each_kind_is_in_one_group() -> None:
    assert sorted(kind for group in KeyGroup for kind in group.kinds) == sorted(KeyKind)
    assert WHOLE.kinds == {KeyKind.USER, KeyKind.CONTENT}
    assert KeyGroup.AMEM.kinds == {KeyKind.AMEM}


def test_own_words_are_no_drawn_words() -> None:
    keys = [key(f"text {kind}", kind) for kind in KeyKind]
    own = {KeyKind.USER, KeyKind.CONTENT, KeyKind.STATEMENT, KeyKind.AMEM}
    drawn = "\n".join(f"text {kind}" for kind in KeyKind if kind not in own)
    assert lexical_fields("green tea", (), keys) == ("green tea", "", drawn)


@pytest.mark.parametrize("kind", KeyKind)
def test_a_key_is_in_the_group_of_its_kind(storage: Storage, kind: KeyKind) -> None:
    (added,) = store(storage, keyed("a", key("text", kind)))
    for group in KeyGroup:
        assert_keys(delta(storage, group), [(added.row, "text")] if kind in group.kinds else [])


def test_a_group_has_its_keys_alone_and_both_have_all(storage: Storage) -> None:
    sent = [keyed("a", key("a"), fact("a1"), fact("a2")), keyed("b", key("b")), keyed("c", key("c"), fact("c1"))]
    a, b, c = (added.row for added in store(storage, *sent))
    assert_keys(delta(storage, WHOLE), [(a, "a"), (b, "b"), (c, "c")])
    assert_keys(delta(storage, DRAWN), [(a, "a1"), (a, "a2"), (c, "c1")])
    assert_keys(delta(storage, None), [(a, "a"), (a, "a1"), (a, "a2"), (b, "b"), (c, "c"), (c, "c1")])


def test_notes_without_such_keys_are_there_by_their_visibility(storage: Storage) -> None:
    hidden = keyed("b", key("b"))
    a, b = (added.row for added in store(storage, keyed("a", key("a")), hidden))
    forget(storage, hidden.id)
    found = delta(storage, DRAWN)
    assert (found.upto, dict(found.visible), list(found.purged)) == (3, {a: True, b: False}, [])
    assert found.matrix.shape == (0, MODEL.dimension)
    assert (found.note_rows.dtype, found.matrix.dtype) == (np.int64, np.float32)


def test_times_are_parallel_to_the_keys_of_the_group(storage: Storage) -> None:
    sent = [
        keyed("a", key("a"), event_time=at(1), ingest_time=at(2)),
        keyed("b", key("b"), fact("b1"), fact("b2"), event_time=at(3), ingest_time=at(4)),
    ]
    store(storage, *sent)
    found = delta(storage, DRAWN)
    assert found.times is not None
    assert found.times.tolist() == [[to_microseconds(at(3)), to_microseconds(at(4))]] * 2


@pytest.mark.parametrize("after", [0, 2])
def test_rekeying_brings_the_new_keys_of_each_group(storage: Storage, after: int) -> None:
    sent = keyed("a", key("a"), fact("old"))
    a, b = (added.row for added in store(storage, sent, keyed("b", key("b"))))
    rekey(storage, sent, key("a"), fact("new"), fact("newer"))
    others = [(b, "b")] if after == 0 else []
    assert_keys(delta(storage, WHOLE, after=after), [(a, "a"), *others])
    assert_keys(delta(storage, DRAWN, after=after), [(a, "new"), (a, "newer")])


def test_a_note_that_lost_its_keys_of_a_group_is_named(storage: Storage) -> None:
    sent = keyed("a", key("a"), fact("old"))
    (added,) = store(storage, sent)
    rekey(storage, sent, key("a"))
    found = delta(storage, DRAWN, after=1)
    assert (found.upto, dict(found.visible), list(found.keyless)) == (2, {added.row: True}, [added.row])
    assert_keys(found, [])


@pytest.mark.parametrize("limit", [None, 1])
def test_notes_without_keys_are_told_when_they_are_keyed_alone(storage: Storage, limit: int | None) -> None:
    plain, gone = keyed("a", key("a")), keyed("b", key("b"))
    (a, _) = (added.row for added in store(storage, plain, gone))
    assert list(delta(storage, WHOLE, limit=limit).keyless) == []
    purge(storage, gone.id)
    assert list(delta(storage, DRAWN, limit=limit).keyless) == [a]
    forget(storage, plain.id)
    assert list(delta(storage, DRAWN, after=3, limit=limit).keyless) == []


@pytest.mark.parametrize("group", KeyGroup)
@pytest.mark.parametrize("after", [0, 2])
def test_a_purge_is_told_to_each_group(storage: Storage, group: KeyGroup, after: int) -> None:
    gone = keyed("a", key("a"), fact("a1"))
    (added, _) = store(storage, gone, keyed("b", key("b")))
    purge(storage, gone.id)
    found = delta(storage, group, after=after)
    assert (found.upto, list(found.purged)) == (3, [added.row])
    assert added.row not in found.visible
    assert added.row not in found.note_rows


def test_a_limit_goes_through_as_many_entries_in_each_group(storage: Storage) -> None:
    sent = [keyed("a", key("a")), keyed("b", key("b"), fact("b1")), keyed("c", key("c"))]
    a, b, _ = (added.row for added in store(storage, *sent))
    found = delta(storage, DRAWN, limit=2)
    assert (found.upto, dict(found.visible)) == (2, {a: True, b: True})
    assert_keys(found, [(b, "b1")])


@pytest.mark.parametrize("group", KeyGroup)
def test_a_namespace_that_does_not_exist_has_no_keys(storage: Storage, group: KeyGroup) -> None:
    found = delta(storage, group)
    assert (found.upto, dict(found.visible), len(found.note_rows)) == (0, {}, 0)
