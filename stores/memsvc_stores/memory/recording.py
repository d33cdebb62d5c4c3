"""A note with all that is kept of it."""

from __future__ import annotations

from memsvc.domain.derivations import Derivation, Role
from memsvc.domain.records import NoteRecord
from memsvc_stores.memory.state import NamespaceData, StoredNote

__all__ = ["record_of"]


def record_of(data: NamespaceData, stored: StoredNote) -> NoteRecord:
    """Return the record of a note, with its links to earlier notes and its derivations from or to them."""
    row = stored.note.row
    links = sorted((low, kind.value, link) for (low, high, kind), link in data.links.items() if high == row)
    return NoteRecord(
        note=stored.note,
        dedupe=stored.dedupe,
        keys=stored.keys,
        key_version=stored.key_version,
        attributes=stored.attributes,
        triples=data.triples.get(row, ()),
        mentions=data.mentions.get(row, ()),
        links=tuple(link for *_, link in links),
        derivations=tuple(_derivations(data, row)),
        uses=data.strengths.get(row),
        original=data.guard.originals.get(row),
        assessments=data.guard.of_row(row),
        review=data.guard.reviews.get(row),
    )


def _derivations(data: NamespaceData, row: int) -> list[Derivation]:
    pairs: list[tuple[int, int, Role]] = sorted(data.derivations)
    here = [each for each in pairs if each[0] == row > each[1]] + [
        each for each in pairs if each[1] == row > each[0]
    ]
    return [Derivation(data.notes[note].note.id, data.notes[source].note.id, role) for note, source, role in here]
