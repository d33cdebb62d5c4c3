"""Notes with keys of both groups, and what an index of them must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.notes import KeyGroup, KeyKind
from memsvc.domain.scope import Scope
from memsvc.ports.ranking import KeyedSource, NamespaceState, Ranked, VectorDelta
from memsvc.ports.storage import Reader
from memsvc_stores.vectors.grouped import GroupedIndex
from memsvc_stores.vectors.paged.search import Effort
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.support.drafts import SCOPE, draft, key, unit_vector

__all__ = [
    "ALL",
    "AMEM",
    "DRAWN",
    "FORMS",
    "NOTES",
    "OTHER",
    "SAVED",
    "WHOLE",
    "Asked",
    "Open",
    "Without",
    "assert_right",
    "at",
    "attributed",
    "best",
    "keyed",
    "many",
    "search",
    "tiered",
    "traces",
]

WHOLE, DRAWN, AMEM = KeyGroup.WHOLE, KeyGroup.DRAWN, KeyGroup.AMEM
OTHER = Scope.of(SCOPE.tenant, "space-2")
ALL = 1 << 20
NOTES = 40
SAVED = ["flat", "paged"]
FORMS = {"exact": (ALL, ALL), "flat": (0, ALL), "paged": (0, 8)}

Open = Callable[[], GroupedIndex]


@dataclass(frozen=True, slots=True)
class Asked:
    """A source that keeps from which sequences on it was asked, by group."""

    source: KeyedSource
    after: list[tuple[KeyGroup | None, int]] = field(default_factory=list)

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        self.after.append((group, after_sequence))
        return self.source.vector_delta(after_sequence, limit=limit, group=group)

    def may_have(self, group: KeyGroup) -> bool:
        return self.source.may_have(group)


@dataclass(frozen=True, slots=True)
class Without:
    """A source that has lost the keys of one group."""

    source: KeyedSource
    lost: KeyGroup

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        found = self.source.vector_delta(after_sequence, limit=limit, group=group)
        if group is not self.lost:
            return found
        return replace(found, note_rows=found.note_rows[:0], matrix=found.matrix[:0], times=None)

    def may_have(self, group: KeyGroup) -> bool:
        return self.source.may_have(group)


def tiered(directory: Path, form: str) -> TieredVectorIndex:
    exact, flat = FORMS[form]
    return TieredVectorIndex(
        directory, memory_bytes=ALL, exact_keys=exact, flat_keys=flat, reranked=ALL, effort=Effort(ALL, ALL, ALL)
    )


def keyed(name: str, *drawn: str) -> NoteDraft:
    sent = draft(name)
    return replace(sent, keys=(*sent.keys, *(key(text, KeyKind.FACT) for text in drawn)))


def attributed(name: str) -> NoteDraft:
    """Return a note with a key of A-MEM's as well."""
    sent = draft(name)
    return replace(sent, keys=(*sent.keys, key(f"{name} and attributes", KeyKind.AMEM)))


def many(prefix: str = "note") -> list[NoteDraft]:
    """Return notes of which every second has two drawn keys."""
    return [keyed(f"{prefix} {n}", *(f"{prefix} {n} {part}" for part in "ab" if n % 2)) for n in range(NOTES)]


def at(reader: Reader) -> NamespaceState:
    assert reader.state is not None
    return reader.state


def search(
    index: GroupedIndex,
    reader: Reader,
    text: str,
    *,
    group: KeyGroup,
    k: int = 5,
    source: KeyedSource | None = None,
) -> Ranked:
    return index.search(source or reader, at(reader), unit_vector(text), group=group, k=k, allowed=None)


def best(reader: Reader, text: str, *, group: KeyGroup, k: int = 5) -> list[int]:
    """Rank by brute force over the keys of the group."""
    delta = reader.vector_delta(0, group=group)
    scores: dict[int, float] = {}
    for row, score in zip(delta.note_rows.tolist(), (delta.matrix @ unit_vector(text)).tolist(), strict=True):
        if delta.visible[row]:
            scores[row] = max(score, scores.get(row, -2.0))
    return sorted(scores, key=lambda row: (-scores[row], row))[:k]


def assert_right(index: GroupedIndex, reader: Reader) -> None:
    for group in KeyGroup:
        for text in ("note 7", "note 7 a", "something else"):
            assert search(index, reader, text, group=group).rows.tolist() == best(reader, text, group=group)


def traces(directory: Path, *texts: str) -> set[str]:
    """Name the texts whose vectors stand in any file."""
    files = [path.read_bytes() for path in directory.rglob("*") if path.is_file()]
    return {text for text in texts if any(unit_vector(text).astype("<f2").tobytes() in body for body in files)}
