"""Which other notes share rare runs of words with new ones, of the store and of the same request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note
from memsvc.memory.guarding.examining import Examined
from memsvc.ports.storage import Reader

__all__ = ["Sharers", "sharers_of", "sharers_of_stored"]

_MOST: Final = 4
_PER_SHINGLE: Final = 8


@dataclass(frozen=True, slots=True)
class Sharers:
    """The notes that share most with a text, at most 4: their texts, and who has written them.

    `stored` are the ids of those that are in the store.
    """

    texts: tuple[str, ...] = field(default=(), repr=False)
    principals: frozenset[str] = frozenset()
    stored: tuple[NoteId, ...] = ()

    def beside(self, notes: Sequence[Note]) -> Sharers:
        """Return them with further notes."""
        texts = (*self.texts, *(note.content for note in notes))
        return replace(self, texts=texts, principals=self.principals | {note.principal for note in notes})


def sharers_of(
    reader: Reader, contents: Sequence[str], examined: Sequence[Examined], *, principal: str
) -> list[Sharers]:
    """Return what shares rare runs with each text of a request: notes, and other texts of `principal`."""
    hashes = [_hashes(each) for each in examined]
    stored = _stored(reader, hashes)
    together: dict[int, list[int]] = {}
    for place, own in enumerate(hashes):
        for each in own:
            together.setdefault(each, []).append(place)
    chosen = [_chosen(place, own, stored, together) for place, own in enumerate(hashes)]
    notes = _notes(reader, [rows for rows, _ in chosen])
    return [
        Sharers(
            (*(notes[row].content for row in rows if row in notes), *(contents[place] for place in places)),
            frozenset([*(notes[row].principal for row in rows if row in notes), *([principal] if places else [])]),
            tuple(notes[row].id for row in rows if row in notes),
        )
        for rows, places in chosen
    ]


def sharers_of_stored(reader: Reader, row: int, examined: Examined) -> Sharers:
    """Return the other notes that share rare runs with a stored one."""
    hashes = _hashes(examined)
    stored = {each: [other for other in rows if other != row] for each, rows in _stored(reader, [hashes]).items()}
    rows, _ = _chosen(0, hashes, stored, {})
    notes = _notes(reader, [rows])
    return Sharers(
        tuple(notes[other].content for other in rows if other in notes),
        frozenset(notes[other].principal for other in rows if other in notes),
    )


def _hashes(examined: Examined) -> set[int]:
    return {shingle.hash for shingle in examined.shingles}


def _stored(reader: Reader, hashes: Sequence[set[int]]) -> Mapping[int, Sequence[int]]:
    return reader.guard.sharing(sorted(set().union(*hashes)), most=_PER_SHINGLE) if any(hashes) else {}


def _notes(reader: Reader, chosen: Sequence[Sequence[int]]) -> Mapping[int, Note]:
    rows = sorted({row for rows in chosen for row in rows})
    return {note.row: note for note in reader.notes_by_row(rows)} if rows else {}


def _chosen(
    place: int, hashes: set[int], stored: Mapping[int, Sequence[int]], together: Mapping[int, Sequence[int]]
) -> tuple[list[int], list[int]]:
    """Return the rows of notes and the places of drafts that share most shingles."""
    counts: Counter[tuple[bool, int]] = Counter()
    for each in hashes:
        counts.update((False, row) for row in stored.get(each, ()))
        counts.update((True, other) for other in together.get(each, ())[: _PER_SHINGLE + 1] if other != place)
    best = [key for key, _ in counts.most_common(_MOST)]
    return [row for drafted, row in best if not drafted], [other for drafted, other in best if drafted]
