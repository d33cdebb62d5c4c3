"""Which other notes share rare runs of words with new ones, of the store and of the same request.

Only notes that are trusted as much count: else whoever quotes a user's note in a document could have it hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note, Status
from memsvc.memory.guarding.examining import Examined
from memsvc.ports.storage import Reader

__all__ = ["Sharers", "sharers_of", "sharers_of_stored"]

_MOST: Final = 4
_PER_SHINGLE: Final = 8


@dataclass(frozen=True, slots=True)
class Sharers:
    """The notes that share most with a text, at most 4: their texts, and who has written them.

    `stored` are the ids of those that are in the store and are trusted no more than the text. `quarantined` are
    further notes, at most 4 and those that it is looked at beside: they may have accomplices, and no more.
    """

    texts: tuple[str, ...] = field(default=(), repr=False)
    principals: frozenset[str] = frozenset()
    stored: tuple[NoteId, ...] = ()
    quarantined: tuple[Note, ...] = field(default=(), repr=False)

    def beside(self, notes: Sequence[Note]) -> Sharers:
        """Return them with further notes."""
        texts = (*self.texts, *(note.content for note in notes))
        principals = self.principals | {note.principal for note in notes}
        quarantined = {note.id: note for note in (*self.quarantined, *notes) if note.status is Status.QUARANTINED}
        return replace(self, texts=texts, principals=principals, quarantined=tuple(quarantined.values()))


def sharers_of(
    reader: Reader,
    contents: Sequence[str],
    examined: Sequence[Examined],
    *,
    trusts: Sequence[float],
    principal: str,
) -> list[Sharers]:
    """Return what shares rare runs with each text of a request: notes, and other texts of `principal`."""
    hashes = [_hashes(each) for each in examined]
    together = {trust: _together(hashes, trusts, least=trust) for trust in set(trusts)}
    alike = {trust: _with_trust(hashes, trusts, trust) for trust in together}
    stored = {trust: _stored(reader, alike[trust], least=trust) for trust in together}
    hidden = {trust: _stored(reader, alike[trust], least=trust, quarantined=True) for trust in together}
    chosen = [
        _chosen(own, stored[trust], together[trust], place)
        for place, (own, trust) in enumerate(zip(hashes, trusts, strict=True))
    ]
    behind = [
        _chosen(own, hidden[trust], {}, place)[0]
        for place, (own, trust) in enumerate(zip(hashes, trusts, strict=True))
    ]
    found = sorted({row for rows in (*(rows for rows, _ in chosen), *behind) for row in rows})
    notes = {note.row: note for note in reader.notes_by_row(found)} if found else {}
    return [
        Sharers(
            (*(notes[row].content for row in rows), *(contents[place] for place in places)),
            frozenset([*(notes[row].principal for row in rows), *([principal] if places else [])]),
            tuple(notes[row].id for row in rows if notes[row].trust <= trust),
            tuple(notes[row] for row in out_of_sight),
        )
        for (rows, places), trust, out_of_sight in zip(chosen, trusts, behind, strict=True)
    ]


def sharers_of_stored(reader: Reader, note: Note, examined: Examined) -> Sharers:
    """Return the other notes that share rare runs with a stored one."""
    hashes = _hashes(examined)
    rows, _ = _chosen(hashes, _stored(reader, hashes, least=note.trust), {}, -1, but=note.row)
    hidden, _ = _chosen(hashes, _stored(reader, hashes, least=note.trust, quarantined=True), {}, -1, but=note.row)
    found = sorted({*rows, *hidden})
    notes = {each.row: each for each in reader.notes_by_row(found)} if found else {}
    return Sharers(
        tuple(notes[row].content for row in rows),
        frozenset(notes[row].principal for row in rows),
        quarantined=tuple(notes[row] for row in hidden),
    )


def _hashes(examined: Examined) -> set[int]:
    return {shingle.hash for shingle in examined.shingles}


def _with_trust(hashes: Sequence[set[int]], trusts: Sequence[float], trust: float) -> set[int]:
    return set().union(*(own for own, each in zip(hashes, trusts, strict=True) if each == trust))


def _stored(
    reader: Reader, hashes: set[int], *, least: float, quarantined: bool = False
) -> Mapping[int, Sequence[int]]:
    """Return the rows of notes with each shingle, one more than count: the note that is asked for may be one."""
    if not hashes:
        return {}
    most = _PER_SHINGLE + 1
    return reader.guard.sharing(sorted(hashes), most=most, least_trust=least, quarantined=quarantined)


def _together(hashes: Sequence[set[int]], trusts: Sequence[float], *, least: float) -> Mapping[int, Sequence[int]]:
    """Return the places of the first texts of the request with each shingle, of those that are trusted so much."""
    found: dict[int, list[int]] = {}
    for place, (own, trust) in enumerate(zip(hashes, trusts, strict=True)):
        for each in own if trust >= least else ():
            places = found.setdefault(each, [])
            if len(places) <= _PER_SHINGLE:
                places.append(place)
    return found


def _chosen(
    hashes: set[int],
    stored: Mapping[int, Sequence[int]],
    together: Mapping[int, Sequence[int]],
    place: int,
    *,
    but: int | None = None,
) -> tuple[list[int], list[int]]:
    """Return the rows of which notes, and the places of which drafts but the own, share most shingles."""
    counts: Counter[tuple[bool, int]] = Counter()
    for each in hashes:
        counts.update((False, row) for row in stored.get(each, ()) if row != but)
        counts.update((True, other) for other in together.get(each, ()) if other != place)
    best = [key for key, _ in counts.most_common(_MOST)]
    return [row for drafted, row in best if not drafted], [other for drafted, other in best if drafted]
