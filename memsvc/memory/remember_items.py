"""Remember single notes and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from memsvc.domain.changes import Operation
from memsvc.domain.drafts import ItemError, NewItem, NoteDraft, Outcome, OutcomeStatus
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.receipts import Actor, Idempotency, Remembered
from memsvc.domain.revising import StatusChange
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE
from memsvc.errors import MemsvcError, NotFound
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.checks import check_item
from memsvc.memory.commit import kept_response, store_drafts
from memsvc.memory.context import Context
from memsvc.memory.embedding import Embedded, embed_drafts, missing_texts
from memsvc.memory.guarding.checking import Checks, check_drafts
from memsvc.memory.guarding.recording import record_blocked
from memsvc.memory.informed import UNINFORMED, Informed, informed_by
from memsvc.ports.storage import Reader, Writer

__all__ = ["remember_items"]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a read gave: the drafts that can be stored by their places, and what became of the other items."""

    drafts: dict[int, NoteDraft]
    outcomes: dict[int, Outcome]
    checks: Checks
    texts: dict[str, str] = field(repr=False)


def remember_items(
    context: Context, scope: Scope, items: Sequence[NewItem], *, actor: Actor, idempotency: Idempotency | None
) -> Remembered[Outcome]:
    """Store each item that can be stored; the others say why not. One transaction for all of them.

    Raises GuardModelError where the guard cannot look and the policy then refuses writes.
    """
    now = context.clock()

    def attempt() -> Remembered[Outcome]:
        informed, unknown = _informed(context, scope, items)
        drafts, failed = _drafts(context, items, informed, actor, now)
        with context.storage.reader(scope) as reader:
            if (response := kept_response(reader, idempotency)) is not None:
                return Remembered((), response)
            plan = _plan(context, reader, items, drafts, actor, now)
        embedded = embed_drafts(list(plan.drafts.values()), plan.texts, context.embedder)
        with context.storage.writer(scope) as writer:
            if plan.drafts:
                # First, because it waits for another writer of the namespace: what is read after it stays true.
                writer.open_namespace(context.embedder.model, now)
            if kept_response(writer, idempotency) is not None or _refused_targets(writer, items, plan.drafts):
                raise Outdated
            if not all(informed[place].holds(writer) for place in plan.drafts):
                raise Outdated
            record_blocked(writer, plan.checks, now=now, actor=actor.name)
            stored = _store(context, writer, items, (plan, embedded), actor, now) if plan.drafts else {}
            outcomes = failed | unknown | plan.outcomes | stored
            result = tuple(outcomes[place] for place in range(len(items)))
            if idempotency is not None:
                writer.save_response(idempotency.key, idempotency.request_hash, idempotency.render(result), at=now)
        return Remembered(result)

    return until_current(attempt)


def _informed(
    context: Context, scope: Scope, items: Sequence[NewItem]
) -> tuple[dict[int, Informed], dict[int, Outcome]]:
    """Return of each item the notes that it is made from, or a failure."""
    informed = dict.fromkeys(range(len(items)), UNINFORMED)
    unknown: dict[int, Outcome] = {}
    if not any(item.parents for item in items):
        return informed, unknown
    with context.storage.reader(scope) as reader:
        for place, item in enumerate(items):
            try:
                informed[place] = informed_by(reader, item.parents, "/parents", made_from=True)
            except NotFound as error:
                unknown[place] = _failure(error.code, error.detail)
    return {place: each for place, each in informed.items() if place not in unknown}, unknown


def _drafts(
    context: Context, items: Sequence[NewItem], informed: Mapping[int, Informed], actor: Actor, now: datetime
) -> tuple[dict[int, NoteDraft], dict[int, Outcome]]:
    drafts: dict[int, NoteDraft] = {}
    failed: dict[int, Outcome] = {}
    for place, by in informed.items():
        try:
            check_item(items[place], context.limits, now)
            drafts[place] = context.drafter.item(items[place], now=now, ceiling=actor.ceiling, informed=by)
        except MemsvcError as error:
            failed[place] = _failure(error.code, error.detail)
    return drafts, failed


def _plan(
    context: Context,
    reader: Reader,
    items: Sequence[NewItem],
    drafts: Mapping[int, NoteDraft],
    actor: Actor,
    now: datetime,
) -> _Plan:
    outcomes = _refused_targets(reader, items, drafts)
    good = {place: draft for place, draft in drafts.items() if place not in outcomes}
    checks = check_drafts(context, reader, list(good.values()), principal=actor.name, now=now)
    blocked = checks.blocked
    outcomes |= {place: blocked[draft.id].outcome() for place, draft in good.items() if draft.id in blocked}
    places = [place for place, draft in good.items() if draft.id not in blocked]
    kept = dict(zip(places, checks.storable(list(good.values())), strict=True))
    return _Plan(kept, outcomes, checks, missing_texts(list(kept.values()), reader, context.embedder))


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
    prepared: tuple[_Plan, Embedded],
    actor: Actor,
    now: datetime,
) -> dict[int, Outcome]:
    plan, embedded = prepared
    sessions = {draft.session for draft in plan.drafts.values() if draft.session is not None}
    for session in sorted(sessions):
        first = next(draft for draft in plan.drafts.values() if draft.session == session)
        writer.put_session(session, first.event_time, {})
    stored = store_drafts(context, writer, embedded, checks=plan.checks, actor=actor, now=now)
    outcomes = dict(zip(plan.drafts, stored, strict=True))
    for place, outcome in outcomes.items():
        target = items[place].supersedes
        if target is not None and outcome.note is not None and outcome.note != target:
            outcomes[place] = _supersede(writer, target, plan.drafts[place], outcome, actor, now)
    return outcomes


def _supersede(
    writer: Writer, target: NoteId, draft: NoteDraft, outcome: Outcome, actor: Actor, now: datetime
) -> Outcome:
    """Let a note take the place of another; one that is not let in, or is trusted less, does not."""
    new, old = writer.notes([cast(NoteId, outcome.note), target])
    if new.status is not Status.ACTIVE or new.trust < old.trust:
        return replace(outcome, degraded=(*outcome.degraded, "supersedes"))
    writer.change_status(
        StatusChange(
            note=target,
            operation=Operation.SUPERSEDED,
            status=Status.SUPERSEDED,
            at=now,
            actor=actor.name,
            valid_to=draft.event_time,
            superseded_by=new.id,
        )
    )
    return outcome
