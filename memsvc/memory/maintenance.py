"""What jobs and operators do: look after indexes, key notes that were stored without vectors."""

from __future__ import annotations

from collections.abc import Sequence

from memsvc.domain.ids import NoteId
from memsvc.domain.scope import Scope
from memsvc.memory.context import Context
from memsvc.memory.look_up import existing_namespace
from memsvc.ports.ranking import IndexProblem, IndexStats

__all__ = ["compact_index", "index_stats", "key_notes", "rebuild_index", "save_index", "verify_index"]


def save_index(context: Context, scope: Scope) -> None:
    """Make the namespace's index durable; nothing to do when the namespace is gone."""
    with context.storage.reader(scope) as reader:
        if reader.state is not None:
            context.index.save(reader, reader.state)


def verify_index(context: Context, scope: Scope) -> list[IndexProblem]:
    """Compare the namespace's index with SQL; raises NotFound."""
    with context.storage.reader(scope) as reader:
        return context.index.verify(reader, existing_namespace(reader))


def rebuild_index(context: Context, scope: Scope) -> None:
    """Build the namespace's index anew from SQL; raises NotFound."""
    with context.storage.reader(scope) as reader:
        context.index.rebuild(reader, existing_namespace(reader))


def compact_index(context: Context, scope: Scope) -> None:
    """Save the namespace's index and give back what it has no use for; raises NotFound."""
    with context.storage.reader(scope) as reader:
        context.index.compact(reader, existing_namespace(reader))


def index_stats(context: Context, scope: Scope) -> IndexStats:
    """Say in which form the namespace's index is and what it takes; raises NotFound."""
    with context.storage.reader(scope) as reader:
        return context.index.stats(reader, existing_namespace(reader))


def key_notes(context: Context, scope: Scope, notes: Sequence[NoteId]) -> None:
    """Give keys and vectors to notes that were stored while the embedder did not answer.

    Raises EmbedderUnavailable when it still does not.
    """
    with context.storage.reader(scope) as reader:
        found = reader.notes(notes)
    keys = {note.id: context.drafter.keys(note.content, note.turns) for note in found}
    texts = {key.text_hash: key.text_in(note.content) for note in found for key in keys[note.id]}
    vectors = dict(zip(texts, context.embedder.embed(list(texts.values())), strict=True)) if texts else {}
    with context.storage.writer(scope) as writer:
        if writer.state is None:
            return
        still_there = {note.id for note in writer.notes(list(keys))}
        hashes = {key.text_hash for note_id in still_there for key in keys[note_id]}
        kept = {text_hash: vector for text_hash, vector in vectors.items() if text_hash in hashes}
        writer.vectors.put_many(context.embedder.model, kept)
        for note_id in still_there:
            writer.rekey(note_id, keys[note_id], at=context.clock(), actor="service")
