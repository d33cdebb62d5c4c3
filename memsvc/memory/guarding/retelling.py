"""Thoughts that fell although a note that stays tells the same: made anew of that note."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from memsvc.domain.derivations import Role
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import TRUST_OF_ORIGIN, Kind, Note, Origin, Status
from memsvc.domain.receipts import Actor
from memsvc.guard.origin import least_trusted
from memsvc.memory.embedding import Embedded
from memsvc.memory.guarding.lineage import sources_by_note
from memsvc.memory.guarding.undoing import Run
from memsvc.memory.materials import material_of, notes_before
from memsvc.memory.repeating import heard_with
from memsvc.memory.thinking import store_thoughts
from memsvc.memory.thought_drafts import DraftedThought, draft_thoughts, thought_note
from memsvc.ports.thinking import Thought

__all__ = ["retell"]


@dataclass(frozen=True, slots=True)
class _Lost:
    """A thought that fell, a note that tells it and stays, and the fallen note that it may quote there."""

    thought: Note
    teller: Note
    quoted: Note | None


def retell(run: Run, fallen: Mapping[NoteId, Note], roots: Collection[NoteId]) -> tuple[tuple[NoteId, ...], bool]:
    """Store again, of the notes that stay, what fell with others; return it, and whether all could be.

    Rules think about such a note anew where what was said before it has gone. What a model had made of that
    cannot be made again by rules.
    """
    thoughts = [note for note in fallen.values() if note.kind is Kind.THOUGHT and note.id not in roots]
    drafted: list[DraftedThought] = []
    complete = True
    for lost in _lost(run, thoughts, fallen):
        found = list(_told_again(run, lost))
        drafted += found
        complete &= bool(found) or _is_by_rules(run, lost)
    news = {(each.source, each.draft.content_hash): each for each in drafted}
    if not news:
        return (), complete
    embedded = _embedded(run, list(news.values()))
    created, _ = store_thoughts(
        run.context, run.writer, list(news.values()), embedded, actor=Actor(run.actor), now=run.now
    )
    return created, complete


def _lost(run: Run, thoughts: Sequence[Note], fallen: Mapping[NoteId, Note]) -> Iterator[_Lost]:
    sources = sources_by_note(run.writer, [note.id for note in thoughts])
    named = {each.source for found in sources.values() for each in found}
    notes = {note.id: note for note in run.writer.notes(sorted(named))}
    for thought in thoughts:
        tellers = [notes[each.source] for each in sources[thought.id] if each.role is Role.THOUGHT]
        quoted = [
            fallen[each.source]
            for each in sources[thought.id]
            if each.role is Role.CONTEXT and each.source in fallen
        ]
        for teller in tellers:
            if teller.status is not Status.QUARANTINED:
                # A round quotes what its own session had said just before it.
                own = [note for note in quoted if note.session == teller.session and note.row < teller.row]
                yield _Lost(thought, teller, own[-1] if own else None)


def _told_again(run: Run, lost: _Lost) -> Iterator[DraftedThought]:
    if _is_by_rules(run, lost):
        (before,) = notes_before(run.writer, [lost.teller])
        made = run.context.thinking.rules.think([material_of(lost.teller, before)])
        wanted = [each for each in made if _is_news(run, lost, each)]
        yield from draft_thoughts(
            run.context.drafter, [lost.teller], wanted, before=[before], by_model=False, now=run.now
        )
    elif lost.quoted is None:
        yield _copied(run, lost)


def _is_by_rules(run: Run, lost: _Lost) -> bool:
    before = lost.quoted or notes_before(run.writer, [lost.teller])[0]
    made = run.context.thinking.rules.think([material_of(lost.teller, before)])
    return any(each.sentence == lost.thought.content for each in made)


def _is_news(run: Run, lost: _Lost, thought: Thought) -> bool:
    """Return whether it is what fell, or, where that quoted what is gone, anything that was not known."""
    if lost.quoted is None:
        return thought.sentence == lost.thought.content
    (heard,) = heard_with(run.writer, [lost.teller], (), replies=False)
    if heard.holds(thought.said or thought.sentence):
        return False
    products = [
        each.note for each in run.writer.derivations.products([lost.teller.id]) if each.role is Role.THOUGHT
    ]
    standing = [note for note in run.writer.notes(products) if note.status is not Status.QUARANTINED]
    return all(note.content != thought.sentence for note in standing)


def _copied(run: Run, lost: _Lost) -> DraftedThought:
    """Return what a model said, as said of the note that stays."""
    thought, teller = lost.thought, lost.teller
    origin = least_trusted([teller.origin, Origin.MODEL_INFERENCE])
    trust = min(teller.trust, TRUST_OF_ORIGIN[origin])
    triples = run.writer.triples.get_many([thought.id]).get(thought.id, ())
    day = (thought.valid_from or teller.event_time).date().isoformat() if any(t.event for t in triples) else ""
    draft = thought_note(
        run.context.drafter,
        thought.content,
        event_time=teller.event_time,
        valid_from=thought.valid_from,
        origin=origin,
        trust=trust,
        session=teller.session,
        status=teller.status if teller.status is Status.LIMITED else Status.ACTIVE,
        dedupe=(origin, f"{trust:.6f}", day, thought.content),
        now=run.now,
    )
    return DraftedThought(draft, triples, teller.id, None)


def _embedded(run: Run, drafted: Sequence[DraftedThought]) -> Embedded:
    drafts = [each.draft for each in drafted]
    texts = {key.text_hash: key.text_in(draft.content) for draft in drafts for key in draft.keys}
    vectors = run.vectors.of(run.writer, texts)
    if vectors is None:
        return Embedded([replace(draft, keys=(), key_version=None) for draft in drafts], degraded=("embedding",))
    return Embedded(drafts, vectors)
