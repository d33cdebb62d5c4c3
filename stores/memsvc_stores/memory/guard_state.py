"""What the guard keeps of one namespace in this process, by row of the note."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from memsvc.domain.guarding import Assessment, Canary, Review, Stage
from memsvc.domain.ids import NoteId
from memsvc.ports.guard import BenignScore

__all__ = ["GuardData"]


@dataclass(slots=True)
class GuardData:
    originals: dict[int, str] = field(default_factory=dict)
    assessments: dict[tuple[int, Stage], Assessment] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    shingles: dict[int, frozenset[int]] = field(default_factory=dict)
    scores: dict[tuple[int, str], BenignScore] = field(default_factory=dict)
    canaries: dict[str, Canary] = field(default_factory=dict)
    seed: bytes | None = None

    def copy(self) -> GuardData:
        return replace(
            self,
            originals=dict(self.originals),
            assessments=dict(self.assessments),
            reviews=dict(self.reviews),
            shingles=dict(self.shingles),
            scores=dict(self.scores),
            canaries=dict(self.canaries),
        )

    def of_row(self, row: int) -> tuple[Assessment, ...]:
        """Return the assessments of a note in the order of their stages."""
        return tuple(self.assessments[row, stage] for stage in Stage if (row, stage) in self.assessments)

    def erase(self, rows: Collection[int], notes: Collection[NoteId]) -> None:
        """Forget all of some notes, also that canaries expect them."""
        for row in rows:
            self.originals.pop(row, None)
            self.reviews.pop(row, None)
            self.shingles.pop(row, None)
        self.assessments = {place: each for place, each in self.assessments.items() if place[0] not in rows}
        self.scores = {place: each for place, each in self.scores.items() if place[0] not in rows}
        for canary in self.canaries.values():
            left = tuple(note for note in canary.expected if note not in notes)
            self.canaries[canary.id] = replace(canary, expected=left)
