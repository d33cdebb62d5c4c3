"""How many pages and bytes a directory of slabs has, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from memsvc_stores.vectors.slabs.parts import Parts

__all__ = ["SlabUsage", "Usage", "measure"]

_SUMS = "SELECT coalesce(sum(count), 0) FROM {} WHERE page_bytes = ?"


@dataclass(frozen=True, slots=True)
class SlabUsage:
    """Pages of one slab: `pages` ever handed out, with the header; `disk_bytes` without holes."""

    pages: int
    free: int
    retired: int
    pending: int
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class Usage:
    """`slabs` by page size; `namespaces` that have something stored; `disk_bytes` of all files."""

    namespaces: int
    slabs: Mapping[int, SlabUsage]
    disk_bytes: int


def measure(parts: Parts) -> Usage:
    """Count what there is now."""
    with parts.catalog.reading() as connection:
        (living,) = connection.execute("SELECT count(*) FROM namespaces WHERE record IS NOT NULL").fetchone()
        slabs = {}
        for page_bytes, pages in connection.execute("SELECT page_bytes, pages FROM slabs").fetchall():
            free, retired, pending = (
                connection.execute(_SUMS.format(table), (page_bytes,)).fetchone()[0]
                for table in ("free", "retired", "pending")
            )
            slabs[page_bytes] = SlabUsage(pages, free, retired, pending, parts.slabs[page_bytes].disk_bytes())
    files = [path.stat() for path in parts.directory.iterdir() if path.is_file()]
    return Usage(living, slabs, sum(it.st_blocks * 512 for it in files))
