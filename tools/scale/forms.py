"""Bytes per note and I/Os per query of the three forms, as formulas.

The constants are reference figures (100,000 real MiniLM notes, 384 dimensions) until the benchmark's replace them.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CLASSIC", "FLAT", "FORMS", "PAGED", "Form", "Query"]

DIMENSION = 384
CODE = 64
ROW = 2 * DIMENSION
NOTE_ROW, TIMES, DIRECTORY = 8, 16, 12

# Paged: slots in use, and slots per note.
FILL = 0.58
REPLICAS = 1.4
SLOTS_PER_NOTE = REPLICAS / FILL
NOTES_PER_PAGE = 64 / SLOTS_PER_NOTE

# Classic: heads per note, links of the graph (int32, both directions kept), records per note, record bytes.
CLASSIC_RATIO = 0.12
CLASSIC_LINKS = 32 * 4 + 16
CLASSIC_REPLICAS = 6.6
CLASSIC_RECORD = 4 + ROW
CLASSIC_LIST_RECORDS = 55


@dataclass(frozen=True, slots=True)
class Query:
    """What one query does: codes scanned in memory, then rounds of reads that wait for each other.

    A round is (reads, 4 KiB pages per read).
    """

    recall: str
    scanned: float
    rounds: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """Bytes per note that must be in memory and on disk, and a query at about the same recall."""

    name: str
    ram: float
    disk: float
    query: Query

    def reads(self) -> int:
        """Count the I/Os of a query from a cold cache."""
        return sum(count for count, _ in self.query.rounds)

    def kilobytes(self) -> int:
        """Count what they read."""
        return sum(4 * count * pages for count, pages in self.query.rounds)


_COMMON = ROW + NOTE_ROW + TIMES + DIRECTORY
_CLASSIC_PAGES = -(-CLASSIC_LIST_RECORDS * CLASSIC_RECORD // 4096)

FLAT = Form("flat", CODE + 4, CODE + _COMMON, Query(".998 at 100k", 1.0, ((75, 1),)))
PAGED = Form(
    "paged",
    CODE / NOTES_PER_PAGE,
    SLOTS_PER_NOTE * (CODE + 4) + CODE / NOTES_PER_PAGE + ROW / NOTES_PER_PAGE + 8 + _COMMON,
    Query(".981 at 100k, .986 at 1M", 1 / NOTES_PER_PAGE, ((128, 1), (75, 1))),
)
CLASSIC = Form(
    "classic SPANN, fp16",
    CLASSIC_RATIO * (4 * DIMENSION + CLASSIC_LINKS),
    CLASSIC_REPLICAS * CLASSIC_RECORD + CLASSIC_RATIO * (4 * DIMENSION + CLASSIC_LINKS),
    Query(".967 at 100k", 0.0, ((64, _CLASSIC_PAGES),)),
)
FORMS = (FLAT, PAGED, CLASSIC)
