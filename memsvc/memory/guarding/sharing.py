"""Which other notes share rare runs of words with new ones, of the store and of the same request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from memsvc.domain.drafts import NoteDraft
from memsvc.memory.guarding.examining import Examined
from memsvc.ports.storage import Reader

__all__ = ["Sharers", "sharers_of"]

_MOST: Final = 8
_PER_SHINGLE: Final = 8


@dataclass(frozen=True, slots=True)
class Sharers:
    """The notes that share most with a text, at most 8: their texts, and who has written them."""

    texts: tuple[str, ...] = field(default=(), repr=False)
    principals: frozenset[str] = frozenset()


def sharers_of(
    reader: Reader, drafts: Sequence[NoteDraft], examined: Sequence[Examined], *, principal: str
) -> list[Sharers]:
    """Return of each draft those that share rare runs with it; `principal` is who sends the drafts."""
    hashes = [{shingle.hash for shingle in each.shingles} for each in examined]
    stored = reader.guard.sharing(sorted(set().union(*hashes)), most=_PER_SHINGLE) if any(hashes) else {}
    together: dict[int, list[int]] = {}
    for place, own in enumerate(hashes):
        for each in own:
            together.setdefault(each, []).append(place)
    chosen = [_chosen(place, own, stored, together) for place, own in enumerate(hashes)]
    rows = sorted({row for rows, _ in chosen for row in rows})
    notes = {note.row: note for note in reader.notes_by_row(rows)} if rows else {}
    return [
        Sharers(
            (*(notes[row].content for row in rows if row in notes), *(drafts[place].content for place in places)),
            frozenset([*(notes[row].principal for row in rows if row in notes), *([principal] if places else [])]),
        )
        for rows, places in chosen
    ]


def _chosen(
    place: int, hashes: set[int], stored: Mapping[int, Sequence[int]], together: Mapping[int, Sequence[int]]
) -> tuple[list[int], list[int]]:
    """Return the rows of notes and the places of drafts that share most shingles."""
    counts: Counter[tuple[bool, int]] = Counter()
    for each in hashes:
        counts.update((False, row) for row in stored.get(each, ()))
        counts.update((True, other) for other in together[each][: _PER_SHINGLE + 1] if other != place)
    best = [key for key, _ in counts.most_common(_MOST)]
    return [row for drafted, row in best if not drafted], [other for drafted, other in best if drafted]
