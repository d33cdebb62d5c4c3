"""The one transaction in which everything of a request is stored, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from memsvc.domain.drafts import NoteDraft, Outcome, OutcomeStatus
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Status
from memsvc.domain.receipts import Actor, Idempotency
from memsvc.errors import IdempotencyMismatch
from memsvc.memory.admission import count_sightings, held_back
from memsvc.memory.attempts import Outdated
from memsvc.memory.context import Context
from memsvc.memory.derived_work import queue_derived_work
from memsvc.memory.embedding import Embedded, put_vectors, texts_of
from memsvc.memory.guarding.checking import Checks, check_drafts
from memsvc.memory.guarding.recording import record_checks
from memsvc.memory.guarding.repeats import repeated
from memsvc.memory.hashing import hash_notes
from memsvc.memory.jobs import key_notes_job, queue_index_save
from memsvc.memory.policy import policy_of
from memsvc.ports.storage import Reader, Writer

__all__ = ["kept_response", "store_drafts"]

_OUTCOME_OF = {Status.LIMITED: OutcomeStatus.LIMITED, Status.QUARANTINED: OutcomeStatus.QUARANTINED}


def kept_response(reader: Reader, idempotency: Idempotency | None) -> bytes | None:
    """Return the response kept under the key; raises IdempotencyMismatch for another request."""
    if idempotency is None:
        return None
    saved = reader.saved_response(idempotency.key)
    if saved is None:
        return None
    request_hash, response = saved
    if request_hash != idempotency.request_hash:
        raise IdempotencyMismatch("this Idempotency-Key was used with another request; use a new key")
    return response


def store_drafts(
    context: Context,
    writer: Writer,
    embedded: Embedded,
    *,
    actor: Actor,
    now: datetime,
    checks: Checks | None = None,
) -> list[Outcome]:
    """Store drafts and vectors in the open transaction; return an outcome per draft, in order. Raises Outdated.

    What the guard's `checks` have found goes with them; the drafts are those that these let pass. Without it they
    are derived notes, which are checked here. What only repeats a quarantined note is not stored again.
    """
    state = writer.open_namespace(context.embedder.model, now)
    policy = policy_of(writer)
    again: dict[NoteId, NoteId] = {}
    if checks is None:
        checks = check_drafts(context, writer, embedded.drafts, principal=None, now=now)
    elif checks.policy is not None:
        again = repeated(writer, checks.storable(embedded.drafts), actor.name)
    outcomes = {draft: Outcome(OutcomeStatus.QUARANTINED, note) for draft, note in again.items()}
    kept = [draft for draft in checks.storable(embedded.drafts) if draft.id not in again]
    texts = texts_of(kept, writer)
    vectors = {name: vector for name, vector in embedded.vectors.items() if name in texts}
    put_vectors(writer, texts, vectors, context.embedder)
    drafts = held_back(kept, policy.retention)
    added = writer.add(drafts, actor=actor.name) if drafts else []
    created: list[NoteDraft] = []
    told: list[NoteId] = []
    for draft, result in zip(drafts, added, strict=True):
        if result.row is None:
            assert result.duplicate_of is not None
            told.append(result.duplicate_of)
            outcomes[draft.id] = Outcome(OutcomeStatus.DUPLICATE, result.duplicate_of)
        else:
            created.append(draft)
            outcomes[draft.id] = _stored(draft, embedded, checks)
    if checks.policy is not None and any(draft.id not in checks.by_note for draft in created):
        # What was there when the guard looked is gone, hidden by a probe perhaps: nobody looked at the copy.
        raise Outdated
    record_checks(writer, checks, created, now=now, actor=actor.name)
    admitted = count_sightings(writer, policy.retention, told, now=now, actor=actor.name)
    hash_notes(context, writer, [each.id for each in created if each.kind is Kind.THOUGHT], now=now)
    queue_derived_work(writer, policy, [*created, *admitted], now=now)
    _queue_jobs(context, writer, created, state.last_sequence, embedded, now)
    return [outcomes[draft.id] for draft in embedded.drafts if draft.id in outcomes]


def _stored(draft: NoteDraft, embedded: Embedded, checks: Checks) -> Outcome:
    status = _OUTCOME_OF.get(draft.status, OutcomeStatus.CREATED)
    unguarded = (f"guard: {detector}" for detector in checks.broken)
    return Outcome(status, draft.id, degraded=(*embedded.degraded, *unguarded))


def _queue_jobs(
    context: Context,
    writer: Writer,
    created: Sequence[NoteDraft],
    sequence: int,
    embedded: Embedded,
    now: datetime,
) -> None:
    if embedded.degraded and created:
        writer.enqueue(key_notes_job([draft.id for draft in created]), at=now)
    queue_index_save(writer, sequence=sequence, changes=len(created), every=context.save_rows, now=now)
