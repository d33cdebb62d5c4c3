"""Changes of attributes and links, stored in one transaction: keys, vectors, words and index follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from memsvc.domain.changes import Operation
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Key
from memsvc.domain.scope import Scope
from memsvc.domain.selection import VISIBLE
from memsvc.errors import NotFound, PreconditionFailed
from memsvc.memory.amem.holding import held
from memsvc.memory.amem.planning import Evolution, Plan, may_shape
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.context import Context
from memsvc.memory.embedding import put_vectors, without_vectors
from memsvc.memory.guarding.recording import queue_probes
from memsvc.memory.hashing import hash_notes
from memsvc.memory.jobs import queue_index_save
from memsvc.ports.embedding import Vector
from memsvc.ports.storage import Writer

__all__ = ["Author", "Finish", "Stored", "store_plans"]


@dataclass(frozen=True, slots=True)
class Author:
    """Who stands in the journal: for a note's own analysis, for rules where a model failed, for its neighbours.

    A note is changed by others at most `per_day` times in a day.
    """

    analysis: str
    fallback: str
    evolution: str
    per_day: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Which notes have other attributes now, and how many links are new."""

    changed: tuple[NoteId, ...] = ()
    links: int = 0


Finish: TypeAlias = Callable[[Writer, Stored], None]


@dataclass(frozen=True, slots=True)
class _Keyed:
    """The keys of the notes that change, with all their texts by hash, and the vectors that are new."""

    keys: Mapping[NoteId, Sequence[Key]]
    texts: Mapping[str, str] = field(repr=False)
    vectors: Mapping[str, Vector]


def store_plans(
    context: Context, scope: Scope, plans: Sequence[Plan], *, author: Author, finish: Finish | None = None
) -> Stored:
    """Store what still holds of the plans (see `held`); `finish` is called in the same transaction.

    Raises EmbedderUnavailable, EmbedderMismatch, StorageBusy.
    """

    def attempt() -> Stored:
        with context.storage.reader(scope) as reader:
            holding = [held(reader, plan, now=context.clock(), per_day=author.per_day) for plan in plans]
            texts, keys = _texts(context, holding)
            missing = without_vectors(texts, reader, context.embedder)
        matrix = context.embedder.embed(list(missing.values())) if missing else ()
        keyed = _Keyed(keys, texts, dict(zip(missing, matrix, strict=True)))
        with context.storage.writer(scope) as writer:
            stored = _write(context, writer, holding, keyed, author=author)
            if finish is not None:
                finish(writer, stored)
            return stored

    return until_current(attempt)


def _texts(context: Context, plans: Sequence[Plan]) -> tuple[dict[str, str], dict[NoteId, tuple[Key, ...]]]:
    texts: dict[str, str] = {}
    keys: dict[NoteId, tuple[Key, ...]] = {}
    for change in _changes(plans):
        keys[change.note.id] = context.drafter.keys_of(change.note, change.after)
        texts |= {key.text_hash: key.text_in(change.note.content) for key in keys[change.note.id]}
    return texts, keys


def _changes(plans: Sequence[Plan]) -> list[Evolution]:
    return [each for plan in plans for each in plan.changes if each.after != each.before]


def _write(context: Context, writer: Writer, plans: Sequence[Plan], keyed: _Keyed, *, author: Author) -> Stored:
    """Raises Outdated when another writer came between."""
    state, now = writer.state, context.clock()
    if state is None:
        return Stored()
    writer.open_namespace(context.embedder.model, now)
    put_vectors(writer, keyed.texts, keyed.vectors, context.embedder)
    own = {plan.changes[0].note.id for plan in plans if plan.changes}
    changes = _changes(plans)
    _check_sources(writer, plans)
    try:
        for change in changes:
            _set(
                context,
                writer,
                change,
                keyed,
                actor=author.analysis if change.note.id in own else author.evolution,
            )
        links = [link for plan in plans for link in plan.links]
        new = writer.links.put(links, at=now, actor=author.analysis) if links else 0
        writer.mentions.put({plan.changes[0].note.id: plan.terms for plan in plans if plan.changes and plan.terms})
    except (NotFound, PreconditionFailed):
        raise Outdated from None
    hash_notes(context, writer, [change.note.id for change in changes], now=now)
    queue_probes(context, writer, [change.note for change in changes], now=now)
    queue_index_save(writer, sequence=state.last_sequence, changes=len(changes), every=context.save_rows, now=now)
    return Stored(tuple(change.note.id for change in changes), new)


def _check_sources(writer: Writer, plans: Sequence[Plan]) -> None:
    """Raise Outdated when a note that something was drawn from is hidden or limited since."""
    named = {source for change in _changes(plans) for source in change.sources}
    notes = {note.id: note for note in writer.notes(sorted(named))}
    for plan in plans:
        for place, change in enumerate(plan.changes):
            sources = [notes[source] for source in change.sources if source in notes]
            gone = len(sources) < len(change.sources) or any(each.status not in VISIBLE for each in sources)
            if change.after != change.before and (gone or (place and not may_shape(sources, change.note))):
                raise Outdated


def _set(context: Context, writer: Writer, change: Evolution, keyed: _Keyed, *, actor: str) -> None:
    writer.set_attributes(
        change.note.id,
        change.after,
        keyed.keys[change.note.id],
        key_version=context.drafter.key_maker.version,
        operation=Operation.EVOLVED,
        sources=change.sources,
        expected_version=change.note.version,
        at=context.clock(),
        actor=actor,
        kept=keyed.texts.keys(),
    )
