"""The authors' observations as thoughts of the turns that they name."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NewItem
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind
from memsvc.domain.scope import Scope
from memsvc.errors import ServerFault
from memsvc_evals.local_service import ACTOR, LocalService
from memsvc_evals.locomo.conversation import Conversation

__all__ = ["Thoughts", "remember_observations"]

_BATCH = 500


class Thoughts(StrEnum):
    """Who thinks about the turns."""

    NONE = "none"
    RULES = "rules"
    OBSERVATIONS = "observations"


def remember_observations(
    local: LocalService, scope: Scope, conversation: Conversation, notes: Mapping[str, NoteId]
) -> None:
    """Store each observation as a thought, tied to its turns; `notes` are those of the turns.

    Raises ServerFault unless all are stored whole.
    """
    dated = {session.number: session.at for session in conversation.sessions}
    derived: list[Derivation] = []
    for start in range(0, len(conversation.observations), _BATCH):
        batch = conversation.observations[start : start + _BATCH]
        items = [NewItem(each.text, kind=Kind.THOUGHT, event_time=dated[each.session]) for each in batch]
        outcomes = local.service.remember(scope, items, actor=ACTOR).outcomes
        for observation, outcome in zip(batch, outcomes, strict=True):
            if outcome.note is None or outcome.degraded:
                raise ServerFault("an observation was not stored as it should be")
            derived += [Derivation(outcome.note, notes[turn], Role.THOUGHT) for turn in observation.evidence]
    with local.storage.writer(scope) as writer:
        writer.derivations.add(derived)
