"""Thoughts after a reply (TiM's post-thinking): from rounds to notes of kind thought, tied to their rounds."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.drafts import STORED
from memsvc.domain.ids import NoteId
from memsvc.domain.jobs import Lease
from memsvc.domain.notes import Json, Kind, Note
from memsvc.domain.policies import Work
from memsvc.domain.receipts import Actor
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE
from memsvc.domain.thoughts import PostThought, ThoughtDetail
from memsvc.errors import Conflict, InvalidInput, NotFound
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.commit import store_drafts
from memsvc.memory.context import Context
from memsvc.memory.embedding import Embedded, embed_drafts, missing_texts
from memsvc.memory.jobs import organise_job
from memsvc.memory.look_up import existing_note
from memsvc.memory.materials import material_of, notes_before
from memsvc.memory.policy import policy_of
from memsvc.memory.repeating import Heard, heard_with
from memsvc.memory.thought_drafts import DraftedThought, draft_thoughts
from memsvc.memory.thought_makers import Made, make_thoughts, model_for
from memsvc.ports.storage import Writer
from memsvc.ports.thinking import Material

__all__ = ["MOST_NOTES", "post_think", "store_thoughts", "thought_detail"]

MOST_NOTES = 100
_MOST_RECALLED = 1000


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a read gave: the notes, those before them, and what was already derived from them."""

    notes: tuple[Note, ...]
    before: tuple[Note | None, ...]
    heard: tuple[Heard, ...]
    known: frozenset[tuple[NoteId, str]]

    @property
    def materials(self) -> list[Material]:
        return [material_of(note, before) for note, before in zip(self.notes, self.before, strict=True)]

    @property
    def voices(self) -> list[Hashable]:
        """Return whose words each material has, and how far they are trusted."""
        return [
            frozenset(
                (each.principal, each.origin, each.trust, each.status)
                for each in (note, before)
                if each is not None
            )
            for note, before in zip(self.notes, self.before, strict=True)
        ]

    @property
    def read(self) -> list[Note]:
        """Return every note whose words may go into a thought."""
        return [*self.notes, *(note for note in self.before if note is not None)]


def post_think(
    context: Context,
    scope: Scope,
    notes: Sequence[NoteId],
    *,
    actor: Actor,
    recalled: Collection[NoteId] = (),
    lease: Lease | None = None,
    may_degrade: bool = True,
) -> PostThought:
    """Make thoughts of notes that were stored before, and store them with their triples in one transaction.

    To be called after the reply. Words that only repeat the `recalled` notes (and those that a note's metadata
    names so) are no news and make none. The policy says whether a model thinks; when it fails, the rules do, or,
    unless it `may_degrade`, its error is raised. Notes that are thoughts themselves, or not visible, are passed
    over. With a `lease` the job ends in the same transaction. Raises InvalidInput, NotFound.
    """
    _check(notes, recalled)
    now = context.clock()

    def attempt() -> PostThought:
        model = model_for(context, scope)
        plan = _plan(context, scope, notes, recalled, replies=model is not None)
        made = make_thoughts(context, model, plan.materials, voices=plan.voices, may_degrade=may_degrade)
        drafted, repeated = _news(context, plan, made, now)
        drafts = [each.draft for each in drafted]
        with context.storage.reader(scope) as reader:
            texts = missing_texts(drafts, reader, context.embedder)
        embedded = embed_drafts(drafts, texts, context.embedder)
        with context.storage.writer(scope) as writer:
            writer.open_namespace(context.embedder.model, now)
            if _state(writer.notes([note.id for note in plan.read])) != _state(plan.read):
                raise Outdated
            thoughts, known = store_thoughts(context, writer, drafted, embedded, actor=actor, now=now)
            result = PostThought(thoughts, known, repeated, (*made.degraded, *embedded.degraded))
            if lease is not None:
                writer.finish_job(lease, at=now, result=_figures(result))
        return result

    return until_current(attempt)


