"""Every public method of a reader and a writer, called with what belongs to another tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.guarding import Assessment, AuditEvent, Canary, Decision, Ledgers, Review, Stage, Verdict
from memsvc.domain.ids import JobId, NoteId, SessionId
from memsvc.domain.jobs import Lease, NewJob
from memsvc.domain.links import LinkType
from memsvc.domain.notes import KeyGroup, Note, Status
from memsvc.domain.policies import Policy
from memsvc.domain.records import NoteRecord
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.domain.triples import Triple
from memsvc.errors import LeaseLost, NotFound, ServerFault
from memsvc.ports.guard import BenignScore
from memsvc.ports.hashing import Epoch, LshParameters, Purpose
from memsvc.ports.ranking import VectorDelta
from memsvc.ports.storage import PurgeCounts, StoreStats
from memsvc_stores.lsh import CrossPolytope
from memsvc_stores.sql import SqlStorage
from memsvc_stores.sql.reader import SqlReader
from memsvc_stores.sql.writer import SqlWriter
from tests.support.derived import new_link
from tests.support.drafts import ACTOR, MODEL, SCOPE, T0, at, draft, key, sha256, store, unit_vector

HASHING = CrossPolytope()
PARAMETERS = LshParameters(MODEL.dimension, 8, tables=2)
SHINGLE = 12345
ASSESSMENT = Assessment(Stage.WRITE, Verdict.LIMIT, Ledgers(1.0, 1.0, 1.0), (), T0, "m-1")
REVIEW = Review(Decision.RELEASED, T0, ACTOR, "harmless")
TRIPLE = Triple("I", "live in", "Paris")
INTRUDER = Scope.of("tenant-b", SCOPE.namespace)
SESSION = SessionId("the session")
EVERYTHING = Selection(statuses=frozenset(Status))


@pytest.fixture
def victim(storage: SqlStorage) -> Note:
    """Store a note of the victim, and one of the intruder so that its namespace exists."""
    store(storage, draft("secret plan", session=SESSION, position=0), draft("next", session=SESSION, position=1))
    store(storage, draft("other words"), scope=INTRUDER)
    with storage.writer(SCOPE) as writer:
        writer.save_response("the key", "hash", b"secret", at=T0)
        secret, after = writer.page(EVERYTHING, after_row=0, limit=2)
        _derive(writer, secret, after)
        writer.triples.put({secret.id: [TRIPLE]})
        writer.strengths.sighted([secret.id], at=T0)
        writer.policies.put(Policy(), expected_version=0, at=T0, actor=ACTOR)
        _guarded(writer, secret)
        epoch = writer.buckets.open(Purpose.RECALL, PARAMETERS, hashing=HASHING, at=T0)
        writer.buckets.put(epoch, [secret.row], np.zeros((1, 2), np.int64))
        writer.buckets.enforce(epoch)
    with storage.reader(SCOPE) as reader:
        return reader.page(EVERYTHING, after_row=0, limit=1)[0]


def _derive(writer: SqlWriter, secret: Note, after: Note) -> None:
    writer.links.put([new_link(secret.id, after.id)], at=T0, actor=ACTOR)
    writer.mentions.put({secret.id: ["secret"]})
    writer.derivations.add([Derivation(after.id, secret.id, Role.THOUGHT)])
    _set_attributes(writer, secret)


def _guarded(writer: SqlWriter, secret: Note) -> None:
    """Let the guard keep something of each kind; the secret waits for a review, another note has one."""
    kept = writer.guard
    held = draft("held", status=Status.QUARANTINED, original="he\u200bld")
    writer.vectors.put_many(MODEL, {sha256("held"): unit_vector("held")})
    writer.add([held], actor=ACTOR)
    for note in (secret.id, held.id):
        kept.put_assessments({note: ASSESSMENT})
        kept.put_shingles({note: [SHINGLE]})
        kept.put_scores([BenignScore(note, "lm", "b", 1.0)])
    kept.put_original(secret.id, "secret\u200b plan")
    kept.put_review(secret.id, REVIEW)
    kept.put_canary(Canary("c", "what plan?", (secret.id,), 5, T0, ACTOR))
    kept.open_seed(b"seed")
    kept.append(AuditEvent.POLICY, note=None, detail={}, at=T0, actor=ACTOR)


def _epoch() -> Epoch:
    """Return what the victim's epoch looks like."""
    return Epoch(1, Purpose.RECALL, PARAMETERS, MODEL.id, HASHING.projections(PARAMETERS))


def _links(reader: SqlReader, note: Note) -> list[Any]:
    edges = reader.links.around([note.row], types=frozenset(LinkType), per_note=9)
    return [reader.links.of(note.id), edges.low.tolist(), reader.links.count(), reader.links.touching([note.id])]


