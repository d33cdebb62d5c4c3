"""What thoughts that are back have to do with the others: they are merged again, and contradicted, by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.domain.policies import Work
from memsvc.domain.receipts import Actor
from memsvc.domain.thoughts import Judgement, Merge, Verdict
from memsvc.memory.guarding.closed_since import Arrivals, closed_since
from memsvc.memory.guarding.reopening import separate
from memsvc.memory.guarding.undoing import Run
from memsvc.memory.jobs import key_notes_job
from memsvc.memory.judging import by_rules, carried_out
from memsvc.memory.kept_thoughts import KeptThought, kept_thoughts
from memsvc.memory.merge_rules import Group, wording
from memsvc.memory.merging import groups_around, plan_merge
from memsvc.memory.organising import apply_judgements, pool_around
from memsvc.memory.store_merges import BY_HAND, PlannedMerge, store_merges

__all__ = ["Rejoined", "judge_again", "merge_again", "rejoin"]


@dataclass(frozen=True, slots=True)
class Rejoined:
    """What came back, the merges of it, and notes that are to be reopened for what came back."""

    separated: tuple[NoteId, ...]
    merges: tuple[Merge, ...]
    freed: tuple[Note, ...]


def rejoin(run: Run, replaced: Sequence[Note], fallen: Mapping[NoteId, Note]) -> Rejoined:
    """Undo the merges that fell, one after another in their order, and merge again what is left of each.

    That is as it had been: because somebody wanted it, or by rules.
    """
    returned: list[NoteId] = []
    freed: list[Note] = []
    done: list[Merge] = []
    left: dict[NoteId, list[NoteId]] = {}
    sources = _merged_sources(run, fallen)
    apart = [note for note in replaced if note.status is Status.MERGED and note.id not in fallen]
    named = {note.superseded_by for note in apart if note.superseded_by is not None}
    for into in sorted((named | sources.keys()) & fallen.keys(), key=lambda note: fallen[note].row):
        own = [separate(run, note, fallen) for note in apart if note.superseded_by == into]
        freed += [note for each in own for note in each.freed]
        back = [each.note for each in own]
        returned += back
        before = [kept for source in sources.get(into, ()) for kept in left.get(source, ())]
        members = list(dict.fromkeys([*back, *before]))
        merges = _merge(run, members, by_hand=_was_by_hand(run, sources.get(into, ())))
        joined = {source: each.note for each in merges for source in each.sources if each.note is not None}
        left[into] = list(dict.fromkeys(joined.get(member, member) for member in members))
        done += merges
    return Rejoined(tuple(dict.fromkeys(returned)), tuple(done), tuple(freed))


def judge_again(
    run: Run, contradicted: Sequence[NoteId], others: Sequence[NoteId], fallen: Mapping[NoteId, Note]
) -> tuple[Judgement, ...]:
    """Close what other thoughts contradict, or mark the conflict, as if they had been current all along.

    Others than those that had been contradicted are judged only where the policy has thoughts judged.
    """
    thoughts = run.policy.thoughts
    wanted = thoughts.work is not Work.OFF and thoughts.forget
    focus = list(dict.fromkeys([*contradicted, *(others if wanted else ())]))
    if not focus:
        return ()
    pool, _ = pool_around(run.writer, focus)
    begin = Arrivals.of(run, [each.note for each in pool.values()], fallen).times
    after = min((begin[note] for note in focus if note in pool), default=run.now)
    closed = closed_since(run, pool.keys(), fallen, after=after)
    known = {**closed, **pool}
    arrivals = Arrivals.of(run, [each.note for each in known.values()], fallen)
    judged = [
        each
        for each in by_rules(known, [note for note in focus if note in pool])
        if each.older in pool and (each.newer in pool or _met(known, arrivals, each))
    ]
    plan = carried_out(run.writer, known, arrivals.first_met(judged))
    apply_judgements(run.writer, known, plan, actor=Actor(run.actor), now=run.now)
    return tuple(plan)


def _met(known: Mapping[NoteId, KeptThought], arrivals: Arrivals, judgement: Judgement) -> bool:
    """Return whether a thought that was closed since stood when the older one came, and would have closed it."""
    end = known[judgement.newer].note.expired_at
    return judgement.verdict is Verdict.SUPERSEDE and end is not None and end >= arrivals.times[judgement.older]


def merge_again(run: Run, separated: Sequence[NoteId], others: Sequence[NoteId]) -> tuple[Merge, ...]:
    """Merge by rules what had been merged with what fell; others only where the policy has thoughts merged."""
    thoughts = run.policy.thoughts
    wanted = thoughts.work is not Work.OFF and thoughts.merge
    focus = list(dict.fromkeys([*separated, *(others if wanted else ())]))
    return tuple(_store(run, groups_around(run.writer, focus))) if focus else ()


def _merged_sources(run: Run, fallen: Mapping[NoteId, Note]) -> dict[NoteId, list[NoteId]]:
    """Return what each fallen merge was made of."""
    found: dict[NoteId, list[NoteId]] = {}
    for each in run.writer.derivations.sources(sorted(fallen)):
        if each.role is Role.MERGE:
            found.setdefault(each.note, []).append(each.source)
    return found


def _was_by_hand(run: Run, sources: Sequence[NoteId]) -> bool:
    reasons = [change.patch.get("reason") for source in sources for change in run.writer.history(source)]
    return any(isinstance(reason, Mapping) and reason["new"] == BY_HAND for reason in reasons)


def _merge(run: Run, members: Sequence[NoteId], *, by_hand: bool) -> list[Merge]:
    kept = kept_thoughts(run.writer, run.writer.notes(members))
    if len(kept) < 2:
        return []
    if by_hand:
        return _store(run, [tuple(kept.values())], by_hand=True)
    groups = groups_around(run.writer, list(kept))
    return _store(run, [group for group in groups if all(each.note.id in kept for each in group)])


def _store(run: Run, groups: Sequence[Group], *, by_hand: bool = False) -> list[Merge]:
    if not groups:
        return []
    plan = [
        plan_merge(run.context.drafter, group, wording(group, alike=not by_hand), run.now, by_hand=by_hand)
        for group in groups
    ]
    texts = {key.text_hash: key.text_in(each.draft.content) for each in plan for key in each.draft.keys}
    vectors = run.vectors.of(run.writer, texts)
    if vectors is None:
        plan = [_without_keys(each) for each in plan]
        run.writer.enqueue(key_notes_job([each.draft.id for each in plan]), at=run.now)
    kept = {} if vectors is None else texts
    actor = Actor(run.actor)
    merged = store_merges(run.context, run.writer, plan, texts=kept, vectors=vectors or {}, actor=actor)
    return [each.told(each.draft.id) for each in merged]


def _without_keys(merge: PlannedMerge) -> PlannedMerge:
    return replace(merge, draft=replace(merge.draft, keys=(), key_version=None))
