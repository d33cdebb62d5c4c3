"""Who acts, and what the use cases answer besides notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from memsvc.domain.ids import NoteId
from memsvc.domain.notes import Origin

__all__ = ["Actor", "Idempotency", "Imported", "PurgeReceipt", "Remembered"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated caller; `ceiling` is the most trusted origin that its words can have."""

    name: str
    ceiling: Origin = Origin.DIRECT_USER


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's idempotency key; `render` makes the response that is kept in the same transaction.

    `request_hash` is the SHA-256 hex of method, path and body.
    """

    key: str
    request_hash: str
    render: Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class Remembered(Generic[T]):
    """An outcome for each item sent; `replayed` is the kept response of an earlier identical request."""

    outcomes: tuple[T, ...]
    replayed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an exported note: not `stored` when it is there already.

    `left_out` counts its links and derivations whose other note is not there.
    """

    stored: bool
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class PurgeReceipt:
    """Proof of an erasure: what was removed; unless `compacted`, a job still has to rewrite the files.

    `notes` are those asked for and, after them, all that repeated their words: thoughts, and notes merged from
    them. `notes_restored` had been merged into erased ones.
    """

    id: str
    at: datetime
    actor: str
    notes: tuple[NoteId, ...]
    notes_erased: int
    keys_erased: int
    vectors_erased: int
    sessions_erased: int
    compacted: bool
    attributes_erased: int = 0
    links_erased: int = 0
    derivations_erased: int = 0
    triples_erased: int = 0
    notes_restored: int = 0