def _derivations(reader: SqlReader, note: Note) -> list[Any]:
    kept, fellow = reader.derivations, note.row + 1
    below = kept.descendants([note.id], roles=frozenset(Role))
    return [kept.sources([note.id]), kept.products([note.id]), below, kept.source_rows([fellow])[0].tolist()]


def _mentions(reader: SqlReader, note: Note) -> list[Any]:
    kept = reader.mentions
    return [kept.of_rows([note.row]), kept.holders(["secret"], most=9)]


def _triples(reader: SqlReader, note: Note) -> list[Any]:
    kept = reader.triples
    return [
        *kept.get_many([note.id]),
        *kept.with_relation([("i", "live in")], limit=9),
    ]


def _strengths(reader: SqlReader, note: Note) -> list[Any]:
    kept = reader.strengths
    held = [each.strength.note for each in kept.holdings(after_row=0, limit=9)]
    return [*kept.of([note.id]), *kept.of_rows([note.row]), *([note.id] if note.id in held else [])]


def _buckets(reader: SqlReader, note: Note) -> list[Any]:
    kept, everywhere = reader.buckets, np.zeros((2, 1), np.int64)
    epochs = [each for each in (kept.epoch(Purpose.RECALL), kept.pending(Purpose.RECALL)) if each is not None]
    members = [kept.members(_epoch(), everywhere, hidden=hidden).tolist() for hidden in (False, True)]
    return [*epochs, *members, kept.codes(_epoch(), [note.row])]


def _guard(reader: SqlReader, note: Note) -> list[Any]:
    kept = reader.guard
    return [
        kept.assessments([note.id]) | kept.reviews([note.id]) | dict(kept.sharing([SHINGLE], most=9)),
        kept.quarantined([sha256("fact\0held")], ACTOR, most=9),
        *[each for each in kept.written_by(ACTOR, after_row=0, limit=99) if each.id == note.id],
        kept.written_since(ACTOR, T0) == 0,
        kept.original(note.id),
        kept.seed(),
        kept.head(),
        [kept.waiting(after_row=0, limit=9), kept.canaries(), kept.audit(after=0, limit=9)],
        kept.scores("lm", "b", limit=9).tolist(),
        kept.cleared().tolist(),
    ]


def _own_content(reader: SqlReader) -> list[str]:
    return [note.content for note in reader.page(EVERYTHING, after_row=0, limit=99)]


def _rows_and_texts(delta: VectorDelta) -> list[int]:
    return [*delta.visible, *delta.purged, *delta.note_rows.tolist()]


READS: Mapping[str, tuple[Callable[[SqlReader, Note], Any], Any]] = {
    "scope": (lambda r, n: r.scope, INTRUDER),
    "state": (lambda r, n: r.state and r.state.last_sequence, 1),
    "vectors": (lambda r, n: r.vectors.get_many(MODEL, [sha256("secret plan")]), {}),
    "policies": (lambda r, n: [r.policies.current(), *r.policies.history()], [None]),
    "strengths": (_strengths, []),
    "notes": (lambda r, n: r.notes([n.id]), []),
    "notes_by_row": (lambda r, n: r.notes_by_row([n.row]), []),
    "size": (lambda r, n: r.size(), 1),
    "matching_rows": (lambda r, n: n.row in r.matching_rows(EVERYTHING), False),
    "page": (lambda r, n: _own_content(r), ["other words"]),
    "session": (lambda r, n: r.session(SESSION), None),
    "sessions_page": (lambda r, n: r.sessions_page(after_row=0, limit=9), []),
    "sessions_by_row": (lambda r, n: r.sessions_by_row(range(9)), []),
    "session_rows": (lambda r, n: r.session_rows([n.row]), {}),
    "places": (lambda r, n: r.places([n.row]).rows.tolist(), []),
    "heads": (lambda r, n: r.heads(limit=9, chars=99), ["other words"]),
    "happened": (lambda r, n: r.happened([n.row], T0, at(9)).tolist(), []),
    "around": (lambda r, n: r.around(n, count=9), ([], [])),
    "keys": (lambda r, n: r.keys(n.id), []),
    "keyed_otherwise": (lambda r, n: n in r.keyed_otherwise("v", after_row=0, limit=9), False),
    "count_keyed_otherwise": (lambda r, n: r.count_keyed_otherwise("v"), 1),
    "history": (lambda r, n: r.history(n.id), []),
    "changes": (lambda r, n: n.id in [c.note for c in r.changes(after_sequence=0, limit=9)], False),
    "lexical": (
        lambda r, n: [
            ranked.rows.tolist()
            for allowed in (None, np.array([n.row]))
            for ranked in r.lexical("secret", limit=9, allowed=allowed).values()
        ],
        [[], [], [], []],
    ),
    "vector_delta": (lambda r, n: n.row in _rows_and_texts(r.vector_delta(0)), False),
    "may_have": (lambda r, n: r.may_have(KeyGroup.AMEM), False),
    "replaced_by": (lambda r, n: r.replaced_by([n.id]), []),
    "duplicates": (lambda r, n: r.duplicates([sha256("fact\0secret plan")]), {}),
    "saved_response": (lambda r, n: r.saved_response("the key"), None),
    "session_digest": (lambda r, n: r.session_digest(SESSION), ""),
    "records": (lambda r, n: [x.note.content for x in r.records(after_row=0, limit=9)], ["other words"]),
    "attributes": (lambda r, n: r.attributes.get_many([n.id]), {}),
    "links": (_links, [[], [], {}, []]),
    "derivations": (_derivations, [[], [], [], []]),
    "mentions": (_mentions, [{}, []]),
    "triples": (_triples, []),
    "buckets": (_buckets, [[], [], {}]),
    "guard": (_guard, [{}, {}, False, None, None, None, [[], [], []], [], []]),
    "stats": (lambda r, n: r.stats(), StoreStats({Status.ACTIVE: 1}, 0, 1, 1)),
}