def thought_detail(context: Context, scope: Scope, note: NoteId) -> ThoughtDetail:
    """Return a thought with its triples and sources; raises NotFound, Conflict for another kind of note."""
    with context.storage.reader(scope) as reader:
        found = existing_note(reader, note)
        if found.kind is not Kind.THOUGHT:
            raise Conflict(f"note {note} is a {found.kind}, not a thought")
        triples = reader.triples.get_many([note]).get(note, ())
        return ThoughtDetail(found, triples, tuple(reader.derivations.sources([note])))


def _check(notes: Sequence[NoteId], recalled: Collection[NoteId]) -> None:
    if not notes:
        raise InvalidInput("/notes is empty; name the notes to think about")
    if len(notes) > MOST_NOTES:
        raise InvalidInput(f"/notes names {len(notes)} notes; at most {MOST_NOTES} at a time")
    if len(recalled) > _MOST_RECALLED:
        raise InvalidInput(f"/recalled names {len(recalled)} notes; at most {_MOST_RECALLED}")


def _plan(
    context: Context, scope: Scope, notes: Sequence[NoteId], recalled: Collection[NoteId], *, replies: bool
) -> _Plan:
    with context.storage.reader(scope) as reader:
        named = list(dict.fromkeys(notes))
        found = reader.notes(named)
        if len(found) < len(named):
            missing = set(named) - {note.id for note in found}
            raise NotFound(f"there is no note {min(missing)} in this namespace")
        chosen = [note for note in found if note.status in VISIBLE and note.kind is not Kind.THOUGHT]
        heard = heard_with(reader, chosen, recalled, replies=replies)
        products = reader.derivations.products([note.id for note in chosen])
        hashes = {each.id: each.content_hash for each in reader.notes([product.note for product in products])}
        known = {
            (each.source, hashes[each.note])
            for each in products
            if each.note in hashes and each.role is not Role.CONTEXT
        }
        return _Plan(tuple(chosen), tuple(notes_before(reader, chosen)), heard, frozenset(known))


def _news(context: Context, plan: _Plan, made: Made, now: datetime) -> tuple[list[DraftedThought], int]:
    """Return the thoughts that are new of their source, and how many only repeat what was recalled."""
    news, repeated = [], 0
    for thought in made.thoughts:
        if plan.heard[thought.source].holds(thought.said or thought.sentence):
            repeated += 1
        else:
            news.append(thought)
    drafted = draft_thoughts(
        context.drafter, plan.notes, news, before=plan.before, by_model=made.by_model, now=now
    )
    return [each for each in drafted if (each.source, each.draft.content_hash) not in plan.known], repeated


def _state(notes: Sequence[Note]) -> set[tuple[NoteId, bool, float]]:
    return {(note.id, note.status in VISIBLE, note.trust) for note in notes}


def store_thoughts(
    context: Context,
    writer: Writer,
    drafted: Sequence[DraftedThought],
    embedded: Embedded,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[tuple[NoteId, ...], tuple[NoteId, ...]]:
    """Store what is new, and tie what is known to its new source; return both."""
    if not drafted:
        return (), ()
    outcomes = store_drafts(context, writer, embedded, actor=actor, now=now)
    created: dict[NoteId, DraftedThought] = {}
    known: list[NoteId] = []
    derivations = []
    for each, outcome in zip(drafted, outcomes, strict=True):
        assert outcome.note is not None
        if outcome.status in STORED:
            created[outcome.note] = each
        else:
            known.append(outcome.note)
        derivations.append(Derivation(outcome.note, each.source, Role.THOUGHT))
        if each.quoted is not None:
            derivations.append(Derivation(outcome.note, each.quoted, Role.CONTEXT))
    writer.triples.put({note: each.triples for note, each in created.items()})
    writer.derivations.add(derivations)
    policy = policy_of(writer).thoughts
    if created and policy.work is not Work.OFF and (policy.forget or policy.merge):
        writer.enqueue(organise_job(list(created)), at=now)
    return tuple(created), tuple(dict.fromkeys(note for note in known if note not in created))


def _figures(result: PostThought) -> Mapping[str, Json]:
    return {
        "thoughts": len(result.thoughts),
        "known": len(result.known),
        "repeated": result.repeated,
        "degraded": bool(result.degraded),
    }
