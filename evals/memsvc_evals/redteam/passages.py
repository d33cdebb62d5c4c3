"""What an attacker passes notes through in hope of a better origin: thoughts and merges, A-MEM's evolution."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Status
from memsvc.domain.receipts import Actor
from memsvc_evals.redteam.families.attack import Passage
from memsvc_evals.redteam.service import Target

__all__ = ["pass_through"]

_ACTOR = Actor("eval")


def pass_through(target: Target, notes: Sequence[NoteId], passage: Passage) -> None:
    """Have the service derive what it would of these notes; those that it will not touch are left."""
    scope, seen = target.scope, sorted(target.visible(notes))
    if not seen:
        return
    if passage is Passage.AMEM_EVOLUTION:
        for note, status in target.statuses(seen).items():
            if status is Status.ACTIVE:
                target.app.service.evolve(scope, note, actor=_ACTOR)
    else:
        target.app.service.post_think(scope, seen, actor=_ACTOR)
        target.app.service.merge_thoughts(scope, actor=_ACTOR)