def _status(writer: SqlWriter, note: Note) -> None:
    writer.change_status(StatusChange(note.id, Operation.FORGOTTEN, Status.FORGOTTEN, T0, ACTOR))


def _metadata(writer: SqlWriter, note: Note) -> None:
    writer.set_metadata(note.id, {"x": 1}, expected_version=None, at=T0, actor=ACTOR)


def _rekey(writer: SqlWriter, note: Note) -> None:
    writer.rekey(note.id, [key("other words")], version="v2", at=T0, actor=ACTOR)


def _set_attributes(writer: SqlWriter, note: Note) -> None:
    attributes, keys = Attributes(keywords=("plan",)), [key("secret plan")]
    writer.set_attributes(
        note.id,
        attributes,
        keys,
        key_version="v2",
        operation=Operation.EVOLVED,
        expected_version=None,
        at=T0,
        actor=ACTOR,
    )


def _own(reader: SqlReader) -> NoteId:
    return reader.page(EVERYTHING, after_row=0, limit=9)[-1].id


def _put_triples(writer: SqlWriter, note: Note) -> None:
    writer.triples.put({note.id: [TRIPLE]})


def _put_buckets(writer: SqlWriter, note: Note) -> None:
    epoch = writer.buckets.open(Purpose.RECALL, PARAMETERS, hashing=HASHING, at=T0)
    writer.buckets.enforce(epoch)
    writer.buckets.put(epoch, [note.row], np.ones((1, 2), np.int64))


def _refused(error: type[Exception], call: Callable[[SqlWriter, Note], Any]) -> Callable[[SqlWriter, Note], Any]:
    def check(writer: SqlWriter, note: Note) -> None:
        with pytest.raises(error):
            call(writer, note)

    return check


WRITES: Mapping[str, Callable[[SqlWriter, Note], Any]] = {
    "open_namespace": lambda w, n: w.open_namespace(MODEL, T0),
    "put_session": lambda w, n: w.put_session(SESSION, T0, {"mine": True}),
    "advance_session": _refused(ServerFault, lambda w, n: w.advance_session(SESSION, turn_count=9, digest="x")),
    "add": _refused(ServerFault, lambda w, n: w.add([draft("secret plan")], actor=ACTOR)),
    "change_status": _refused(NotFound, _status),
    "set_metadata": _refused(NotFound, _metadata),
    "rekey": _refused(NotFound, _rekey),
    "set_attributes": _refused(NotFound, _set_attributes),
    "links.put": _refused(NotFound, lambda w, n: w.links.put([new_link(n.id, _own(w))], at=T0, actor=ACTOR)),
    "links.delete": lambda w, n: w.links.delete(n.id, _own(w), LinkType.ENTITY),
    "mentions.put": _refused(NotFound, lambda w, n: w.mentions.put({n.id: ["words"]})),
    "derivations.add": _refused(
        NotFound, lambda w, n: w.derivations.add([Derivation(_own(w), n.id, Role.THOUGHT)])
    ),
    "triples.put": _refused(NotFound, _put_triples),
    "guard.put_original": _refused(NotFound, lambda w, n: w.guard.put_original(n.id, "x")),
    "guard.put_assessments": _refused(NotFound, lambda w, n: w.guard.put_assessments({n.id: ASSESSMENT})),
    "guard.put_review": _refused(NotFound, lambda w, n: w.guard.put_review(n.id, REVIEW)),
    "guard.withdraw_review": _refused(NotFound, lambda w, n: w.guard.withdraw_review(n.id)),
    "guard.put_shingles": _refused(NotFound, lambda w, n: w.guard.put_shingles({n.id: [SHINGLE]})),
    "guard.put_scores": _refused(NotFound, lambda w, n: w.guard.put_scores([BenignScore(n.id, "lm", "b", 9.0)])),
    "guard.put_canary": lambda w, n: w.guard.put_canary(Canary("c", "mine?", (n.id,), 5, T0, ACTOR)),
    "guard.delete_canary": lambda w, n: w.guard.delete_canary("c"),
    "guard.open_seed": lambda w, n: w.guard.open_seed(b"mine"),
    "guard.append": lambda w, n: w.guard.append(AuditEvent.POLICY, note=n.id, detail={}, at=T0, actor=ACTOR),
    "buckets.put": _refused(NotFound, _put_buckets),
    "policies.put": lambda w, n: w.policies.put(Policy(), expected_version=0, at=T0, actor=ACTOR),
    "strengths.sighted": lambda w, n: w.strengths.sighted([n.id], at=at(9)),
    "strengths.unsighted": lambda w, n: w.strengths.unsighted({n.id: 1}),
    "strengths.recalled": lambda w, n: w.strengths.recalled({n.id: 1}, at=at(9)),
    "purge": lambda w, n: w.purge([n.id], at=T0, actor=ACTOR),
    "drop_namespace": lambda w, n: w.drop_namespace(at=T0, actor=ACTOR),
    "restore_record": _refused(ServerFault, lambda w, n: w.restore_record(NoteRecord(n, None, ()), [])),
    "save_response": lambda w, n: w.save_response("the key", "hash", b"mine", at=T0),
    "enqueue": lambda w, n: w.enqueue(NewJob("work", "the job"), at=T0),
    "finish_job": _refused(LeaseLost, lambda w, n: w.finish_job(Lease(JobId(n.id), 1), at=T0)),
}


