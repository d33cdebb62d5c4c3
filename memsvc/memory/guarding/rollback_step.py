"""One step of a rollback: some notes, with all that came of them, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from memsvc.domain.ids import NoteId
from memsvc.domain.links import Link
from memsvc.domain.notes import Note
from memsvc.domain.policies import Policy, Work
from memsvc.domain.rollbacks import RolledBack
from memsvc.domain.thoughts import Verdict
from memsvc.memory.derived_work import queue_derived_work
from memsvc.memory.guarding.lineage import fallen_with, informed_by
from memsvc.memory.guarding.reopening import Reopened, free, reopen
from memsvc.memory.guarding.reorganising import judge_again, merge_again, rejoin
from memsvc.memory.guarding.retelling import retell
from memsvc.memory.guarding.reverting import revert_evolution
from memsvc.memory.guarding.undoing import Run, hide, limit, weaken
from memsvc.memory.jobs import organise_job

__all__ = ["roll_back_step"]


def roll_back_step(run: Run, roots: Sequence[NoteId]) -> RolledBack:
    """Undo what the roots have brought about; raises VectorsMissing."""
    writer = run.writer
    names = sorted(fallen_with(writer, roots))
    fallen = {note.id: note for note in sorted(writer.notes(names), key=lambda note: note.row)}
    links = writer.links.touching(names)
    quarantined = hide(run, fallen.values())
    removed = sum(writer.links.delete(link.note, link.other, link.type) for link in links)
    freed = free(run, roots, fallen)
    replaced = writer.replaced_by(names)
    reopened = reopen(run, replaced, fallen, links)
    weaken(run, fallen)
    limited = limit(run, informed_by(writer, fallen))
    reverted, attributes_complete = revert_evolution(run, fallen, links)
    retold, thoughts_complete = retell(run, fallen, roots)
    rejoined = rejoin(run, replaced, fallen)
    reopened = reopened.plus(reopen(run, rejoined.freed, fallen, ()))
    others = [*rejoined.separated, *retold, *(each.note for each in rejoined.merges if each.note is not None)]
    closed = judge_again(run, reopened.contradicted, others, fallen)
    remerged = (*rejoined.merges, *merge_again(run, rejoined.separated, [*reopened.contradicted, *others]))
    _queue_work(run, reopened, links, fallen)
    by_model = run.policy.thoughts.work is Work.LLM
    degraded = {
        "attributes": not attributes_complete,
        "thoughts": not thoughts_complete,
        "contradictions": by_model and bool(reopened.contradicted),
        "wording": by_model and bool(remerged),
        "embedding": run.vectors.failed,
    }
    return RolledBack(
        dry_run=False,
        roots=tuple(roots),
        quarantined=quarantined,
        restored=(*freed, *rejoined.separated),
        reopened=(*reopened.superseded, *reopened.contradicted),
        closed=tuple(each for each in closed if each.verdict is Verdict.SUPERSEDE),
        reverted=reverted,
        remerged=remerged,
        retold=retold,
        limited=limited,
        links_removed=removed,
        degraded=tuple(name for name, is_so in degraded.items() if is_so),
    )


def _queue_work(run: Run, reopened: Reopened, links: Sequence[Link], fallen: Mapping[NoteId, Note]) -> None:
    """Queue what may not have been done for notes while others stood in their place, and links drawn anew.

    What is gone may have counted among the nearest of notes that it was linked with.
    """
    back = run.writer.notes(list(reopened.superseded))
    queue_derived_work(run.writer, run.policy, back, now=run.now)
    others = run.writer.notes(list(dict.fromkeys(_other_ends(links, fallen))))
    queue_derived_work(run.writer, Policy(links=run.policy.links), others, now=run.now)
    if run.policy.thoughts.work is Work.LLM and reopened.contradicted:
        run.writer.enqueue(organise_job(list(reopened.contradicted)), at=run.now)


def _other_ends(links: Sequence[Link], fallen: Mapping[NoteId, Note]) -> Iterator[NoteId]:
    for link in links:
        yield from (end for end in (link.note, link.other) if end not in fallen)
