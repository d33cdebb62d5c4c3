"""Notes that come along with the hits that they are linked to (A-MEM, section 3.4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from memsvc.domain.links import STORED_TYPES, Link
from memsvc.domain.recall import Hit, RecallQuery, Standing
from memsvc.domain.selection import selects
from memsvc.memory.influence import FULL, Judge
from memsvc.memory.presenting import presented
from memsvc.ports.storage import Reader

__all__ = ["linked_hits"]

_PER_HIT = 5


def linked_hits(
    reader: Reader, query: RecallQuery, hits: Sequence[Hit], judge: Judge, *, earlier: Collection[int] = ()
) -> list[Hit]:
    """Return notes linked to the hits, each once and none that is a hit, at most as many as there are hits.

    Those of the best hit come first, of each hit the heaviest. `earlier` are rows of hits of earlier pages. None
    may do more than the hit that it comes along with (`Judge.beside`).
    """
    links: dict[str, tuple[Hit, Link]] = {}
    for hit in hits:
        for link in reader.links.of(hit.note.id, types=STORED_TYPES)[:_PER_HIT]:
            links.setdefault(link.other, (hit, link))
    found = {note.id: note for note in reader.notes([link.other for _, link in links.values()])}
    taken = {hit.note.row for hit in hits} | set(earlier)
    extras = []
    for hit, link in links.values():
        note = found.get(link.other)
        if note is None or note.row in taken or not selects(query.selection, note):
            continue
        standing = judge.beside(reader, note, Standing(hit.influence, hit.reason))
        if standing == FULL or not query.full_only:
            extras.append(
                Hit(
                    presented(note),
                    hit.score * link.weight,
                    linked_from=hit.note.id,
                    link=link.type,
                    influence=standing.influence,
                    reason=standing.reason,
                )
            )
    return extras[: len(hits)]
