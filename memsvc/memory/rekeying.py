"""Keys made anew: for notes that were stored without vectors, and for those keyed by another version."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Kind, Note
from memsvc.domain.scope import Scope
from memsvc.memory.attempts import Outdated, until_current
from memsvc.memory.context import Context
from memsvc.memory.embedding import put_vectors, without_vectors
from memsvc.memory.guarding.recording import queue_probes
from memsvc.memory.hashing import hash_notes
from memsvc.memory.jobs import queue_index_save
from memsvc.memory.look_up import existing_namespace

__all__ = ["key_notes", "outdated_keys", "rebuild_keys", "rekey_notes"]

_PAGE = 100
_ACTOR = "service"


def key_notes(context: Context, scope: Scope, notes: Sequence[NoteId]) -> None:
    """Give keys and vectors to notes that were stored while the embedder did not answer.

    Raises EmbedderUnavailable when it still does not, EmbedderMismatch when another one does.
    """
    with context.storage.reader(scope) as reader:
        found = reader.notes(notes)
    rekey_notes(context, scope, found)


def outdated_keys(context: Context, scope: Scope) -> int:
    """Return how many notes `rebuild_keys` would key anew; raises NotFound."""
    with context.storage.reader(scope) as reader:
        existing_namespace(reader)
        return reader.count_keyed_otherwise(context.drafter.key_maker.version)


def rebuild_keys(context: Context, scope: Scope, *, on_note: Callable[[], None] = lambda: None) -> int:
    """Make the keys anew of every note that another version of the rules has keyed; return how many.

    Page by page, each in its own transaction: what is stopped half-way goes on where it was. `on_note` is
    called for each note that is done. Raises NotFound, EmbedderMismatch, and EmbedderUnavailable when new texts
    cannot be embedded.
    """
    version = context.drafter.key_maker.version
    after = done = 0
    while True:
        with context.storage.reader(scope) as reader:
            existing_namespace(reader)
            page = reader.keyed_otherwise(version, after_row=after, limit=_PAGE)
        if not page:
            return done
        rekey_notes(context, scope, page)
        done += len(page)
        for _ in page:
            on_note()
        after = page[-1].row


def rekey_notes(context: Context, scope: Scope, notes: Sequence[Note]) -> None:
    """Make the keys of notes anew, all in one transaction, A-MEM's key from their attributes as they are.

    Raises EmbedderUnavailable, EmbedderMismatch, StorageBusy.
    """

    def attempt() -> None:
        with context.storage.reader(scope) as reader:
            attributes = reader.attributes.get_many([note.id for note in notes])
            keys = {note.id: context.drafter.keys_of(note, attributes.get(note.id)) for note in notes}
            texts = {key.text_hash: key.text_in(note.content) for note in notes for key in keys[note.id]}
            missing = without_vectors(texts, reader, context.embedder)
        matrix = context.embedder.embed(list(missing.values())) if missing else ()
        vectors = dict(zip(missing, matrix, strict=True))
        with context.storage.writer(scope) as writer:
            state = writer.state
            if state is None:
                return
            writer.open_namespace(context.embedder.model, context.clock())
            present = writer.notes(list(keys))
            if writer.attributes.get_many([note.id for note in present]) != {
                note.id: attributes[note.id] for note in present if note.id in attributes
            }:
                raise Outdated
            still_there = [note.id for note in present]
            thoughts = [note.id for note in present if note.kind is Kind.THOUGHT]
            hashes = {key.text_hash for note_id in still_there for key in keys[note_id]}
            needed = {text_hash: text for text_hash, text in texts.items() if text_hash in hashes}
            kept = {text_hash: vector for text_hash, vector in vectors.items() if text_hash in hashes}
            put_vectors(writer, needed, kept, context.embedder)
            for note_id in still_there:
                writer.rekey(
                    note_id,
                    keys[note_id],
                    version=context.drafter.key_maker.version,
                    at=context.clock(),
                    actor=_ACTOR,
                    kept=hashes,
                )
            hash_notes(context, writer, thoughts, now=context.clock())
            queue_probes(context, writer, present, now=context.clock())
            queue_index_save(
                writer,
                sequence=state.last_sequence,
                changes=len(still_there),
                every=context.save_rows,
                now=context.clock(),
            )

    until_current(attempt)
