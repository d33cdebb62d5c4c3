"""Remember single notes and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import ItemError, NewItem, NoteDraft, Outcome, OutcomeStatus
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.receipts import Actor, Idempotency, Remembered
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE
from memsvc.errors import MemsvcError
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.checks import check_item
from memsvc.memory.commit import kept_response, store_drafts
from memsvc.memory.context import Context
from memsvc.memory.embedding import Embedded, embed_drafts, missing_texts
from memsvc.ports.storage import Reader, Writer

__all__ = ["remember_items"]


def remember_items(
    context: Context, scope: Scope, items: Sequence[NewItem], *, actor: Actor, idempotency: Idempotency | None
) -> Remembered[Outcome]:
    """Store each item that can be stored; the others say why not. One transaction for all of them."""
    now = context.clock()
    drafts, failed = _drafts(context, items, actor, now)

    def attempt() -> Remembered[Outcome]:
        with context.storage.reader(scope) as reader:
            if (response := kept_response(reader, idempotency)) is not None:
                return Remembered((), response)
            refused = _refused_targets(reader, items, drafts)
            good = {place: draft for place, draft in drafts.items() if place not in refused}
            texts = missing_texts(list(good.values()), reader, context.embedder)
        embedded = embed_drafts(list(good.values()), texts, context.embedder)
        with context.storage.writer(scope) as writer:
            if good:
                # First, because it waits for another writer of the namespace: what is read after it stays true.
                writer.open_namespace(context.embedder.model, now)
            if kept_response(writer, idempotency) is not None or _refused_targets(writer, items, good):
                raise Outdated
            stored = _store(context, writer, items, (good, embedded), actor, now) if good else {}
            outcomes = failed | refused | stored
            result = tuple(outcomes[place] for place in range(len(items)))
            if idempotency is not None:
                writer.save_response(idempotency.key, idempotency.request_hash, idempotency.render(result), at=now)
        return Remembered(result)

    return until_current(attempt)


def _drafts(
    context: Context, items: Sequence[NewItem], actor: Actor, now: datetime
) -> tuple[dict[int, NoteDraft], dict[int, Outcome]]:
    drafts: dict[int, NoteDraft] = {}
    failed: dict[int, Outcome] = {}
    for place, item in enumerate(items):
        try:
            check_item(item, context.limits, now)
            drafts[place] = context.drafter.item(item, now=now, ceiling=actor.ceiling)
        except MemsvcError as error:
            failed[place] = _failure(error.code, error.detail)
    return drafts, failed


def _failure(code: str, detail: str) -> Outcome:
    return Outcome(OutcomeStatus.FAILED, error=ItemError(code, detail))


def _refused_targets(
    reader: Reader, items: Sequence[NewItem], drafts: Mapping[int, NoteDraft]
) -> dict[int, Outcome]:
    """Return a failure for each draft that cannot supersede what it names."""
    wanted = {place: target for place in drafts if (target := items[place].supersedes) is not None}
    if not wanted:
        return {}
    found = {note.id: note for note in reader.notes(list(set(wanted.values())))}
    failures: dict[int, Outcome] = {}
    replaced: set[NoteId] = set()
    for place, target in wanted.items():
        note = found.get(target)
        if note is None:
            failures[place] = _failure("not-found", f"/supersedes: there is no note {target} in this namespace")
        elif note.status not in VISIBLE:
            failures[place] = _failure("conflict", f"/supersedes: note {target} is {note.status}, not current")
        elif target in replaced:
            failures[place] = _failure("conflict", f"/supersedes: an earlier item supersedes note {target}")
        replaced.add(target)
    return failures


def _store(
    context: Context,
    writer: Writer,
    items: Sequence[NewItem],
    prepared: tuple[dict[int, NoteDraft], Embedded],
    actor: Actor,
    now: datetime,
) -> dict[int, Outcome]:
    drafts, embedded = prepared
    sessions = {draft.session for draft in drafts.values() if draft.session is not None}
    for session in sorted(sessions):
        first = next(draft for draft in drafts.values() if draft.session == session)
        writer.put_session(session, first.event_time, {})
    outcomes = dict(zip(drafts, store_drafts(context, writer, embedded, actor=actor, now=now), strict=True))
    for place, outcome in outcomes.items():
        target = items[place].supersedes
        if target is not None and outcome.note is not None and outcome.note != target:
            writer.change_status(
                StatusChange(
                    note=target,
                    operation=Operation.SUPERSEDED,
                    status=Status.SUPERSEDED,
                    at=now,
                    actor=actor.name,
                    valid_to=drafts[place].event_time,
                    superseded_by=outcome.note,
                )
            )
    return outcomes
