"""What must hold between the arrays of a stored namespace, whatever the source says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from memsvc_stores.vectors import hidden
from memsvc_stores.vectors.codes.codec import Codec
from memsvc_stores.vectors.codes.packing import unpack
from memsvc_stores.vectors.directory import Listing
from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.findings import Findings
from memsvc_stores.vectors.keeping import read_directory
from memsvc_stores.vectors.layout import SLOTS, Indices, Pages, Stored
from memsvc_stores.vectors.paged.updates.checks import check_postings
from memsvc_stores.vectors.recoding import strange
from memsvc_stores.vectors.rows import StoredRows
from memsvc_stores.vectors.segment import Mask

__all__ = ["structural_problems"]

_ROWS: Final = 65_536
_PAGES: Final = 64


def structural_problems(stored: Stored, codec: Codec) -> list[str]:
    """Return what is wrong between rows, codes and postings, read block by block; nothing when all is sound.

    Needs twelve bytes of RAM a row and some megabytes. Raises Damaged when arrays do not have the right size.
    """
    _check_room(stored)
    used, problems = _used_rows(stored)
    if stored.meta.form == "paged":
        return problems + check_postings(stored, codec, np.flatnonzero(used))
    return problems + _flat_problems(stored, codec, used)


def _check_room(stored: Stored) -> None:
    rows = stored.meta.rows
    for name in ("rows", "notes", "times"):
        if _room(stored.array(name)) < rows:
            raise Damaged(f"array {name} has room for {_room(stored.array(name))} rows of {rows}")
    past = np.arange(rows, _room(stored.array("notes")))
    if (stored.array("notes").items(past).view("<i8") != -1).any():
        raise Damaged(f"there are notes past the last of {rows} rows")
    if stored.extent("hidden").size != -(-rows // 8):
        raise Damaged(f"the set of hidden rows has {stored.extent('hidden').size} bytes for {rows} rows")


def _used_rows(stored: Stored) -> tuple[Mask, list[str]]:
    """Return which rows hold keys, and what is wrong with their number, hiding and directory."""
    reader, bits, findings = StoredRows(stored, stored.meta.dimension), stored.extent("hidden"), Findings()
    used, listed = (np.zeros(stored.meta.rows, np.bool_) for _ in range(2))
    for rows in _blocks(used.size, _ROWS):
        used[rows] = reader.notes(rows) != -1
        findings.add("unused rows are not hidden, the first is row", rows[~used[rows] & ~hidden.has(bits, rows)])
    directory = read_directory(stored)
    for listing in (directory.main, directory.recent):
        _mark(listed, listing, reader, findings)
    findings.add("rows are not in the directory, the first is row", np.flatnonzero(used & ~listed))
    problems = findings.told()
    if (count := int(np.count_nonzero(used))) != stored.meta.living:
        problems.append(f"{count} rows are used, not {stored.meta.living}")
    return used, problems


def _mark(listed: Mask, listing: Listing, reader: StoredRows, findings: Findings) -> None:
    """Mark the rows that a list rightly names; entries of notes that have gone may stay in it."""
    for entries in _blocks(listing.notes.size, _ROWS):
        rows, notes = listing.rows[entries].astype(np.intp), listing.notes[entries]
        inside = rows < listed.size
        findings.add("entries of the directory name no row, the first is entry", entries[~inside])
        rows, named = rows[inside], notes[inside]
        listed[rows[reader.notes(rows) == named]] = True
        before = listing.notes[np.maximum(entries - 1, 0)]
        findings.add("entries of the directory do not ascend, the first is entry", entries[notes < before])


def _flat_problems(stored: Stored, codec: Codec, used: Mask) -> list[str]:
    pages, reader, findings = stored.array("codes"), StoredRows(stored, codec.dimension), Findings()
    if SLOTS * pages.count < used.size:
        return [f"{pages.count} pages of codes for {used.size} rows"]
    for block in _blocks(pages.count, _PAGES):
        packed = np.empty((block.size, codec.page_bytes), np.uint8)
        pages.gather(block, packed)
        codes, start = unpack(packed), int(block[0]) * SLOTS
        kept = np.zeros(len(codes), np.bool_)
        here = used[start : start + len(codes)]
        kept[: here.size] = here
        rows = start + np.flatnonzero(kept)
        wrong = strange(codec, codes[kept], reader.vectors(rows))
        findings.add("codes are not those of their rows, the first of row", rows[wrong])
        left = start + np.flatnonzero(~kept)
        findings.add("unused rows have a code, the first is row", left[codes[~kept].any(axis=1)])
    return findings.told()


def _room(array: Pages) -> int:
    return array.count * (array.page_bytes // array.item_bytes)


def _blocks(count: int, size: int) -> Iterator[Indices]:
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))
