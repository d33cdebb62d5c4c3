"""Remember sessions of turns, round by round; a session sent again adds only its new turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.drafts import (
    ItemError,
    NewSession,
    NoteDraft,
    Outcome,
    SessionOutcome,
    SessionStatus,
)
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.receipts import Actor, Idempotency, Remembered
from memsvc.domain.scope import Scope
from memsvc.domain.time import utc
from memsvc.errors import MemsvcError
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.checks import check_session
from memsvc.memory.commit import kept_response, store_drafts
from memsvc.memory.context import Context
from memsvc.memory.embedding import embed_drafts, missing_texts
from memsvc.memory.guarding.checking import check_drafts
from memsvc.memory.guarding.recording import record_blocked
from memsvc.memory.informed import Informed, informed_by
from memsvc.memory.rounds import extend_digest, split_rounds
from memsvc.ports.storage import Reader, Writer

__all__ = ["remember_sessions"]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one session adds: `turn_count` and `digest` are those before it, `drafts` its new rounds.

    `informed` are the notes that had been recalled for it.
    """

    place: int
    session: NewSession
    id: SessionId
    turn_count: int
    digest: str
    informed: Informed
    drafts: tuple[NoteDraft, ...]


def remember_sessions(
    context: Context,
    scope: Scope,
    sessions: Sequence[NewSession],
    *,
    actor: Actor,
    idempotency: Idempotency | None,
) -> Remembered[SessionOutcome]:
    """Store the new turns of each session as rounds; one transaction for all of them.

    Raises StorageBusy when the same sessions keep changing under concurrent writers.
    """
    now = context.clock()

    def attempt() -> Remembered[SessionOutcome]:
        with context.storage.reader(scope) as reader:
            if (response := kept_response(reader, idempotency)) is not None:
                return Remembered((), response)
            plans, outcomes = _plan(context, reader, sessions, actor, now)
            made = [draft for plan in plans for draft in plan.drafts]
            checks = check_drafts(context, reader, made, principal=actor.name, now=now)
            drafts = checks.storable(made)
            texts = missing_texts(drafts, reader, context.embedder)
        embedded = embed_drafts(drafts, texts, context.embedder)
        with context.storage.writer(scope) as writer:
            if plans:
                # First, because it waits for another writer of the namespace: what is read after it stays true.
                writer.open_namespace(context.embedder.model, now)
            if kept_response(writer, idempotency) is not None or not _still_true(writer, plans):
                raise Outdated
            if plans:
                _put_sessions(writer, plans, now)
                stored = store_drafts(context, writer, embedded, checks=checks, actor=actor, now=now)
                record_blocked(writer, checks, now=now, actor=actor.name)
                told = {note: checked.outcome() for note, checked in checks.blocked.items()}
                told |= {draft.id: outcome for draft, outcome in zip(drafts, stored, strict=True)}
                outcomes.update(_outcomes(plans, told))
            result = tuple(outcomes[place] for place in range(len(sessions)))
            if idempotency is not None:
                writer.save_response(idempotency.key, idempotency.request_hash, idempotency.render(result), at=now)
        return Remembered(result)

    return until_current(attempt)


def _plan(
    context: Context, reader: Reader, sessions: Sequence[NewSession], actor: Actor, now: datetime
) -> tuple[list[_Plan], dict[int, SessionOutcome]]:
    plans: dict[SessionId, _Plan] = {}
    outcomes: dict[int, SessionOutcome] = {}
    for place, session in enumerate(sessions):
        session_id = session.id or context.drafter.ids.session()
        try:
            check_session(session, context.limits, now)
            if session_id in plans:
                raise _Refused("is twice in this request; send it once, with all its turns")
            plans[session_id] = _plan_one(context, reader, (place, session, session_id), actor, now)
        except _Refused as refusal:
            outcomes[place] = _failure(session_id, "session-changed", f"session {session_id} {refusal}")
        except MemsvcError as error:
            outcomes[place] = _failure(session.id, error.code, error.detail)
    return list(plans.values()), outcomes


class _Refused(Exception):
    """The turns sent do not continue the session that is stored."""


def _plan_one(
    context: Context, reader: Reader, what: tuple[int, NewSession, SessionId], actor: Actor, now: datetime
) -> _Plan:
    place, session, session_id = what
    known = reader.session(session_id)
    count = known.turn_count if known else 0
    digest = reader.session_digest(session_id) if known else ""
    if len(session.turns) < count:
        raise _Refused(f"has {count} turns already; send all of them with the new ones after")
    if count and extend_digest("", session.turns[:count]) != digest:
        raise _Refused(f"differs in its first {count} turns; what was said cannot change, use another session id")
    rounds = split_rounds(session.turns[count:], first=count)
    informed = informed_by(reader, session.recalled, "/recalled", made_from=False)
    drafts = context.drafter.rounds(rounds, session, session_id, now=now, ceiling=actor.ceiling, informed=informed)
    return _Plan(place, session, session_id, count, digest, informed, tuple(drafts))


def _still_true(writer: Writer, plans: Sequence[_Plan]) -> bool:
    for plan in plans:
        known = writer.session(plan.id)
        count = known.turn_count if known else 0
        if (count, writer.session_digest(plan.id)) != (plan.turn_count, plan.digest):
            return False
        if not plan.informed.holds(writer):
            return False
    return True


def _put_sessions(writer: Writer, plans: Sequence[_Plan], now: datetime) -> None:
    for plan in plans:
        started = utc(plan.session.started_at) if plan.session.started_at else now
        writer.put_session(plan.id, started, plan.session.metadata)
        new_turns = plan.session.turns[plan.turn_count :]
        if new_turns:
            writer.advance_session(
                plan.id, turn_count=len(plan.session.turns), digest=extend_digest(plan.digest, new_turns)
            )


def _outcomes(plans: Sequence[_Plan], told: Mapping[NoteId, Outcome]) -> dict[int, SessionOutcome]:
    outcomes = {}
    for plan in plans:
        if plan.turn_count == len(plan.session.turns):
            status = SessionStatus.UNCHANGED
        else:
            status = SessionStatus.APPENDED if plan.turn_count else SessionStatus.CREATED
        rounds = tuple(told[draft.id] for draft in plan.drafts)
        outcomes[plan.place] = SessionOutcome(status, plan.id, rounds)
    return outcomes


def _failure(session: SessionId | None, code: str, detail: str) -> SessionOutcome:
    return SessionOutcome(SessionStatus.FAILED, session, error=ItemError(code, detail))
