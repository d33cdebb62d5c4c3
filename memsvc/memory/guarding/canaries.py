"""Canaries: sentinel questions whose answers must not change without a change that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from memsvc.domain.guarding import AuditEvent, Canary
from memsvc.domain.guarding_results import CanaryCheck
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json, Note, Status
from memsvc.domain.recall import RecallQuery
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE
from memsvc.errors import EmbedderUnavailable, InvalidInput, NotFound
from memsvc.guard.normalize import normalised
from memsvc.memory.checks import check_query_text
from memsvc.memory.context import Context
from memsvc.memory.guarding.tools import is_trusted
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.recall import recall
from memsvc.ports.storage import Reader

__all__ = ["canaries", "check_canaries", "delete_canary", "put_canary"]

_MOST_HITS: Final = 100
_LONGEST_ID: Final = 128


def canaries(context: Context, scope: Scope) -> list[Canary]:
    """Return the canaries by id; raises NotFound for a namespace that does not exist."""
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        return reader.guard.canaries()


def put_canary(
    context: Context, scope: Scope, question: str, *, k: int, actor: Actor, id: str | None = None
) -> Canary:
    """Keep a question with the notes that it finds now, in the place of one with the same id.

    Raises InvalidInput, NotFound for a namespace that does not exist, EmbedderUnavailable.
    """
    check_query_text(question, context.limits)
    if not 1 <= k <= _MOST_HITS:
        raise InvalidInput(f"/k must be 1 to {_MOST_HITS}, not {k}")
    if id is not None and not (1 <= len(id) <= _LONGEST_ID and id.isprintable()):
        raise InvalidInput(f"/id must be 1 to {_LONGEST_ID} characters that can be seen")
    now = context.clock()
    name = id if id is not None else str(context.drafter.ids.note())
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
    found = _answer(context, scope, normalised(question), k=k, at=now)
    canary = Canary(name, normalised(question), found, k, now, actor.name)
    with context.storage.writer(scope) as writer:
        existing_namespace(writer)
        writer.guard.put_canary(canary)
        detail: dict[str, Json] = {"canary": name, "k": k, "notes": len(found)}
        writer.guard.append(AuditEvent.CANARY, note=None, detail=detail, at=now, actor=actor.name)
    return canary


def delete_canary(context: Context, scope: Scope, id: str, *, actor: Actor) -> None:
    """Remove a canary; raises NotFound when there is none of this id."""
    with context.storage.writer(scope) as writer:
        existing_namespace(writer)
        if not writer.guard.delete_canary(id):
            raise NotFound("there is no canary of this id in this namespace")
        detail: dict[str, Json] = {"canary": id, "deleted": True}
        writer.guard.append(AuditEvent.CANARY, note=None, detail=detail, at=context.clock(), actor=actor.name)


def check_canaries(context: Context, scope: Scope) -> list[CanaryCheck]:
    """Ask every canary again, and say of each whether the journal explains what is different.

    Raises NotFound for a namespace that does not exist, EmbedderUnavailable: without vectors answers differ.
    """
    return [_checked(context, scope, canary) for canary in canaries(context, scope)]


def _answer(context: Context, scope: Scope, question: str, *, k: int, at: datetime) -> tuple[NoteId, ...]:
    uncounted = replace(context, recall_counts=None)  # A note is not in use because it is watched.
    result = recall(uncounted, scope, RecallQuery(question, k=k, asked_at=at))
    if result.degraded:
        raise EmbedderUnavailable(f"a canary needs the whole recall: {', '.join(result.degraded)}")
    return tuple(hit.note.id for hit in result.hits)


def _checked(context: Context, scope: Scope, canary: Canary) -> CanaryCheck:
    now = _answer(context, scope, canary.question, k=canary.k, at=canary.at)
    entered = tuple(note for note in now if note not in canary.expected)
    left = tuple(note for note in canary.expected if note not in now)
    if not entered and not left:
        return CanaryCheck(canary, now)
    with context.storage.reader(scope) as reader:
        why = _unexplained(reader, canary, entered, left)
    if why:
        return CanaryCheck(canary, now, entered, left, explained=False, why=why)
    return CanaryCheck(canary, now, entered, left, why="notes were added, or went, since the canary was put")


def _unexplained(reader: Reader, canary: Canary, entered: Sequence[NoteId], left: Sequence[NoteId]) -> str:
    """Return what nothing explains; empty where everything is.

    A new note of a trusted origin may enter, and may displace another; what is hidden or gone may leave, and make
    room for an older one.
    """
    found = {note.id: note for note in reader.notes([*entered, *left])}
    gone = [note for note in left if note not in found or found[note].status not in VISIBLE]
    newcomers = [found[note] for note in entered if note in found and _is_new(reader, found[note], canary)]
    doubtful = [note for note in newcomers if note.status is not Status.ACTIVE or not is_trusted(note.origin)]
    if doubtful:
        return f"note {doubtful[0].id}, which is new and not trusted, has entered"
    older = len(entered) - len(newcomers)
    if older > len(gone):
        return "an older note has entered although none had gone"
    if len(left) - len(gone) > len(newcomers):
        return "a note has left although none had displaced it"
    return ""


def _is_new(reader: Reader, note: Note, canary: Canary) -> bool:
    """Return whether a note was stored, or came back, since the canary was put."""
    if note.ingest_time > canary.at:
        return True
    return any(change.at > canary.at and "status" in change.patch for change in reader.history(note.id))
