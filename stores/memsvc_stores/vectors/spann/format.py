"""The format of `postings.spann`: a header page, the table of lists, the heads' ids, then the pages of the lists.

| bytes | content |
|---|---|
| 0-4095 | `HEADER`, padded with zeros |
| table | `LIST` per list, in the order of the heads that own them |
| head ids | u32 per head |
| pages | from the next multiple of 4096 on; `page` and `offset` of a list count from here |

Little-endian throughout. Checksums are xxh3 of 64 bits: one per list over its records, one over table and head
ids, one of `heads.spann` (the graph as faiss writes it), one over the header before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import PAGE
from memsvc_stores.vectors.spann.options import Storage
from memsvc_stores.vectors.spann.records import Records

__all__ = ["HEADER", "HEADS", "LIST", "POSTINGS", "Header", "checksum", "page_aligned"]

POSTINGS: Final = "postings.spann"
HEADS: Final = "heads.spann"
_MAGIC: Final = b"memsvcSP"
_VERSION: Final = 1
_STORAGES: Final[tuple[Storage, ...]] = ("float32", "float16", "int8")

LIST: Final = np.dtype(
    [
        ("page", "<u4"),
        ("pages", "<u4"),
        ("offset", "<u4"),
        ("elements", "<u4"),
        ("head", "<u4"),
        ("pad", "<u4"),
        ("sum", "<u8"),
    ]
)
HEADER: Final = np.dtype(
    [
        ("magic", "S8"),
        ("version", "<u4"),
        ("dimension", "<u4"),
        ("storage", "<u4"),
        ("replicas", "<u4"),
        ("scale", "<f8"),
        ("vectors", "<u8"),
        ("heads", "<u8"),
        ("lists", "<u8"),
        ("pages", "<u8"),
        ("table_sum", "<u8"),
        ("graph_sum", "<u8"),
        ("sum", "<u8"),
    ]
)
_CHECKED = HEADER.itemsize - 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the first page says. `replicas` is the most records that one id has."""

    records: Records
    replicas: int
    vectors: int
    heads: int
    lists: int
    pages: int
    table_sum: int
    graph_sum: int

    @property
    def table_bytes(self) -> int:
        """Return the length of table and head ids."""
        return self.lists * LIST.itemsize + self.heads * 4

    @property
    def data_start(self) -> int:
        return PAGE + page_aligned(self.table_bytes)

    @property
    def file_bytes(self) -> int:
        return self.data_start + self.pages * PAGE

    def to_bytes(self) -> bytes:
        """Return the header page."""
        head = np.zeros(1, HEADER)
        head["magic"], head["version"] = _MAGIC, _VERSION
        head["dimension"], head["storage"] = self.records.dimension, _STORAGES.index(self.records.storage)
        head["scale"], head["replicas"] = self.records.scale, self.replicas
        for name in ("vectors", "heads", "lists", "pages", "table_sum", "graph_sum"):
            head[name] = getattr(self, name)
        head["sum"] = checksum(head.view(np.uint8)[:_CHECKED])
        return head.tobytes().ljust(PAGE, b"\0")

    @classmethod
    def from_bytes(cls, page: NDArray[np.uint8]) -> Header:
        """Read a header page; raises Damaged on another format, version or checksum."""
        if page.size < PAGE:
            raise Damaged("the postings file is shorter than its header")
        raw = page[: HEADER.itemsize]
        head = raw.view(HEADER)[0]
        if head["magic"] != _MAGIC:
            raise Damaged("this is no postings file")
        if head["version"] != _VERSION:
            raise Damaged(f"postings file of version {head['version']}; this program reads {_VERSION}")
        if head["sum"] != checksum(raw[:_CHECKED]):
            raise Damaged("the header of the postings file does not match its checksum")
        storage = _STORAGES[int(head["storage"])]
        numbers = {name: int(head[name]) for name in ("replicas", "vectors", "heads", "lists", "pages")}
        sums = {name: int(head[name]) for name in ("table_sum", "graph_sum")}
        records = Records(int(head["dimension"]), storage, float(head["scale"]))
        return cls(records=records, **numbers, **sums)


def checksum(content: NDArray[np.uint8]) -> int:
    """Return the xxh3 of contiguous bytes."""
    import xxhash

    return int(xxhash.xxh3_64_intdigest(content.data))


def page_aligned(length: int) -> int:
    """Round up to whole pages."""
    return -(-length // PAGE) * PAGE
