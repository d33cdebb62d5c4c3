"""TiM's merging: one thought takes the place of several, which stay reachable and can come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.scope import Scope
from memsvc.domain.thoughts import Merge, Merged
from memsvc.errors import Conflict, InvalidInput
from memsvc.guard.origin import least_trusted
from memsvc.memory.attempts import until_current
from memsvc.memory.context import Context
from memsvc.memory.drafting import Drafter
from memsvc.memory.embedding import without_vectors
from memsvc.memory.focus import focus_pages
from memsvc.memory.kept_thoughts import candidates, kept_thoughts
from memsvc.memory.merge_rules import Group, groups_to_merge, keeps_all, merged_triples, wording
from memsvc.memory.organising import Conduct
from memsvc.memory.policy import policy_of
from memsvc.memory.store_merges import PlannedMerge, store_merges
from memsvc.memory.thought_drafts import thought_note
from memsvc.memory.thought_makers import model_for
from memsvc.ports.llm import LLM_FAILURES, ChatModel
from memsvc.ports.storage import Reader
from memsvc.ports.thinking import Organiser, Statement

__all__ = ["groups_around", "merge_these", "merge_thoughts", "plan_merge"]

_OPERATION: Final = "organise"


def merge_thoughts(
    context: Context, scope: Scope, conduct: Conduct, *, notes: Sequence[NoteId] | None = None
) -> Merged:
    """Merge thoughts of one head and many-valued relation, and thoughts that say the same.

    `notes` restricts to groups that these are in. What was unmerged stays apart. Doing it again changes nothing.
    Raises NotFound, and EmbedderUnavailable before anything is changed.
    """
    found: dict[frozenset[NoteId], Merge] = {}
    degraded: dict[str, None] = {}
    for page in focus_pages(context, scope, notes):
        done = _merge_page(context, scope, page, conduct)
        found |= {frozenset(each.sources): each for each in done.merges}
        degraded |= dict.fromkeys(done.degraded)
    return Merged(tuple(found.values()), conduct.dry_run, tuple(degraded))


def merge_these(context: Context, scope: Scope, conduct: Conduct, notes: Sequence[NoteId]) -> Merged:
    """Merge exactly the thoughts named, because somebody wants it, whatever the rules would say.

    Raises InvalidInput for fewer than two, NotFound, and Conflict when one is no visible thought, or one is
    derived from another.
    """
    if len(set(notes)) < 2:
        raise InvalidInput("/notes must name at least two thoughts to merge")
    (page,) = focus_pages(context, scope, notes)

    def attempt() -> Merged:
        with context.storage.reader(scope) as reader:
            group = _named(reader, page)
        return _carry_out(
            context,
            scope,
            conduct,
            [plan_merge(context.drafter, group, wording(group, alike=False), context.clock(), by_hand=True)],
        )

    return until_current(attempt)


def _merge_page(context: Context, scope: Scope, focus: Sequence[NoteId], conduct: Conduct) -> Merged:
    def attempt() -> Merged:
        model = model_for(context, scope, _OPERATION)
        with context.storage.reader(scope) as reader:
            groups = groups_around(reader, focus)
        said, degraded = _worded(context, model, groups, conduct)
        now = context.clock()
        plan = [plan_merge(context.drafter, group, text, now) for group, text in zip(groups, said, strict=True)]
        done = _carry_out(context, scope, conduct, plan)
        return Merged(done.merges, conduct.dry_run, degraded)

    return until_current(attempt)


def groups_around(reader: Reader, focus: Sequence[NoteId]) -> list[Group]:
    """Return the groups that rules merge, of thoughts in focus and those that belong to them."""
    notes = reader.notes(focus)
    others, _ = candidates(reader, notes)
    pool = kept_thoughts(reader, [*notes, *others])
    tau = policy_of(reader).thoughts.merge_tau
    groups = groups_to_merge(pool.values(), tau=tau, apart=_apart(reader, list(pool)))
    named = set(focus)
    return [group for group in groups if any(each.note.id in named for each in group)]


def _apart(reader: Reader, notes: Sequence[NoteId]) -> frozenset[frozenset[str]]:
    """Return the pairs that were merged once and unmerged by somebody."""
    products: dict[NoteId, list[NoteId]] = {}
    for each in reader.derivations.products(notes):
        if each.role is Role.MERGE:
            products.setdefault(each.note, []).append(each.source)
    undone = [note.id for note in reader.notes(list(products)) if _was_undone(reader, note)]
    return frozenset(
        frozenset((first, second))
        for note in undone
        for first in products[note]
        for second in products[note]
        if first != second
    )


def _was_undone(reader: Reader, merged: Note) -> bool:
    """Return whether somebody unmerged or forgot it, also where it was rolled back later."""
    if merged.status is Status.QUARANTINED:
        return any(change.operation is Operation.FORGOTTEN for change in reader.history(merged.id))
    return merged.status is Status.FORGOTTEN


def _named(reader: Reader, notes: Sequence[NoteId]) -> Group:
    found = kept_thoughts(reader, reader.notes(notes))
    for note in notes:
        if note not in found:
            raise Conflict(f"note {note} is no visible thought with triples, and cannot be merged")
    below = reader.derivations.descendants(notes, roles=(Role.MERGE,))
    if cyclic := [note for note in below if note in found]:
        raise Conflict(f"note {cyclic[0]} was merged from another one of these; leave out one of the two")
    return tuple(found[note] for note in notes)


def _worded(
    context: Context, model: ChatModel | None, groups: Sequence[Group], conduct: Conduct
) -> tuple[list[str], tuple[str, ...]]:
    """Return what each merged thought says: a model's wording where it keeps all, else the rule's."""
    by_rule = [wording(group) for group in groups]
    if model is None or not groups or conduct.dry_run:
        return by_rule, ()
    organiser = context.thinking.organiser(model)
    try:
        return [_by_model(organiser, group, text) for group, text in zip(groups, by_rule, strict=True)], ()
    except LLM_FAILURES:
        if not conduct.may_degrade:
            raise
        return by_rule, ("wording",)


def _by_model(organiser: Organiser, group: Group, by_rule: str) -> str:
    said = organiser.wording([Statement(each.note.content, each.held.since) for each in group])
    return said if said and keeps_all(said, group) else by_rule


def plan_merge(
    drafter: Drafter, group: Group, content: str, now: datetime, *, by_hand: bool = False
) -> PlannedMerge:
    """Draft the merged thought: as trusted as the least, since the last of them, at the time of the last."""
    notes = [each.note for each in group]
    sessions = {note.session for note in notes}
    limited = any(note.status is Status.LIMITED for note in notes)
    draft = thought_note(
        drafter,
        content,
        event_time=max(note.event_time for note in notes),
        valid_from=max(each.held.since for each in group),
        origin=least_trusted(note.origin for note in notes),
        trust=min(note.trust for note in notes),
        session=sessions.pop() if len(sessions) == 1 else None,
        status=Status.LIMITED if limited else Status.ACTIVE,
        dedupe=("merge", *sorted(note.id for note in notes)),
        now=now,
    )
    return PlannedMerge(draft, merged_triples(group), tuple(notes), by_hand)


def _carry_out(context: Context, scope: Scope, conduct: Conduct, plan: Sequence[PlannedMerge]) -> Merged:
    if not plan or conduct.dry_run:
        return Merged(tuple(each.told(None) for each in plan), conduct.dry_run)
    texts = {key.text_hash: key.text_in(each.draft.content) for each in plan for key in each.draft.keys}
    with context.storage.reader(scope) as reader:
        missing = without_vectors(texts, reader, context.embedder)
    matrix = context.embedder.embed(list(missing.values())) if missing else ()
    vectors = dict(zip(missing, matrix, strict=True))
    with context.storage.writer(scope) as writer:
        merged = store_merges(context, writer, plan, texts=texts, vectors=vectors, actor=conduct.actor)
    return Merged(tuple(each.told(each.draft.id) for each in merged), conduct.dry_run)
