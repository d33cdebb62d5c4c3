"""Notes that come along with the hits that they are linked to (A-MEM, section 3.4)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from memsvc.domain.links import STORED_TYPES, Link
from memsvc.domain.recall import Hit, RecallQuery
from memsvc.domain.selection import selects
from memsvc.ports.storage import Reader

__all__ = ["linked_hits"]

_PER_HIT = 5


def linked_hits(
    reader: Reader, query: RecallQuery, hits: Sequence[Hit], *, earlier: Collection[int] = ()
) -> list[Hit]:
    """Return notes linked to the hits, each once and none that is a hit, at most as many as there are hits.

    Those of the best hit come first, of each hit the heaviest. `earlier` are rows of hits of earlier pages.
    """
    links: dict[str, tuple[Hit, Link]] = {}
    for hit in hits:
        for link in reader.links.of(hit.note.id, types=STORED_TYPES)[:_PER_HIT]:
            links.setdefault(link.other, (hit, link))
    found = {note.id: note for note in reader.notes([link.other for _, link in links.values()])}
    taken = {hit.note.row for hit in hits} | set(earlier)
    extras = [
        Hit(found[link.other], hit.score * link.weight, linked_from=hit.note.id, link=link.type)
        for hit, link in links.values()
        if link.other in found
        and found[link.other].row not in taken
        and selects(query.selection, found[link.other])
    ]
    return extras[: len(hits)]
