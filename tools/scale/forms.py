"""Bytes per note and I/Os per query of the three forms, as formulas.

Counts of the paged form are what `tools.scale.reads` counts in indexes of 100,000 real notes and of a million made
from them, built at once, at the service's own effort; 384 dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CLASSIC", "FLAT", "FORMS", "PAGED", "PAGED_MILLION", "Form", "Query"]

DIMENSION = 384
CODE = 64
ROW = 2 * DIMENSION
NOTE_ROW, TIMES, DIRECTORY = 8, 16, 12
NOTE_ROW_IN_RAM = 4

# In memory, per 4 KiB page its checksum and whether it was compared, per page its place; a row's page is of three.
TABLE_4K = 4 + (4 + 1)
TABLE_12K = 4 + 3 * (4 + 1)
CATALOG_4K, CATALOG_12K = 4 + 4, 4 + 3 * 4
# One bit each in memory: not visible, and gone since the last save.
BITMAPS = 2 / 8

# Classic: heads per note, links of the graph (int32, both directions kept), records per note, record bytes.
CLASSIC_RATIO = 0.12
CLASSIC_LINKS = 32 * 4 + 16
CLASSIC_REPLICAS = 6.6
CLASSIC_RECORD = 4 + ROW
CLASSIC_LIST_RECORDS = 55


@dataclass(frozen=True, slots=True)
class Query:
    """What one query does: codes scanned in memory, then rounds of reads that wait for each other.

    A round is (reads, 4 KiB pages per read, on average); `postings` are the pages of codes that are scanned.
    """

    recall: str
    scanned: float
    rounds: tuple[tuple[int, float], ...]
    postings: int = 0


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
        return round(sum(4 * count * pages for count, pages in self.query.rounds))


_ROWS_PER_PAGE = 16
_NOTES, _TIMES = NOTE_ROW / 4096, TIMES / 4096
_COMMON = ROW + NOTE_ROW + TIMES + DIRECTORY + 1 / 8
_CLASSIC_PAGES = -(-CLASSIC_LIST_RECORDS * CLASSIC_RECORD // 4096)


def _tables(small: float, large: float) -> tuple[float, float]:
    """Return the bytes of page tables in memory and in the catalog, from the 4 and 12 KiB pages per note."""
    return small * TABLE_4K + large * TABLE_12K, small * CATALOG_4K + large * CATALOG_12K


def _flat(query: Query) -> Form:
    memory, catalog = _tables(CODE / 4096 + _NOTES + _TIMES, 1 / _ROWS_PER_PAGE)
    return Form("flat", CODE + NOTE_ROW_IN_RAM + memory + BITMAPS, CODE + catalog + _COMMON, query)


def _paged(name: str, postings: float, query: Query) -> Form:
    """Return the form with so many postings per note: per posting 64 codes and ids, a head, a centroid."""
    places = 8
    small = postings * (1 + 1 / 16 + 1 / 64) + places / 4096 + _NOTES + _TIMES
    memory, catalog = _tables(small, (1 + postings) / _ROWS_PER_PAGE)
    disk = postings * (64 * (CODE + 4) + CODE + ROW) + places + catalog + _COMMON
    return Form(name, postings * CODE + memory + BITMAPS, disk, query)


# Rounds of reads that wait for each other: codes with ids, rows (an eighth of them lie across two pages), notes.
FLAT = _flat(Query(".992 at 100k", 1.0, ((75, 1.13),)))
PAGED = _paged("paged, 100k", 0.0272, Query(".985 at 100k", 0.0272, ((97, 3.86), (62, 2.51), (4, 1.58)), 218))
PAGED_MILLION = _paged("paged, 1M", 0.0277, Query(".987 at 1M", 0.0277, ((210, 2.48), (43, 3.10), (3, 1.34)), 283))
CLASSIC = Form(
    "classic SPANN, fp16",
    CLASSIC_RATIO * (4 * DIMENSION + CLASSIC_LINKS),
    CLASSIC_REPLICAS * CLASSIC_RECORD + CLASSIC_RATIO * (4 * DIMENSION + CLASSIC_LINKS),
    Query(".967 at 100k", 0.0, ((64, _CLASSIC_PAGES),)),
)
FORMS = (FLAT, PAGED, PAGED_MILLION, CLASSIC)
