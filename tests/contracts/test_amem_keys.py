"""What an index asks before it is opened for A-MEM's keys, and how many notes there are."""

from __future__ import annotations

from memsvc.domain.attributes import Attributes
from memsvc.domain.notes import KeyGroup, KeyKind
from memsvc.ports.storage import Storage
from tests.support.derived import evolve
from tests.support.drafts import SCOPE, draft, forget, key, purge, store

TEA = Attributes(("tea",))
AMEM = key("green tea\ntea", KeyKind.AMEM)


def may_have(storage: Storage) -> bool:
    with storage.reader(SCOPE) as reader:
        return reader.may_have(KeyGroup.AMEM)


def size(storage: Storage) -> int:
    with storage.reader(SCOPE) as reader:
        return reader.size()


def test_a_namespace_may_have_keys_of_a_mem_once_a_note_has_attributes(storage: Storage) -> None:
    sent = draft("green tea")
    assert not may_have(storage)
    store(storage, sent)
    assert not may_have(storage)
    evolve(storage, sent.id, TEA, [key("green tea"), AMEM])
    assert may_have(storage)
    purge(storage, sent.id)
    assert not may_have(storage)


def test_every_note_counts_until_it_is_purged(storage: Storage) -> None:
    sent = [draft("green tea"), draft("black tea")]
    assert size(storage) == 0
    store(storage, *sent)
    forget(storage, sent[0].id)
    assert size(storage) == 2
    purge(storage, sent[0].id)
    assert size(storage) == 1
