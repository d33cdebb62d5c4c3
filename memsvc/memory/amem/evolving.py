"""Evolve a note when asked to: as if it were new, by a model where there is one."""

from __future__ import annotations

from dataclasses import dataclass

from memsvc.domain.attributes import Attributes
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.errors import Conflict
from memsvc.memory.amem.constructing import construct, see
from memsvc.memory.amem.storing import Author
from memsvc.memory.amem.working import OPERATION
from memsvc.memory.context import Context
from memsvc.memory.look_up import existing_note
from memsvc.memory.policy import policy_of

__all__ = ["Evolved", "evolve"]


@dataclass(frozen=True, slots=True)
class Evolved:
    """The note's attributes now, which notes were changed (perhaps itself), how many links are new.

    `degraded` says why a model could not be used; the attributes are then those that the note had, or the rules'.
    """

    attributes: Attributes
    changed: tuple[NoteId, ...]
    links: int
    degraded: tuple[str, ...] = ()


def evolve(context: Context, scope: Scope, note_id: NoteId, *, actor: Actor) -> Evolved:
    """Construct the note anew, link it, and evolve its neighbours, whatever the policy says of new notes.

    Raises NotFound, Conflict for a note that is not active, EmbedderUnavailable, EmbedderMismatch, StorageBusy.
    """
    model = None if context.llm is None else context.llm(scope, OPERATION)
    with context.storage.reader(scope) as reader:
        note = existing_note(reader, note_id)
        policy, seen = policy_of(reader), see(reader, note_id)
    if seen is None:
        hint = ": restore it first" if note.status in (Status.FORGOTTEN, Status.SUPERSEDED) else ""
        raise Conflict(f"note {note_id} is {note.status}; only an active note can evolve{hint}")
    author = Author(actor.name, actor.name, actor.name, policy.amem.evolutions_per_day)
    found = construct(context, scope, seen, policy=policy, model=model, author=author)
    with context.storage.reader(scope) as reader:
        attributes = reader.attributes.get_many([note_id]).get(note_id, Attributes())
    degraded = () if found.failure is None else (f"{OPERATION}: {found.failure.code}",)
    return Evolved(attributes, found.stored.changed, found.stored.links, degraded)
