"""The record of a namespace in the catalog: its meta, arrays and extents, with the page tables of small arrays.

Bytes: magic, length of the JSON (uint32), JSON, page tables and extents in the order of the JSON, then the
XXH3-64 of all before it, seeded with the epoch, so that a record of another epoch does not pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import xxhash

from memsvc_stores.vectors.errors import Damaged
from memsvc_stores.vectors.layout import Meta
from memsvc_stores.vectors.slabs.tables import CHUNK, parts_of

__all__ = [
    "INLINE_BYTES",
    "INLINE_PAGES",
    "ArrayEntry",
    "ExtentEntry",
    "Record",
    "chunk_digest",
    "decode",
    "encode",
    "joint_digest",
]

INLINE_PAGES: Final = 256
INLINE_BYTES: Final = 1024
_MAGIC: Final = b"memsvcN1"


@dataclass(frozen=True, slots=True)
class ArrayEntry:
    """`inline` is the page table of a small array; of others `digests` is the hash of their chunks' hashes.

    All pages lie below `end`; `first` is the place of page 0 when all others follow it, else None.
    """

    page_bytes: int
    item_bytes: int
    count: int
    end: int
    first: int | None
    digests: int = 0
    inline: bytes | None = None

    @property
    def chunks(self) -> int:
        """Return how many rows of page_tables it has."""
        return 0 if self.inline is not None else -(-self.count // CHUNK)


@dataclass(frozen=True, slots=True)
class ExtentEntry:
    """Bytes that lie in the record, or from page `first` on in the slab of 4 KiB pages."""

    length: int
    digest: int
    first: int = 0
    inline: bytes | None = None


@dataclass(frozen=True, slots=True)
class Record:
    meta: Meta
    arrays: Mapping[str, ArrayEntry]
    extents: Mapping[str, ExtentEntry]


def chunk_digest(entries: bytes) -> int:
    """Return the XXH3-64 of a chunk of a page table."""
    return xxhash.xxh3_64_intdigest(entries)


def joint_digest(digests: Sequence[int]) -> int:
    """Return the hash of the hashes of an array's chunks, at most 63 bits."""
    return xxhash.xxh3_64_intdigest(b"".join(it.to_bytes(8, "little") for it in digests)) >> 1


def encode(record: Record, epoch: int) -> bytes:
    """Return a record as bytes."""
    arrays = [
        [name, it.page_bytes, it.item_bytes, it.count, it.end, it.first, it.digests, it.inline is not None]
        for name, it in record.arrays.items()
    ]
    extents = [
        [name, it.length, it.digest, it.first, it.inline is not None] for name, it in record.extents.items()
    ]
    meta = {**asdict(record.meta), "counts": dict(record.meta.counts)}
    text = json.dumps({"meta": meta, "arrays": arrays, "extents": extents}, separators=(",", ":")).encode()
    tails = [it.inline for it in record.arrays.values() if it.inline is not None]
    tails += [it.inline for it in record.extents.values() if it.inline is not None]
    body = b"".join([_MAGIC, len(text).to_bytes(4, "little"), text, *tails])
    return body + xxhash.xxh3_64_intdigest(body, seed=epoch).to_bytes(8, "little")


def decode(raw: bytes, epoch: int, namespace: int) -> Record:
    """Read the record of a namespace at an epoch; raise Damaged for anything but what `encode` gives."""
    try:
        return _decoded(raw, epoch, namespace)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged(f"the record of namespace {namespace} cannot be read") from error


def _decoded(raw: bytes, epoch: int, namespace: int) -> Record:
    if not raw.startswith(_MAGIC):
        raise Damaged(f"the record of namespace {namespace} is not of this version")
    if xxhash.xxh3_64_intdigest(memoryview(raw)[:-8], seed=epoch) != int.from_bytes(raw[-8:], "little"):
        raise Damaged(f"the record of namespace {namespace} does not match its checksum")
    start = len(_MAGIC) + 4
    end = start + int.from_bytes(raw[len(_MAGIC) : start], "little")
    body: dict[str, Any] = json.loads(raw[start:end])
    meta = Meta(**body["meta"])
    if meta.namespace != namespace:
        raise Damaged(f"the record of namespace {namespace} is that of {meta.namespace}")
    arrays: dict[str, ArrayEntry] = {}
    for name, page_bytes, item_bytes, count, lies_below, starts_at, digests, inline in body["arrays"]:
        length = count * 4 * (1 + parts_of(page_bytes)) if inline else 0
        held = raw[end : end + length] if inline else None
        arrays[name] = ArrayEntry(page_bytes, item_bytes, count, lies_below, starts_at, digests, held)
        end += length
    extents: dict[str, ExtentEntry] = {}
    for name, length, digest, first, inline in body["extents"]:
        extents[name] = ExtentEntry(length, digest, first, raw[end : end + length] if inline else None)
        end += length if inline else 0
    return Record(meta, arrays, extents)
