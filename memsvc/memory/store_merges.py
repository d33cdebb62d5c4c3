"""Merges in one transaction: first the new thought, then its sources step back; search sees both at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from memsvc.domain.attributes import Method
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.ids import NoteId
from memsvc.domain.links import STORED_TYPES, NewLink
from memsvc.domain.notes import Note, Status
from memsvc.domain.receipts import Actor
from memsvc.domain.revising import StatusChange
from memsvc.domain.selection import VISIBLE
from memsvc.domain.thoughts import Merge
from memsvc.domain.triples import Triple
from memsvc.memory.attempts import Outdated
from memsvc.memory.context import Context
from memsvc.memory.embedding import put_vectors
from memsvc.memory.guarding.checking import Checks, check_drafts
from memsvc.memory.guarding.recording import record_checks
from memsvc.memory.hashing import hash_notes
from memsvc.memory.jobs import queue_index_save
from memsvc.memory.organising import check_unchanged
from memsvc.ports.embedding import Vector
from memsvc.ports.storage import Writer

__all__ = ["BY_HAND", "PlannedMerge", "store_merges"]

BY_HAND: Final = "merged by hand"


@dataclass(frozen=True, slots=True)
class PlannedMerge:
    """The draft of a merged thought, with the sources as they were when it was planned.

    `by_hand` says that somebody wanted it, whatever the rules say.
    """

    draft: NoteDraft
    triples: tuple[Triple, ...] = field(repr=False)
    sources: tuple[Note, ...]
    by_hand: bool = False

    def told(self, note: NoteId | None) -> Merge:
        return Merge(tuple(source.id for source in self.sources), self.draft.content, note)


def store_merges(
    context: Context,
    writer: Writer,
    plan: Sequence[PlannedMerge],
    *,
    texts: Mapping[str, str],
    vectors: Mapping[str, Vector],
    actor: Actor,
) -> list[PlannedMerge]:
    """Store the merged thoughts, then take their sources back, and return what was merged.

    A merge that the guard would hide is left out, and its sources stay as they are. Raises Outdated when a source
    has changed.
    """
    now = plan[0].draft.ingest_time
    state = writer.open_namespace(context.embedder.model, now)
    check_unchanged(writer, [source for each in plan for source in each.sources])
    checks = check_drafts(context, writer, [each.draft for each in plan], principal=None, now=now)
    plan = _let_in(plan, checks)
    if not plan:
        return []
    named = {key.text_hash for each in plan for key in each.draft.keys}
    wanted = {name: text for name, text in texts.items() if name in named}
    put_vectors(writer, wanted, {name: vectors[name] for name in wanted if name in vectors}, context.embedder)
    links = [link for each in plan for link in _inherited_links(writer, each)]
    added = writer.add([each.draft for each in plan], actor=actor.name)
    if any(each.row is None for each in added):
        raise Outdated
    writer.triples.put({each.draft.id: each.triples for each in plan})
    writer.derivations.add(
        [Derivation(each.draft.id, source.id, Role.MERGE) for each in plan for source in each.sources]
    )
    record_checks(writer, checks, [each.draft for each in plan], now=now, actor=actor.name)
    hash_notes(context, writer, [each.draft.id for each in plan], now=now)
    for each in plan:
        _inherit_strength(writer, each)
        _take_back(writer, each, at=now, actor=actor)
    if links:
        writer.links.put(links, at=now, actor=actor.name)
    changes = sum(1 + len(each.sources) for each in plan)
    queue_index_save(writer, sequence=state.last_sequence, changes=changes, every=context.save_rows, now=now)
    return plan


def _take_back(writer: Writer, merge: PlannedMerge, *, at: datetime, actor: Actor) -> None:
    """Hide the sources of a merged thought behind it."""
    for source in merge.sources:
        writer.change_status(
            StatusChange(
                note=source.id,
                operation=Operation.MERGED,
                status=Status.MERGED,
                at=at,
                actor=actor.name,
                reason=BY_HAND if merge.by_hand else None,
                expected_version=source.version,
                valid_to=merge.draft.valid_from,
                superseded_by=merge.draft.id,
            )
        )


def _let_in(plan: Sequence[PlannedMerge], checks: Checks) -> list[PlannedMerge]:
    drafts = {draft.id: draft for draft in checks.storable([each.draft for each in plan])}
    found = [replace(each, draft=drafts[each.draft.id]) for each in plan if each.draft.id in drafts]
    return [each for each in found if each.draft.status in VISIBLE]


def _inherited_links(writer: Writer, merge: PlannedMerge) -> list[NewLink]:
    """Return the links of the sources to others, for the merged thought; of one type to one note the heaviest."""
    own = {source.id for source in merge.sources}
    found: dict[tuple[NoteId, str], NewLink] = {}
    for source in merge.sources:
        for link in writer.links.of(source.id, types=STORED_TYPES):
            known = found.get((link.other, link.type))
            if link.other not in own and (known is None or known.weight < link.weight):
                method: Method = link.method
                found[link.other, link.type] = NewLink(merge.draft.id, link.other, link.type, link.weight, method)
    return list(found.values())


def _inherit_strength(writer: Writer, merge: PlannedMerge) -> None:
    """Count the sightings and recalls of the sources for the merged thought, which counts as seen once itself."""
    counts = writer.strengths.of([source.id for source in merge.sources])
    used = [each.last_at for each in counts if each.last_at is not None]
    at = max(used, default=merge.draft.ingest_time)
    again = sum(each.sightings for each in counts) - 1
    if again > 0:
        writer.strengths.sighted([merge.draft.id] * again, at=at)
    if recalls := sum(each.recalls for each in counts):
        writer.strengths.recalled({merge.draft.id: recalls}, at=at)
