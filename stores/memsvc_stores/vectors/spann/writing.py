"""Writing of the two files, each whole under its name or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.spann.format import LIST, Header, checksum
from memsvc_stores.vectors.spann.packing import packed
from memsvc_stores.vectors.spann.records import Records
from memsvc_stores.vectors.spann.source import Ids, Vectors, take

__all__ = ["Lists", "replace_file", "write_postings"]


@dataclass(frozen=True, slots=True)
class Lists:
    """Heads, and the lists in their order: `owner` is the head's number of each."""

    heads: Ids
    owner: Ids
    members: list[Ids]

    @classmethod
    def of(cls, heads: Ids, owned: list[list[Ids]]) -> Lists:
        counts = [len(postings) for postings in owned]
        members = [ids for postings in owned for ids in postings]
        return cls(heads, np.repeat(np.arange(heads.size), counts), members)

    @property
    def replicas(self) -> int:
        """Count the records of the id that has most."""
        return int(np.bincount(np.concatenate(self.members)).max())


def replace_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its place, fsync it, and rename it into place durably."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_postings(
    file: BinaryIO, vectors: Vectors, *, records: Records, lists: Lists, graph: NDArray[np.uint8]
) -> None:
    """Write pages in their order, then table and header, whose checksums are known by then."""
    sizes = np.array([ids.size for ids in lists.members], np.int64) * records.record_bytes
    places = packed(sizes)
    table = np.zeros(sizes.size, LIST)
    table["page"], table["offset"], table["head"] = places.page, places.offset, lists.owner
    table["pages"] = -(-(places.offset + sizes) // PAGE)
    table["elements"] = sizes // records.record_bytes
    header = Header(
        records=records,
        replicas=lists.replicas,
        vectors=vectors.shape[0],
        heads=lists.heads.size,
        lists=sizes.size,
        pages=places.pages,
        table_sum=0,
        graph_sum=checksum(graph),
    )
    for number in np.lexsort((places.offset, places.page)).tolist():
        ids = lists.members[number]
        content = records.encode(ids, take(vectors, ids))
        table["sum"][number] = checksum(content)
        file.seek(header.data_start + int(places.page[number]) * PAGE + int(places.offset[number]))
        file.write(content.data)
    file.truncate(header.file_bytes)
    described = np.concatenate([table.view(np.uint8), lists.heads.astype("<u4").view(np.uint8)])
    file.seek(PAGE)
    file.write(described.data)
    file.seek(0)
    file.write(replace(header, table_sum=checksum(described)).to_bytes())
