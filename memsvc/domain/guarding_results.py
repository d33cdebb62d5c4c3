"""What the guard's use cases answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from memsvc.domain.derivations import Derivation
from memsvc.domain.guarding import Assessment, Canary, Review
from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Note

__all__ = ["AuditCheck", "Break", "CanaryCheck", "Explanation", "Flagged", "Quarantined", "ScanReport"]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A note that waits for a review, with the last assessment of each stage."""

    note: Note
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that the guard knows of a note.

    `original` is what was sent, where normalising has changed it. `keys` are the texts that the note is found by,
    by ordinal, as a signal's `key` counts them; `sources` is what the note was derived from.
    """

    note: Note
    assessments: tuple[Assessment, ...]
    review: Review | None = None
    original: str | None = field(default=None, repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[Derivation, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the sequence of the entry, and what is wrong with it."""

    sequence: int
    why: str


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the audit log is whole: how many entries it has, the hash of the newest, and the first break."""

    entries: int
    head: str | None
    broken: Break | None = None


@dataclass(frozen=True, slots=True)
class Flagged:
    """A note that a scan finds suspicious; `applied` when its status was changed for it.

    `q` is the share of harmless notes to be expected among all that the scan has found to hijack as much: of many
    notes some are only odd. It is 1 for what does not hijack, but instructs or hides.
    """

    note: Note
    assessment: Assessment
    applied: bool = False
    q: float = 1.0


@dataclass(frozen=True, slots=True)
class CanaryCheck:
    """A canary's answer now: the notes that `entered` and `left` it, and whether the journal explains them."""

    canary: Canary
    now: tuple[NoteId, ...]
    entered: tuple[NoteId, ...] = ()
    left: tuple[NoteId, ...] = ()
    explained: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan of a whole store found; `notes` counts those looked at, `alpha` is the share of harmless ones
    that all hijack detectors together may flag. `degraded` names what was not asked: detectors, or `canaries`."""

    notes: int
    flagged: tuple[Flagged, ...]
    canaries: tuple[CanaryCheck, ...]
    at: datetime
    model: str
    alpha: float
    degraded: tuple[str, ...] = ()
