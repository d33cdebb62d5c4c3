"""The guard: the review queue, explanations, and scans."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from memsvc.wire.assessments import Assessment, Review
from memsvc.wire.base import Request, Response
from memsvc.wire.canaries import CanaryCheck
from memsvc.wire.fields import Reason
from memsvc.wire.notes import Note
from memsvc.wire.words import DerivationRole

__all__ = [
    "Explanation",
    "FlaggedNote",
    "NoteSource",
    "QuarantinePage",
    "QuarantinedNote",
    "ReviewRequest",
    "ScanReport",
    "ScanRequest",
]

_Assessments: TypeAlias = tuple[Assessment, ...]


class QuarantinedNote(Response):
    """A note that waits for a review, with the last assessment of each stage; its text is not to be obeyed."""

    note: Note
    assessments: _Assessments


class QuarantinePage(Response):
    """Notes in the order of storing; `next` is the cursor of the next page, null on the last."""

    items: tuple[QuarantinedNote, ...]
    next: str | None = None


class ReviewRequest(Request):
    """Why a note is released or rejected; kept in its history and in the audit log."""

    reason: Reason


class NoteSource(Response):
    """A note that another was derived from, one step up."""

    note: str
    role: DerivationRole


class Explanation(Response):
    """All that the guard knows of a note.

    `original` is what was sent, where normalising has changed it. `keys` are the texts that the note is found by,
    as a signal's `key` counts them from 0.
    """

    note: Note
    assessments: _Assessments
    review: Review | None = None
    original: str | None = None
    keys: tuple[str, ...] = ()
    sources: tuple[NoteSource, ...] = ()


class ScanRequest(Request):
    """`apply` quarantines what is found; `background` queues the scan as a job."""

    apply: bool = False
    background: bool = False


class FlaggedNote(Response):
    """A note that a scan finds suspicious; `applied` when its status was changed for it.

    `q` is the share of harmless notes to be expected among all that the scan has found to hijack as much
    (Benjamini and Hochberg); 1 for what does not hijack, but instructs or hides.
    """

    note: Note
    assessment: Assessment
    applied: bool = False
    q: float = 1.0


class ScanReport(Response):
    """What a scan found; `notes` counts those looked at.

    `alpha` is the share of harmless notes that all hijack detectors together may flag, `model` the guard's.
    """

    notes: int
    flagged: tuple[FlaggedNote, ...]
    canaries: tuple[CanaryCheck, ...] = ()
    at: datetime
    model: str
    alpha: float
    degraded: tuple[str, ...] = ()
