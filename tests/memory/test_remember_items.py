"""Single notes: outcomes, duplicates, supersession, a failing embedder, idempotency."""

from __future__ import annotations

import json

import pytest

from memsvc.domain.drafts import NewItem, Outcome, OutcomeStatus
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.notes import Kind, Origin, Status
from memsvc.domain.recall import Mode, RecallQuery
from memsvc.domain.receipts import Actor, Idempotency
from memsvc.errors import EmbedderMismatch, EmbedderUnavailable, IdempotencyMismatch
from memsvc_agents.embed.hashing import HashingEmbedder
from tests.memory.conftest import ACTOR, SCOPE, World


def note_id(outcome: Outcome) -> NoteId:
    assert outcome.note is not None
    return outcome.note


def test_each_item_has_its_own_outcome(world: World) -> None:
    items = [NewItem("I like tea."), NewItem(" "), NewItem("I like tea."), NewItem("nul \0")]
    outcomes = world.service.remember(SCOPE, items, actor=ACTOR).outcomes
    assert [o.status for o in outcomes] == ["created", "failed", "duplicate", "failed"]
    assert outcomes[2].note == outcomes[0].note
    assert outcomes[3].error is not None
    assert "NUL" in outcomes[3].error.detail


def test_five_adds_of_a_fact_are_one_note_and_one_embedding(world: World) -> None:
    statuses = [
        world.service.remember(SCOPE, [NewItem("I like tea.")], actor=ACTOR).outcomes[0].status for _ in range(5)
    ]
    assert statuses == ["created"] + ["duplicate"] * 4
    assert world.embedder.texts == ["I like tea."]


def test_a_text_known_under_another_kind_is_not_embedded_again(world: World) -> None:
    world.service.remember(SCOPE, [NewItem("I like tea.")], actor=ACTOR)
    world.service.remember(SCOPE, [NewItem("I like tea.", kind=Kind.DOCUMENT)], actor=ACTOR)
    assert world.embedder.texts == ["I like tea."]


def test_origin_is_stamped_and_never_raised(world: World) -> None:
    tool = Actor("tool", ceiling=Origin.TOOL_EXTERNAL)
    items = [NewItem("a", origin=Origin.DIRECT_USER), NewItem("b", origin=Origin.UNTRUSTED_DOCUMENT)]
    outcomes = world.service.remember(SCOPE, items, actor=tool).outcomes
    notes = [world.service.note(SCOPE, note_id(o)) for o in outcomes]
    assert [(n.origin, n.trust) for n in notes] == [
        (Origin.TOOL_EXTERNAL, 0.4),
        (Origin.UNTRUSTED_DOCUMENT, 0.2),
    ]


def test_superseding_closes_the_old_note_at_the_new_ones_event_time(world: World) -> None:
    old = note_id(world.service.remember(SCOPE, [NewItem("I live in Rome.")], actor=ACTOR).outcomes[0])
    moved = world.clock.forward(days=3)
    new = note_id(
        world.service.remember(SCOPE, [NewItem("I live in Oslo.", supersedes=old)], actor=ACTOR).outcomes[0]
    )
    note = world.service.note(SCOPE, old)
    assert (note.status, note.superseded_by, note.valid_to, note.expired_at) == (
        Status.SUPERSEDED,
        new,
        moved,
        moved,
    )
    hits = world.service.recall(SCOPE, RecallQuery("where do I live")).hits
    assert [hit.note.id for hit in hits] == [new]


def test_superseding_what_is_not_there_fails_that_item_alone(world: World) -> None:
    items = [NewItem("a", supersedes=NoteId("0" * 36)), NewItem("b")]
    outcomes = world.service.remember(SCOPE, items, actor=ACTOR).outcomes
    assert [o.status for o in outcomes] == ["failed", "created"]
    assert outcomes[0].error is not None
    assert outcomes[0].error.code == "not-found"


def test_a_note_may_belong_to_a_session(world: World) -> None:
    item = NewItem("a", session=SessionId("s"))
    made = note_id(world.service.remember(SCOPE, [item], actor=ACTOR).outcomes[0])
    session, notes = world.service.session(SCOPE, SessionId("s"))
    assert (session.turn_count, [n.id for n in notes]) == (0, [made])


def test_a_failing_embedder_loses_nothing(world: World) -> None:
    world.embedder.broken = True
    outcome = world.service.remember(SCOPE, [NewItem("The wifi password is swordfish")], actor=ACTOR).outcomes[0]
    assert (outcome.status, outcome.degraded) == (OutcomeStatus.CREATED, ("embedding",))
    result = world.service.recall(SCOPE, RecallQuery("wifi password"))
    assert [hit.note.id for hit in result.hits] == [outcome.note]
    assert [reason.split(":")[0] for reason in result.degraded] == ["dense"]
    with pytest.raises(EmbedderUnavailable):
        world.service.recall(SCOPE, RecallQuery("wifi password", mode=Mode.DENSE))


def test_another_embedder_is_refused_with_nothing_stored(world: World) -> None:
    world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR)
    object.__setattr__(world.context, "embedder", HashingEmbedder(32))
    with pytest.raises(EmbedderMismatch):
        world.service.remember(SCOPE, [NewItem("b")], actor=ACTOR)
    with pytest.raises(EmbedderMismatch):
        world.service.recall(SCOPE, RecallQuery("a"))
    with world.storage.reader(SCOPE) as reader:
        assert reader.stats().notes == {Status.ACTIVE: 1}


def render(outcomes: tuple[Outcome, ...]) -> bytes:
    return json.dumps([o.note for o in outcomes]).encode()


def test_an_idempotency_key_makes_one_effect_and_one_answer(world: World) -> None:
    first = Idempotency("key-1", "hash-1", render)
    made = world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR, idempotency=first)
    again = world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR, idempotency=first)
    assert (made.replayed, again.replayed) == (None, render(made.outcomes))
    with pytest.raises(IdempotencyMismatch):
        world.service.remember(
            SCOPE, [NewItem("b")], actor=ACTOR, idempotency=Idempotency("key-1", "hash-2", render)
        )
    with world.storage.reader(SCOPE) as reader:
        assert reader.stats().notes == {Status.ACTIVE: 1}


def test_after_many_changes_a_save_of_the_index_is_queued_once(world: World) -> None:
    for number in range(20):
        world.service.remember(SCOPE, [NewItem(f"fact {number}")], actor=ACTOR)
    jobs = world.storage.jobs.list(SCOPE.tenant, status=None, limit=10)
    assert [job.kind for job in jobs] == ["index.save"]
