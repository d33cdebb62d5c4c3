"""What follows the commit of an erasure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.jobs import JobStatus
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import StorageBusy
from memsvc.memory.purge import finish_erasure
from memsvc.memory.rekeying import key_notes
from memsvc.ports.retrieval import Passage

SCOPE = Scope.of("acme", "alice")
ACTOR = Actor("tester")


def busy() -> None:
    raise StorageBusy("busy")


@pytest.mark.parametrize("whole", [False, True], ids=["notes", "namespace"])
def test_a_busy_database_leaves_the_end_to_a_job(world, monkeypatch, whole):
    note = world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR).outcomes[0].note
    monkeypatch.setattr(type(world.storage), "compact", lambda self: busy())
    if whole:
        receipt = world.service.purge_namespace(SCOPE, actor=ACTOR)
    else:
        receipt = world.service.purge(SCOPE, [note], actor=ACTOR)
    waiting = world.storage.jobs.list(SCOPE.tenant, status=JobStatus.QUEUED, limit=9)
    assert (receipt.notes_erased, receipt.compacted) == (1, False)
    assert "erase.finish" in [job.kind for job in waiting]


@pytest.mark.parametrize("whole", [False, True], ids=["notes", "namespace"])
def test_index_files_are_cleaned_after_the_wait_for_readers(world, monkeypatch, whole):
    note = world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR).outcomes[0].note
    steps = []
    monkeypatch.setattr(type(world.storage), "compact", lambda self: steps.append("compact"))
    monkeypatch.setattr(type(world.context.index), "erase", lambda self, row: steps.append("erase"))
    monkeypatch.setattr(type(world.context.index), "purge", lambda self, source, state: steps.append("purge"))
    if whole:
        world.service.purge_namespace(SCOPE, actor=ACTOR)
    else:
        world.service.purge(SCOPE, [note], actor=ACTOR)
    assert steps == ["compact", "erase" if whole else "purge"]


def test_keying_late_stores_no_vector_of_a_note_that_is_gone(world):
    world.embedder.broken = True
    sent = [NewItem("stays"), NewItem("goes")]
    stays, goes = (o.note for o in world.service.remember(SCOPE, sent, actor=ACTOR).outcomes)
    world.embedder.broken = False
    embed = type(world.embedder).embed

    def purge_meanwhile(texts):
        vectors = embed(world.embedder, texts)
        world.service.purge(SCOPE, [goes], actor=ACTOR)
        return vectors

    world.embedder.embed = purge_meanwhile
    key_notes(world.context, SCOPE, [stays, goes])
    gone = key_hashes(world, "goes")
    with world.storage.reader(SCOPE) as reader:
        assert dict(reader.vectors.get_many(world.embedder.model, gone)) == {}


def key_hashes(world, content):
    return [
        key.text_hash for key in world.context.drafter.keys(Passage(content, (), datetime(2024, 1, 1, tzinfo=UTC)))
    ]


def test_an_erasure_that_is_finished_leaves_nothing_to_do(world):
    note = world.service.remember(SCOPE, [NewItem("a")], actor=ACTOR).outcomes[0].note
    world.service.purge(SCOPE, [note], actor=ACTOR)
    assert [job.kind for job in world.storage.jobs.list(SCOPE.tenant, status=JobStatus.QUEUED, limit=9)] == []


def filled(world):
    """Store enough notes for an index in files, and return their ids."""
    sent = [NewItem(f"note {number}") for number in range(12)]
    notes = [outcome.note for outcome in world.service.remember(SCOPE, sent, actor=ACTOR).outcomes]
    world.service.index_save(SCOPE)
    return notes


def namespace_row(world):
    with world.storage.reader(SCOPE) as reader:
        return reader.state.row


def test_a_busy_index_leaves_the_end_to_a_job(world, monkeypatch):
    note, *_ = filled(world)
    monkeypatch.setattr(type(world.context.index), "purge", lambda self, source, state: busy())
    receipt = world.service.purge(SCOPE, [note], actor=ACTOR)
    waiting = world.storage.jobs.list(SCOPE.tenant, status=JobStatus.QUEUED, limit=9)
    assert (receipt.compacted, "erase.finish" in [job.kind for job in waiting]) == (False, True)


def test_a_purge_keeps_the_index_of_the_others_and_may_be_finished_again(world):
    note, *others = filled(world)
    world.service.purge(SCOPE, [note], actor=ACTOR)
    before = world.service.index_stats(SCOPE)
    finish_erasure(world.context, SCOPE, namespace_row(world))
    assert world.service.index_stats(SCOPE) == before
    assert (before.form, before.vectors, world.service.index_verify(SCOPE)) == ("flat", len(others), [])


def test_finishing_the_erasure_of_a_namespace_leaves_a_later_one_of_that_name_alone(world):
    filled(world)
    gone = namespace_row(world)
    world.service.purge_namespace(SCOPE, actor=ACTOR)
    filled(world)
    finish_erasure(world.context, SCOPE, gone)
    assert world.service.index_stats(SCOPE).form == "flat"


@pytest.mark.parametrize("whole", [False, True], ids=["notes", "namespace"])
def test_no_name_of_a_speaker_is_kept_by_the_retriever(world, monkeypatch, whole):
    said = world.service.remember(SCOPE, [NewItem("Ann: tea")], actor=ACTOR)
    forgotten = []
    monkeypatch.setattr(type(world.context.retriever), "forget", lambda self, row: forgotten.append(row))
    row = namespace_row(world)
    if whole:
        world.service.purge_namespace(SCOPE, actor=ACTOR)
    else:
        world.service.purge(SCOPE, [outcome.note for outcome in said.outcomes], actor=ACTOR)
    assert forgotten == [row]
