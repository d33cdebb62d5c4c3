"""Thoughts are in the hash tables by their own hash, whatever is done with them (T2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import REHASH, JobStatus
from memsvc.domain.notes import Kind, Origin
from memsvc.domain.policies import Policy, ThoughtPolicy
from memsvc.errors import InvalidInput, NotFound
from memsvc.memory.hashing import THOUGHTS, rehash
from memsvc.memory.policy import set_policy
from memsvc.memory.rekeying import key_notes
from memsvc.ports.hashing import Epoch, Purpose
from memsvc.ports.storage import Reader
from memsvc_agents.embed.hashing import HashingEmbedder
from tests.memory.conftest import ACTOR, SCOPE, World, world

__all__ = ["world"]

WIDE = Policy(thoughts=ThoughtPolicy(groups=32, candidate_groups=8, candidate_tables=3))


def think(world: World, *texts: str) -> list[NoteId]:
    outcomes = world.service.remember(SCOPE, [NewItem(text, Kind.THOUGHT) for text in texts], actor=ACTOR).outcomes
    return [outcome.note for outcome in outcomes if outcome.note is not None]


def problems(world: World) -> list[tuple[str, str]]:
    return [(problem.kind, problem.detail) for problem in world.service.index_verify(SCOPE)]


def in_force(reader: Reader, purpose: Purpose) -> Epoch:
    epoch = reader.buckets.epoch(purpose)
    assert epoch is not None
    return epoch


def tables(world: World, note: NoteId) -> dict[Purpose, int]:
    """Return how many buckets a note is in."""
    with world.storage.reader(SCOPE) as reader:
        row = reader.notes([note])[0].row
        return {p: len(reader.buckets.codes(in_force(reader, p), [row]).get(row, ())) for p in Purpose}


def queued(world: World) -> list[str]:
    return [job.kind for job in world.storage.jobs.list(SCOPE.tenant, status=JobStatus.QUEUED, limit=99)]


def test_a_thought_is_in_one_bucket_of_each_table(world: World) -> None:
    (note,) = think(world, "Alice lives in Berlin")

    assert tables(world, note) == {Purpose.RECALL: 1, Purpose.CANDIDATES: 16}
    assert problems(world) == []


def test_its_bucket_is_its_hash(world: World) -> None:
    (note,) = think(world, "Alice lives in Berlin")
    vector = HashingEmbedder(64).embed(["Alice lives in Berlin"]).astype(np.float16).astype(np.float32)
    with world.storage.reader(SCOPE) as reader:
        epoch, row = in_force(reader, Purpose.RECALL), reader.notes([note])[0].row
        found = reader.buckets.codes(epoch, [row])[row]

    assert found == tuple(world.context.hashing.codes(epoch, vector)[0])


def test_the_table_of_recall_is_as_in_the_paper(world: World) -> None:
    think(world, "Alice lives in Berlin")
    with world.storage.reader(SCOPE) as reader:
        epoch = in_force(reader, Purpose.RECALL)

    assert (epoch.parameters.groups, epoch.parameters.hashes, epoch.parameters.tables) == (16, 1, 1)
    assert (epoch.projections[0, 0] == np.random.default_rng(0).standard_normal((64, 8))).all()


def test_other_notes_are_in_no_bucket(world: World) -> None:
    world.service.remember(SCOPE, [NewItem("a fact")], actor=ACTOR)
    with world.storage.reader(SCOPE) as reader:
        assert reader.buckets.epoch(Purpose.RECALL) is None


def test_forgetting_and_restoring_change_no_bucket(world: World) -> None:
    note, _ = think(world, "Alice lives in Berlin", "Bob likes tea")
    world.service.forget(SCOPE, note, actor=ACTOR)
    assert problems(world) == []
    world.service.restore(SCOPE, note, actor=ACTOR)

    assert tables(world, note)[Purpose.RECALL] == 1
    assert problems(world) == []


def test_a_purged_thought_is_in_no_bucket(world: World) -> None:
    note, other = think(world, "Alice lives in Berlin", "Bob likes tea")
    world.service.purge(SCOPE, [note], actor=ACTOR)

    assert tables(world, other)[Purpose.RECALL] == 1
    assert problems(world) == []


def test_a_thought_that_was_stored_without_vectors_is_hashed_when_it_is_keyed(world: World) -> None:
    world.embedder.broken = True
    (note,) = think(world, "Alice lives in Berlin")
    world.embedder.broken = False
    assert problems(world) == []
    key_notes(world.context, SCOPE, [note])

    assert tables(world, note) == {Purpose.RECALL: 1, Purpose.CANDIDATES: 16}


def test_imported_thoughts_are_hashed(world: World) -> None:
    think(world, "Alice lives in Berlin")
    exported = list(world.service.export_notes(SCOPE, last_session=0))
    world.service.purge_namespace(SCOPE, actor=ACTOR)
    for record, history in exported:
        world.service.import_note(SCOPE, record, history, actor=ACTOR)

    assert tables(world, exported[0][0].note.id)[Purpose.CANDIDATES] == 16


def test_another_policy_queues_a_rehash_and_the_old_tables_stay(world: World) -> None:
    (note,) = think(world, "Alice lives in Berlin")
    set_policy(world.context, SCOPE, WIDE, actor=ACTOR, expected_version=None)

    assert REHASH in queued(world)
    assert tables(world, note) == {Purpose.RECALL: 1, Purpose.CANDIDATES: 16}
    assert {kind for kind, _ in problems(world)} == {"stale"}


def test_rehashing_brings_the_tables_of_the_policy(world: World) -> None:
    notes = think(world, *(f"thought number {number}" for number in range(12)))
    world.service.forget(SCOPE, notes[3], actor=ACTOR)
    set_policy(world.context, SCOPE, WIDE, actor=ACTOR, expected_version=None)
    rehash(world.context, SCOPE)

    assert tables(world, notes[3]) == {Purpose.RECALL: 1, Purpose.CANDIDATES: 3}
    assert problems(world) == []
    with world.storage.reader(SCOPE) as reader:
        assert in_force(reader, Purpose.RECALL).parameters.groups == 32
        assert reader.buckets.pending(Purpose.RECALL) is None


def test_a_policy_with_the_same_tables_queues_nothing(world: World) -> None:
    think(world, "Alice lives in Berlin")
    same = replace(Policy(), thoughts=ThoughtPolicy(merge_tau=0.9))
    set_policy(world.context, SCOPE, same, actor=ACTOR, expected_version=None)

    assert REHASH not in queued(world)


def test_what_comes_while_tables_are_made_anew_is_in_both(world: World) -> None:
    think(world, "Alice lives in Berlin")
    set_policy(world.context, SCOPE, WIDE, actor=ACTOR, expected_version=None)
    with world.storage.writer(SCOPE) as writer:
        parameters = replace(in_force(writer, Purpose.RECALL).parameters, groups=32)
        pending = writer.buckets.open(Purpose.RECALL, parameters, hashing=world.context.hashing, at=world.clock())
    (late,) = think(world, "Bob likes tea")
    with world.storage.reader(SCOPE) as reader:
        row = reader.notes([late])[0].row
        assert row in reader.buckets.codes(pending, [row])
        assert row in reader.buckets.codes(in_force(reader, Purpose.RECALL), [row])


def test_a_policy_whose_tables_are_too_large_is_refused(world: World) -> None:
    think(world, "Alice lives in Berlin")
    large = Policy(thoughts=ThoughtPolicy(candidate_groups=4096, candidate_hashes=4, candidate_tables=64))

    with pytest.raises(InvalidInput, match="MiB"):
        set_policy(world.context, SCOPE, large, actor=ACTOR, expected_version=None)


@pytest.fixture
def unhashed(world: World) -> NoteId:
    """Return a thought that is in no tables, as those of earlier versions are."""
    hashed, lost = think(world, "Bob likes tea", "Alice lives in Berlin")
    with world.storage.writer(SCOPE) as writer:
        for purpose in Purpose:
            before = in_force(writer, purpose)
            parameters = replace(before.parameters, seed=9)
            empty = writer.buckets.open(purpose, parameters, hashing=world.context.hashing, at=world.clock())
            row = writer.notes([hashed])[0].row
            writer.buckets.enforce(empty)
            again = writer.buckets.open(
                purpose, before.parameters, hashing=world.context.hashing, at=world.clock()
            )
            vector = HashingEmbedder(64).embed(["Bob likes tea"]).astype(np.float16)
            writer.buckets.put(again, [row], world.context.hashing.codes(again, vector))
            writer.buckets.enforce(again)
    return lost


def test_verifying_names_thoughts_that_are_in_no_bucket(world: World, unhashed: NoteId) -> None:
    assert [detail for kind, detail in problems(world) if kind == "missing"] == [
        "1 thoughts are in no bucket for recall",
        "1 thoughts are in no bucket for candidates",
    ]


def test_rebuilding_puts_them_in(world: World, unhashed: NoteId) -> None:
    world.service.index_rebuild(SCOPE)

    assert tables(world, unhashed) == {Purpose.RECALL: 1, Purpose.CANDIDATES: 16}
    assert problems(world) == []


def test_verifying_and_rebuilding_mend_a_wrong_bucket(world: World) -> None:
    (note,) = think(world, "Alice lives in Berlin")
    with world.storage.writer(SCOPE) as writer:
        epoch, row = in_force(writer, Purpose.RECALL), writer.notes([note])[0].row
        wrong = (np.array([writer.buckets.codes(epoch, [row])[row]]) + 1) % 16
        writer.buckets.put(epoch, [row], wrong)
    assert problems(world) == [("different", "1 thoughts are in other buckets for recall than their own")]
    world.service.index_rebuild(SCOPE)

    assert problems(world) == []


def test_rehashing_what_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        rehash(world.context, SCOPE)


def test_without_thoughts_no_tables_are_made(world: World) -> None:
    world.service.remember(SCOPE, [NewItem("a fact")], actor=ACTOR)
    rehash(world.context, SCOPE)
    with world.storage.reader(SCOPE) as reader:
        assert reader.buckets.epoch(Purpose.CANDIDATES) is None


def test_the_first_thought_has_those_of_an_earlier_version_hashed_by_a_job(world: World) -> None:
    old = world.context.drafter.item(
        NewItem("Alice lives in Berlin", Kind.THOUGHT), now=world.clock(), ceiling=Origin.DIRECT_USER
    )
    with world.storage.writer(SCOPE) as writer:
        writer.open_namespace(world.embedder.model, world.clock())
        texts = {key.text_hash: key.text_in(old.content) for key in old.keys}
        vectors = HashingEmbedder(64).embed(list(texts.values()))
        writer.vectors.put_many(world.embedder.model, dict(zip(texts, vectors, strict=True)))
        writer.add([old], actor="tester")
    assert [kind for kind, _ in problems(world)] == ["missing", "missing"]
    think(world, "Bob likes tea")
    assert REHASH in queued(world)
    rehash(world.context, SCOPE)

    assert problems(world) == []
    assert tables(world, old.id) == {Purpose.RECALL: 1, Purpose.CANDIDATES: 16}


def test_evolving_a_thought_leaves_it_in_the_buckets_of_its_text(world: World) -> None:
    note, _ = think(world, "Alice lives in Berlin", "Bob likes tea in Berlin")
    world.service.evolve(SCOPE, note, actor=ACTOR)

    assert tables(world, note) == {Purpose.RECALL: 1, Purpose.CANDIDATES: 16}
    assert problems(world) == []


def test_thoughts_that_the_service_has_itself_are_in_buckets(world: World) -> None:
    outcomes = world.service.remember(
        SCOPE, [NewItem("I live in Berlin. I like green tea.")], actor=ACTOR
    ).outcomes
    world.service.post_think(SCOPE, [o.note for o in outcomes if o.note is not None], actor=ACTOR)
    with world.storage.reader(SCOPE) as reader:
        thoughts = reader.page(THOUGHTS, after_row=0, limit=9)

    assert [tables(world, thought.id)[Purpose.CANDIDATES] for thought in thoughts] == [16] * len(thoughts) != []
    assert problems(world) == []
