"""Thoughts in hash tables: put in with every write, made anew when their parameters change, checked.

Thoughts of every status are in the tables, so that one that is restored needs no hashing; readers see the visible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import KeyGroup, Kind, Note, Status
from memsvc.domain.scope import Scope
from memsvc.domain.selection import Selection
from memsvc.memory.context import Context
from memsvc.memory.hash_tables import fits, lsh_parameters, rehash_job
from memsvc.memory.look_up import existing_namespace
from memsvc.memory.policy import policy_of
from memsvc.ports.embedding import Matrix, Model
from memsvc.ports.hashing import Purpose
from memsvc.ports.storage import Reader, Writer

__all__ = ["THOUGHTS", "hash_notes", "hashable", "rehash"]

THOUGHTS = Selection(statuses=frozenset(Status), kinds=frozenset({Kind.THOUGHT}))
_PAGE = 500


def hashable(reader: Reader, model: Model, notes: Sequence[Note]) -> tuple[list[int], Matrix]:
    """Return the rows of those notes whose text has a vector that is not zero, and the vectors.

    That is the vector of the first key of the whole text; a note that was stored without keys has none yet.
    """
    keyed: dict[int, str] = {}
    for note in notes:
        whole = [key.text_hash for key in reader.keys(note.id) if key.kind in KeyGroup.WHOLE.kinds]
        if whole:
            keyed[note.row] = whole[0]
    vectors = reader.vectors.get_many(model, list(dict.fromkeys(keyed.values())))
    rows = [row for row, text_hash in keyed.items() if text_hash in vectors and vectors[text_hash].any()]
    if not rows:
        return [], np.empty((0, model.dimension), np.float32)
    return rows, np.stack([vectors[keyed[row]] for row in rows])


def hash_notes(context: Context, writer: Writer, notes: Sequence[NoteId], *, now: datetime) -> None:
    """Put those of the notes that are thoughts into the epochs in force, and into those that are being filled.

    To be called in the transaction that stored or re-keyed them. The first thoughts put epochs in force. Where
    the policy asks for other tables, or earlier thoughts are in none, a job will make them anew.
    """
    thoughts = [note for note in writer.notes(notes) if note.kind is Kind.THOUGHT] if notes else []
    if not thoughts:
        return
    model, policy = existing_namespace(writer).model, policy_of(writer)
    rows, vectors = hashable(writer, model, thoughts)
    outdated = False
    for purpose in Purpose:
        wanted = lsh_parameters(purpose, policy, model)
        epoch = writer.buckets.epoch(purpose)
        if epoch is None:
            epoch = writer.buckets.open(purpose, wanted, hashing=context.hashing, at=now)
            writer.buckets.enforce(epoch)
            outdated |= len(writer.page(THOUGHTS, after_row=0, limit=len(thoughts) + 1)) > len(thoughts)
        outdated |= not fits(epoch, wanted, model)
        for each in (epoch, writer.buckets.pending(purpose)):
            if each is not None and each.model_id == model.id:
                writer.buckets.put(each, rows, context.hashing.codes(each, vectors))
    if outdated:
        writer.enqueue(rehash_job(), at=now)


def rehash(context: Context, scope: Scope, *, on_page: Callable[[], None] = lambda: None) -> None:
    """Bring the tables to what the policy asks for, and put every thought into its buckets; raises NotFound.

    Epochs of other parameters, or of another model's vectors, get one beside them that is filled page by page
    and then takes their place; meanwhile they answer. `on_page` is called between the pages, outside any
    transaction; what it stops half-way begins again the next time.
    """
    for purpose in Purpose:
        place: _Place | None = _Place(epoch=0, row=0)
        while place is not None:
            with context.storage.writer(scope) as writer:
                place = _rehash_page(context, writer, purpose, place)
            on_page()


class _Place(NamedTuple):
    """Up to which row the thoughts are in the buckets of an epoch."""

    epoch: int
    row: int


def _rehash_page(context: Context, writer: Writer, purpose: Purpose, place: _Place) -> _Place | None:
    """Put the thoughts past a place into their buckets; return the place after them, or None at the end.

    It begins again when the policy has come to ask for other tables since.
    """
    model, kept = existing_namespace(writer).model, writer.buckets
    if not writer.page(THOUGHTS, after_row=0, limit=1) and kept.epoch(purpose) is None:
        return None
    wanted = lsh_parameters(purpose, policy_of(writer), model)
    epoch = kept.open(purpose, wanted, hashing=context.hashing, at=context.clock())
    after = place.row if epoch.number == place.epoch else 0
    page = writer.page(THOUGHTS, after_row=after, limit=_PAGE)
    rows, vectors = hashable(writer, model, page)
    kept.put(epoch, rows, context.hashing.codes(epoch, vectors))
    if page:
        return _Place(epoch.number, page[-1].row)
    kept.enforce(epoch)
    return None
