"""What was derived from what: one step, any number of steps, and no circles of content."""

from __future__ import annotations

import pytest

from memsvc.domain.derivations import CONTENT_ROLES, Derivation, Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict, NotFound
from memsvc.ports.storage import Storage
from tests.support.derived import derive
from tests.support.drafts import SCOPE, draft, purge, store

OTHER = Scope.of("tenant-b", "space-1")
UNKNOWN = NoteId("unknown")


def notes(storage: Storage, kinds: str) -> list[NoteId]:
    """Store a note for each letter: r is a round, t a thought."""
    drafts = [
        draft(f"note {number}", kind=Kind.THOUGHT if letter == "t" else Kind.ROUND)
        for number, letter in enumerate(kinds)
    ]
    store(storage, *drafts)
    return [each.id for each in drafts]


def rows(storage: Storage, ids: list[NoteId]) -> list[int]:
    with storage.reader(SCOPE) as reader:
        return [note.row for note in reader.notes(ids)]


def descendants(storage: Storage, *ids: NoteId, roles: frozenset[Role] = CONTENT_ROLES) -> list[NoteId]:
    with storage.reader(SCOPE) as reader:
        return reader.derivations.descendants(ids, roles=roles)


def source_rows(storage: Storage, asked: list[int]) -> list[tuple[int, int]]:
    with storage.reader(SCOPE) as reader:
        found, sources = reader.derivations.source_rows(asked)
    return list(zip(found.tolist(), sources.tolist(), strict=True))


def test_sources_and_products_are_one_step(storage: Storage) -> None:
    a, b, thought, merged = notes(storage, "rrtt")
    derive(storage, thought, a, b)
    derive(storage, merged, thought, role=Role.MERGE)
    with storage.reader(SCOPE) as reader:
        assert reader.derivations.sources([thought]) == [
            Derivation(thought, a, Role.THOUGHT),
            Derivation(thought, b, Role.THOUGHT),
        ]
        assert reader.derivations.products([thought, b]) == [
            Derivation(thought, b, Role.THOUGHT),
            Derivation(merged, thought, Role.MERGE),
        ]


def test_a_derivation_is_kept_once(storage: Storage) -> None:
    a, thought = notes(storage, "rt")
    derive(storage, thought, a, a)
    derive(storage, thought, a)
    derive(storage, thought, a, role=Role.EVOLUTION)
    with storage.reader(SCOPE) as reader:
        assert [each.role for each in reader.derivations.sources([thought])] == [Role.EVOLUTION, Role.THOUGHT]


def test_descendants_are_followed_in_the_roles_asked_for(storage: Storage) -> None:
    a, t1, t2, merged, evolved = notes(storage, "rtttr")
    derive(storage, t1, a)
    derive(storage, t2, a)
    derive(storage, merged, t1, t2, role=Role.MERGE)
    derive(storage, evolved, merged, role=Role.EVOLUTION)
    assert descendants(storage, a) == [t1, t2, merged]
    assert descendants(storage, a, roles=frozenset(Role)) == [t1, t2, merged, evolved]
    assert descendants(storage, t1, a) == [t1, t2, merged]
    assert descendants(storage, a, roles=frozenset({Role.THOUGHT})) == [t1, t2]


def test_a_thought_leads_down_to_its_rounds(storage: Storage) -> None:
    a, b, c, t1, t2, merged = ids = notes(storage, "rrrttt")
    derive(storage, t1, a, b)
    derive(storage, t2, b, c)
    derive(storage, merged, t1, t2, role=Role.MERGE)
    derive(storage, merged, c, role=Role.EVOLUTION)
    row = dict(zip(ids, rows(storage, ids), strict=True))
    found = source_rows(storage, [row[merged], row[t1], row[a]])
    assert found == [(row[t1], row[a]), (row[t1], row[b])] + [(row[merged], row[each]) for each in (a, b, c)]
    assert source_rows(storage, []) == []


@pytest.mark.parametrize("role", Role)
def test_a_note_cannot_derive_from_itself(storage: Storage, role: Role) -> None:
    (thought,) = notes(storage, "t")
    with pytest.raises(Conflict, match="itself"):
        derive(storage, thought, thought, role=role)


def test_content_cannot_go_in_a_circle(storage: Storage) -> None:
    a, b, c = notes(storage, "ttt")
    derive(storage, b, a)
    derive(storage, c, b, role=Role.MERGE)
    with pytest.raises(Conflict, match="made from"):
        derive(storage, a, c)
    assert descendants(storage, a) == [b, c]


def test_a_circle_inside_one_call_stores_nothing(storage: Storage) -> None:
    a, b = notes(storage, "tt")
    circle = [Derivation(a, b, Role.MERGE), Derivation(b, a, Role.THOUGHT)]
    with pytest.raises(Conflict), storage.writer(SCOPE) as writer:
        writer.derivations.add(circle)
    assert descendants(storage, a, b) == []


def test_attributes_may_evolve_from_one_another(storage: Storage) -> None:
    a, b = notes(storage, "rr")
    derive(storage, a, b, role=Role.EVOLUTION)
    derive(storage, b, a, role=Role.EVOLUTION)
    assert descendants(storage, a, roles=frozenset({Role.EVOLUTION})) == [a, b]


def test_unknown_notes_give_nothing_and_cannot_be_named(storage: Storage) -> None:
    with storage.reader(SCOPE) as reader:
        assert reader.derivations.sources([UNKNOWN]) == reader.derivations.products([UNKNOWN]) == []
        assert reader.derivations.source_rows([1])[0].tolist() == []
    (a,) = notes(storage, "t")
    assert descendants(storage, UNKNOWN) == []
    assert source_rows(storage, [99]) == []
    with pytest.raises(NotFound, match="unknown"):
        derive(storage, a, UNKNOWN)


def test_notes_of_another_tenant_cannot_be_sources(storage: Storage) -> None:
    (a,) = notes(storage, "t")
    theirs = draft("theirs")
    store(storage, theirs, scope=OTHER)
    with pytest.raises(NotFound):
        derive(storage, a, theirs.id)


def test_an_erased_note_is_in_no_derivation(storage: Storage) -> None:
    a, gone, kept = notes(storage, "rtt")
    derive(storage, gone, a)
    derive(storage, kept, a)
    purge(storage, gone)
    with storage.reader(SCOPE) as reader:
        assert [each.note for each in reader.derivations.products([a])] == [kept]