def _public(of: type) -> set[str]:
    return {name for name in dir(of) if not name.startswith("_")}


def test_the_walk_names_every_method() -> None:
    assert set(READS) == _public(SqlReader)
    assert {name for name in WRITES if "." not in name} == _public(SqlWriter) - _public(SqlReader) - {"flush"}


@pytest.mark.parametrize("method", READS)
def test_a_read_sees_nothing_of_another_tenant(storage: SqlStorage, victim: Note, method: str) -> None:
    call, expected = READS[method]
    with storage.reader(INTRUDER) as reader:
        assert call(reader, victim) == expected


@pytest.mark.parametrize("method", WRITES)
def test_a_write_changes_nothing_of_another_tenant(storage: SqlStorage, victim: Note, method: str) -> None:
    before = _all_of(storage)
    with storage.writer(INTRUDER) as writer:
        WRITES[method](writer, victim)
    assert _all_of(storage) == before


def test_purging_what_is_not_mine_counts_nothing(storage: SqlStorage, victim: Note) -> None:
    with storage.writer(INTRUDER) as writer:
        assert writer.purge([victim.id], at=T0, actor=ACTOR) == PurgeCounts(0, 0, 0, 0)


def test_a_running_job_of_another_tenant_cannot_be_finished(storage: SqlStorage, victim: Note) -> None:
    with storage.writer(SCOPE) as writer:
        writer.enqueue(NewJob("work", "the job"), at=T0)
    held = storage.jobs.lease(kinds=["work"], seconds=9, now=T0)
    assert held is not None
    with storage.writer(INTRUDER) as writer, pytest.raises(LeaseLost):
        writer.finish_job(held.lease, at=T0)
    assert storage.jobs.find(held.id, SCOPE.tenant) == held


def _all_of(storage: SqlStorage) -> list[Any]:
    """Return everything that the victim has."""
    with storage.reader(SCOPE) as reader:
        return [
            reader.state,
            reader.records(after_row=0, limit=99),
            reader.sessions_page(after_row=0, limit=99),
            reader.session_digest(SESSION),
            reader.changes(after_sequence=0, limit=99),
            reader.vector_delta(0).matrix.tolist(),
            [_links(reader, note) for note in reader.page(EVERYTHING, after_row=0, limit=9)],
            [_derivations(reader, note) for note in reader.page(EVERYTHING, after_row=0, limit=9)],
            [_mentions(reader, note) for note in reader.page(EVERYTHING, after_row=0, limit=9)],
            reader.attributes.get_many([n.id for n in reader.page(EVERYTHING, after_row=0, limit=9)]),
            reader.lexical("secret", limit=9, allowed=None)["lexical_user"].rows.tolist(),
            reader.saved_response("the key"),
            reader.triples.with_relation([("i", "live in")], limit=9),
            reader.policies.history(),
            reader.strengths.holdings(after_row=0, limit=99),
            [_guard(reader, note) for note in reader.page(EVERYTHING, after_row=0, limit=9)],
            reader.buckets.members(_epoch(), np.zeros((2, 1), np.int64)).tolist(),
            [job.payload for job in storage.jobs.list(SCOPE.tenant, status=None, limit=9)],
        ]
