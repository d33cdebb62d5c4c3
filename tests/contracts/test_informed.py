"""Derivations of role informed: what was read by whoever wrote a note. They say whom to trust, not who repeats."""

from __future__ import annotations

import pytest

from memsvc.domain.derivations import CONTENT_ROLES, Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind
from memsvc.errors import Conflict, NotFound
from memsvc.ports.storage import Storage
from tests.support.derived import derive
from tests.support.drafts import SCOPE, draft, forget, purge, store

UNKNOWN = NoteId("018df9e2-0000-7000-8000-000000000000")


def sources(storage: Storage, *notes: NoteId) -> list[Derivation]:
    with storage.reader(SCOPE) as reader:
        return reader.derivations.sources(notes)


def test_the_parents_of_a_draft_are_what_its_writer_had_read(storage: Storage) -> None:
    first, second = draft("first"), draft("second")
    store(storage, first)
    later = draft("later", parents=(first.id, second.id, first.id))
    store(storage, second, later)
    assert sources(storage, later.id, second.id) == [
        Derivation(later.id, first.id, Role.INFORMED),
        Derivation(later.id, second.id, Role.INFORMED),
    ]


def test_a_duplicate_gets_no_parents(storage: Storage) -> None:
    parent, kept = draft("parent"), draft("said twice")
    store(storage, parent, kept)
    again = draft("said twice", parents=(parent.id,))
    store(storage, again)
    assert sources(storage, kept.id, again.id) == []


def test_a_draft_with_an_unknown_parent_is_not_stored(storage: Storage) -> None:
    with pytest.raises(NotFound, match="nothing was stored"):
        store(storage, draft("first"), draft("second", parents=(UNKNOWN,)))
    with storage.reader(SCOPE) as reader:
        assert reader.size() == 0


def test_a_draft_cannot_be_its_own_parent(storage: Storage) -> None:
    note = draft("a")
    with pytest.raises(Conflict, match="itself"):
        store(storage, draft("b", id=note.id, parents=(note.id,)))


def test_a_hidden_note_can_be_a_parent(storage: Storage) -> None:
    parent = draft("parent")
    store(storage, parent)
    forget(storage, parent.id)
    child = draft("child", parents=(parent.id,))
    store(storage, child)
    assert sources(storage, child.id) == [Derivation(child.id, parent.id, Role.INFORMED)]


def test_what_was_read_is_followed_only_when_asked_for(storage: Storage) -> None:
    parent = draft("parent")
    store(storage, parent)
    child = draft("child", parents=(parent.id,))
    thought = draft("thought", kind=Kind.THOUGHT)
    store(storage, child, thought)
    derive(storage, thought.id, child.id)
    with storage.reader(SCOPE) as reader:
        kept = reader.derivations
        assert kept.descendants([parent.id], roles=frozenset(Role)) == [child.id, thought.id]
        assert kept.descendants([parent.id], roles={Role.INFORMED}) == [child.id]
        assert kept.descendants([parent.id], roles=CONTENT_ROLES) == []


def test_a_thought_leads_to_no_note_that_was_only_read(storage: Storage) -> None:
    spoken, read = draft("spoken"), draft("read")
    store(storage, spoken, read)
    thought = draft("thought", kind=Kind.THOUGHT, parents=(read.id,))
    store(storage, thought)
    derive(storage, thought.id, spoken.id)
    with storage.reader(SCOPE) as reader:
        (said,) = reader.notes([spoken.id])
        (made,) = reader.notes([thought.id])
        rows, found = reader.derivations.source_rows([made.row])
    assert (rows.tolist(), found.tolist()) == ([made.row], [said.row])


def test_notes_may_have_read_one_another(storage: Storage) -> None:
    a, b = draft("a"), draft("b")
    store(storage, a, b)
    derive(storage, a.id, b.id, role=Role.INFORMED)
    derive(storage, b.id, a.id, role=Role.INFORMED)
    with storage.reader(SCOPE) as reader:
        assert reader.derivations.descendants([a.id], roles={Role.INFORMED}) == [a.id, b.id]


def test_a_purge_leaves_what_was_only_informed(storage: Storage) -> None:
    parent = draft("parent")
    store(storage, parent)
    child = draft("child", parents=(parent.id,))
    store(storage, child)
    assert purge(storage, parent.id).notes == 1
    with storage.reader(SCOPE) as reader:
        assert [note.id for note in reader.notes([parent.id, child.id])] == [child.id]
    assert sources(storage, child.id) == []
