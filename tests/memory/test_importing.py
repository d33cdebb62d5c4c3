"""How far an imported note is believed: whatever its line says, no further than who imports it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.guarding import Assessment, Decision, Ledgers, Review, Stage, Verdict
from memsvc.domain.notes import Note, Origin, OriginSpan, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.records import NoteRecord
from memsvc.domain.scope import Scope
from tests.memory.conftest import ACTOR, SCOPE, World

THERE = Scope.of("acme", "there")
USER, TOOL, DOCUMENT = Origin.DIRECT_USER, Origin.TOOL_EXTERNAL, Origin.UNTRUSTED_DOCUMENT
AT = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = (OriginSpan(0, 8, USER), OriginSpan(8, 16, TOOL))


def exported(world: World, **note: object) -> NoteRecord:
    world.service.remember(SCOPE, [NewItem("he said: tea is blue")], actor=ACTOR)
    ((record, _),) = world.service.export_notes(SCOPE, last_session=0)
    return replace(record, note=record.note._replace(**note))  # type: ignore[arg-type]


def imported(world: World, record: NoteRecord, *, actor: Actor) -> Note:
    world.service.import_note(THERE, record, (), actor=actor)
    return world.service.note(THERE, record.note.id)


def test_an_imported_note_is_of_who_imports_it(world: World) -> None:
    note = imported(world, exported(world, principal="key:victim"), actor=Actor("key:importer"))
    assert (note.principal, note.origin, note.status) == ("key:importer", USER, Status.ACTIVE)


def test_parts_are_lowered_where_the_note_says_no_more_than_the_importer_may(world: World) -> None:
    record = exported(world, origin=TOOL, trust=0.4, origins=PARTS, principal="key:victim")
    note = imported(world, record, actor=Actor("key:tool", TOOL))
    assert [part.origin for part in note.origins] == [TOOL, TOOL]
    assert (note.principal, note.trust) == ("key:tool", 0.4)


def test_a_note_is_of_no_better_origin_than_its_parts(world: World) -> None:
    record = exported(world, origins=(PARTS[0], OriginSpan(8, 16, DOCUMENT)))
    note = imported(world, record, actor=Actor("key:importer"))
    assert (note.origin, note.trust, note.status) == (DOCUMENT, 0.2, Status.LIMITED)


@pytest.mark.parametrize(
    "said",
    [{}, {"origin": TOOL, "trust": 0.4}, {"status": Status.FORGOTTEN}, {"status": Status.SUPERSEDED}],
    ids=["lowered", "as low", "forgotten", "superseded"],
)
def test_no_release_or_probe_of_elsewhere_spares_an_untrusted_import_the_scan(
    world: World, said: dict[str, object]
) -> None:
    record = _acquitted(exported(world, **said))
    imported(world, record, actor=Actor("key:tool", TOOL))
    explained = world.service.explain(THERE, record.note.id)
    assert (explained.review, [each.stage for each in explained.assessments]) == (None, [Stage.WRITE])


def test_who_may_tell_what_the_user_says_may_restore_reviews(world: World) -> None:
    record = _acquitted(exported(world))
    imported(world, record, actor=Actor("key:operator"))
    explained = world.service.explain(THERE, record.note.id)
    assert explained.review == record.review
    assert len(explained.assessments) == 2


def _acquitted(record: NoteRecord) -> NoteRecord:
    review = Review(Decision.RELEASED, AT, "key:victim", "harmless")
    found = [Assessment(each, Verdict.ALLOW, Ledgers(0, 0, 0), (), AT, "m") for each in (Stage.WRITE, Stage.SCAN)]
    return replace(record, assessments=tuple(found), review=review)
