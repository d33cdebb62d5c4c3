"""Where the guard's work is kept: assessments, reviews, originals, shingles, scores, canaries and the audit log.

Both are properties: `Reader.guard` is a ReadGuard, `Writer.guard` a Guard. All notes that are named belong to the
namespace of the reader; ids that do not exist give nothing when read and NotFound when written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.domain.guarding import Assessment, AuditEntry, AuditEvent, Canary, Review
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Json, Note
from memsvc.ports.ranking import Rows

__all__ = ["HOLDERS_READ", "BenignScore", "Guard", "ReadGuard"]

HOLDERS_READ: Final = 256
"""So many notes that hold a run of words are looked at: what more notes share is not rare."""


@dataclass(frozen=True, slots=True)
class BenignScore:
    """A detector's score of a note, by the bucket (kind class and length) that it is compared in."""

    note: NoteId
    detector: str
    bucket: str
    score: float


class ReadGuard(Protocol):
    def assessments(self, notes: Sequence[NoteId]) -> dict[NoteId, tuple[Assessment, ...]]:
        """Return the last assessment of each stage, by stage in the order write, probe, scan."""

    def reviews(self, notes: Sequence[NoteId]) -> dict[NoteId, Review]: ...

    def original(self, note: NoteId) -> str | None:
        """Return what was sent, if normalising has changed it."""

    def waiting(self, *, after_row: int, limit: int) -> list[Note]:
        """Return quarantined notes, and limited ones that a person has to let in, but for reviewed ones, by row.

        Such a limited note is doubtful, as its last assessment limits it, or was made from a rejected one, or with
        that one read. One that only waits for its probe, or for a source that is not reviewed, is neither.
        """

    def sharing(
        self, hashes: Sequence[int], *, most: int, least_trust: float = 0.0, quarantined: bool = False
    ) -> dict[int, tuple[int, ...]]:
        """Return the rows of the visible notes, or `quarantined` ones, that hold each shingle, newest first.

        Of each shingle the `most` newest among those that are trusted so much: others take no place. Of a run that
        more notes hold than HOLDERS_READ, only the newest of these are looked at.
        """

    def scores(self, detector: str, bucket: str, *, limit: int) -> NDArray[np.float64]:
        """Return the scores of the newest active notes in a bucket, unordered; a released note counts as one."""

    def written_by(self, principal: str, *, after_row: int, limit: int) -> list[Note]:
        """Return the notes of every status that a principal stored, by ascending row."""

    def quarantined(self, dedupes: Sequence[str], principal: str, *, most: int) -> dict[str, tuple[NoteId, ...]]:
        """Return the quarantined notes of each dedupe hash that a principal stored, newest first.

        Those are the `most` newest of all.
        """

    def written_since(self, principal: str, since: datetime) -> int:
        """Return how many notes a principal has stored since (ingest time)."""

    def cleared(self) -> Rows:
        """Return the rows of active notes that were probed, scanned or released, ascending."""

    def canaries(self) -> list[Canary]:
        """Return them by id."""

    def seed(self) -> bytes | None:
        """Return the secret that canaries of the transplant probe are drawn by; None before `open_seed`."""

    def audit(self, *, after: int, limit: int) -> list[AuditEntry]:
        """Return entries with a greater sequence, ascending; they outlive the namespace."""

    def head(self) -> AuditEntry | None:
        """Return the newest entry."""


class Guard(ReadGuard, Protocol):
    def put_original(self, note: NoteId, text: str) -> None: ...

    def put_assessments(self, assessments: Mapping[NoteId, Assessment]) -> None:
        """Keep each in the place of the note's earlier one of the same stage."""

    def put_review(self, note: NoteId, review: Review) -> None:
        """Keep it; raises Conflict when the note was reviewed already."""

    def withdraw_review(self, note: NoteId) -> None:
        """Forget that the note was reviewed, if it was: another quarantine is reviewed anew."""

    def put_shingles(self, shingles: Mapping[NoteId, Sequence[int]]) -> None:
        """Replace the shingles (signed 64-bit hashes) of notes."""

    def put_scores(self, scores: Sequence[BenignScore]) -> None:
        """Keep scores, each in the place of the note's earlier one of that detector."""

    def put_canary(self, canary: Canary) -> None:
        """Keep it in the place of one with the same id."""

    def delete_canary(self, canary: str) -> bool: ...

    def open_seed(self, seed: bytes) -> bytes:
        """Return the seed that is kept, which is the one given if there was none."""

    def append(
        self, event: AuditEvent, *, note: NoteId | None, detail: Mapping[str, Json], at: datetime, actor: str
    ) -> AuditEntry:
        """Add an entry to the chain, its hash made by `memsvc.guard.chain.entry_hash`."""
